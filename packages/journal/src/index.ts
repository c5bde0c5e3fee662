export { JournalError, type JournalErrorCode } from './journal-error.ts'
export type { JournalLimits } from './limits.ts'
export { type JournalOptions, openJournal } from './open-journal.ts'
export { type RunningView, runView } from './run-view.ts'
