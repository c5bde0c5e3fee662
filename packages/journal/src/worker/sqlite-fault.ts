import { constants } from 'node:os'
import { JournalError, type JournalErrorCode } from '../journal-error.ts'

/** `systemErrno` is that of the last system call that failed, whichever statement made it. */
type SqliteError = Error & { errcode: number; systemErrno?: number }

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && typeof (error as Partial<SqliteError>).errcode === 'number'
}

/** There is no room: on the disk, within the user's quota, or within what a file of this process may have. */
const noRoom = ['ENOSPC', 'EDQUOT', 'EFBIG'] as const
const noRoomNumbers: ReadonlySet<number> = new Set(noRoom.map((code) => constants.errno[code]))

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
    case codes.ioError:
      // SQLite says "full" of ENOSPC alone.
      return new JournalError(noRoomNumbers.has(error.systemErrno ?? 0) ? 'full' : 'failed', message)
    default:
      return new JournalError('failed', message)
  }
}

/** Whether a system call failed because there is no room. */
export function isNoRoom(error: unknown): boolean {
  return noRoom.some((code) => code === (error as NodeJS.ErrnoException | undefined)?.code)
}

function codeOfSystemError(error: unknown): JournalErrorCode {
  if (isNoRoom(error)) return 'full'
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
      return 'unwritable'
    default:
      return 'failed'
  }
}
