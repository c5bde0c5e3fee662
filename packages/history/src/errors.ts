/** The store does not answer, or not in time: it may pass, so the writer waits and tries again. */
export class HistoryUnavailable extends Error {
  readonly code = 'history-unavailable'
  /** Milliseconds to wait at least, where the store said so. */
  readonly retryAfter?: number
  constructor(message: string, options?: { retryAfter?: number; cause?: unknown }) {
    super(message, { cause: options?.cause })
    this.name = 'HistoryUnavailable'
    this.retryAfter = options?.retryAfter
  }
}

/** The store will not take anything before a person changes something: a token, a bucket, a folder. */
export class HistoryMisconfigured extends Error {
  readonly code = 'history-misconfigured'
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'HistoryMisconfigured'
  }
}

/** The question itself is wrong: an unknown attribute, a range that ends before it begins. */
export class BadHistoryQuery extends Error {
  readonly code = 'bad-request'
  constructor(message: string) {
    super(message)
    this.name = 'BadHistoryQuery'
  }
}
