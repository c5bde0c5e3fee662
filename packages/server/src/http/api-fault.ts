import { type ApiError, type ErrorCode, errorCatalogue } from '@city-brain/model'

/** A request that cannot be served, by its code in the catalogue; its status and its message are those of the catalogue. */
export class ApiFault extends Error {
  override readonly name = 'ApiFault'
  readonly code: ErrorCode
  readonly place: Pick<ApiError, 'path' | 'expected'>
  /** Seconds, for `retry-after`. */
  readonly retryAfter?: number

  constructor(code: ErrorCode, details: Pick<ApiError, 'path' | 'expected'> & { retryAfter?: number } = {}) {
    super(errorCatalogue[code].message)
    this.code = code
    const { retryAfter, ...place } = details
    this.place = place
    if (retryAfter !== undefined) this.retryAfter = retryAfter
  }

  get status(): number {
    return errorCatalogue[this.code].status
  }

  toJSON(): ApiError {
    return { code: this.code, message: this.message, ...this.place }
  }
}
