import { type ApiError, type ErrorCode, errorCatalogue } from '@city-brain/model'

/** A request that cannot be served, by its code in the catalogue. Its status is the catalogue's; its message too, unless another says more. */
export class ApiFault extends Error {
  override readonly name = 'ApiFault'
  readonly code: ErrorCode
  readonly place: Pick<ApiError, 'path' | 'expected'>
  /** Seconds, for `retry-after`. */
  readonly retryAfter?: number

  constructor(
    code: ErrorCode,
    details: Pick<ApiError, 'path' | 'expected'> & { message?: string; retryAfter?: number } = {}
  ) {
    const { retryAfter, message = errorCatalogue[code].message, ...place } = details
    super(message)
    this.code = code
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
