import { JournalError, type JournalErrorCode } from '../journal-error.ts'

type SqliteError = Error & { errcode: number }

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && typeof (error as Partial<SqliteError>).errcode === 'number'
}

// Primary result codes, https://sqlite.org/rescode.html
const codes = { busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 }

/** What SQLite says, in the journal's words. `doing` says what was attempted. */
export function toJournalError(error: unknown, doing: string): JournalError {
  if (error instanceof JournalError) return error
  const message = `${doing}: ${error instanceof Error ? error.message : String(error)}`
  if (!isSqliteError(error)) return new JournalError(codeOfSystemError(error), message)
  switch (error.errcode & 0xff) {
    case codes.busy:
    case codes.locked:
      return new JournalError('busy', message)
    case codes.full:
      return new JournalError('full', message)
    case codes.corrupt:
    case codes.notADatabase:
      return new JournalError('damaged', message)
    case codes.readOnly:
    case codes.cannotOpen:
      return new JournalError('unwritable', message)
    default:
      return new JournalError('failed', message)
  }
}

function codeOfSystemError(error: unknown): JournalErrorCode {
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'full'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
      return 'unwritable'
    default:
      return 'failed'
  }
}
