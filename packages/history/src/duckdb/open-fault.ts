import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'

/** What may be said of a file that DuckDB does not open, in words for whoever starts the city. DuckDB has words only, no codes. */
export function openFault(file: string, fault: unknown): Error {
  if (fault instanceof HistoryMisconfigured) return fault
  // What follows the first line are stacks and advice to programmers.
  const words = (fault instanceof Error ? fault.message : String(fault)).split('\n')[0] ?? ''
  const message = `DuckDB cannot open ${file}: ${words}`
  if (/No space left on device|File too large|Disk quota exceeded/.test(words)) {
    return new HistoryUnavailable(message, { cause: fault })
  }
  if (/Could not set lock|Permission denied|Read-only file system|newer version/.test(words)) {
    return new HistoryMisconfigured(message, { cause: fault })
  }
  return new HistoryMisconfigured(
    `${message}. If it is damaged, it can be filled anew from the journal, as far back as that goes: city-brain history rebuild`,
    { cause: fault }
  )
}
