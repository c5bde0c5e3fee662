/**
 * Faults of the journal. Classify by code, never by the text of a message.
 * - `locked`: another process (or another part of this one) has the journal open.
 * - `unwritable`: the folder or its files cannot be created or written.
 * - `unknown-format`: the file is no journal, or was written by a newer version.
 * - `full`: the size limit or the end of the disk is reached; intake is stopped until space returns.
 * - `busy`: another program holds the database in a transaction (say, a SQLite shell); try again.
 * - `damaged`: entries or records are missing or changed; `detail` names the offsets where they are known.
 * - `other-epoch`, `past-end`: a checkpoint that is not of this journal, or lies past its end.
 * - `cut`: retention has cut entries after a view's snapshot, so snapshot and tail no longer make its state.
 * - `invalid`: what was to be appended or asked has not the form that the port promises.
 * - `failed`: writing failed for good (an I/O error, a dead worker); only a restart helps.
 * - `closed`: the journal was closed.
 */
export type JournalErrorCode =
  | 'locked'
  | 'unwritable'
  | 'unknown-format'
  | 'full'
  | 'busy'
  | 'damaged'
  | 'other-epoch'
  | 'past-end'
  | 'cut'
  | 'invalid'
  | 'failed'
  | 'closed'

export type JournalErrorDetail = Record<string, string | number>

export class JournalError extends Error {
  override readonly name = 'JournalError'
  readonly code: JournalErrorCode
  readonly detail: JournalErrorDetail

  constructor(code: JournalErrorCode, message: string, detail: JournalErrorDetail = {}) {
    super(message)
    this.code = code
    this.detail = detail
  }
}

/** An error as it crosses between threads. */
export type ErrorRecord = { code: JournalErrorCode; message: string; detail: JournalErrorDetail }

export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof JournalError) return { code: error.code, message: error.message, detail: error.detail }
  return { code: 'failed', message: error instanceof Error ? error.message : String(error), detail: {} }
}

export function fromErrorRecord(record: ErrorRecord): JournalError {
  return new JournalError(record.code, record.message, record.detail)
}
