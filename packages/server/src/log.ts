/** Where every part of the city says what happens to it. A detail never holds a secret. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, detail?: Record<string, unknown>) => void

/** One line each on standard error, so that standard output stays for what the user asked for. */
export const consoleLog: Log = (level, message, detail) => {
  const rest = detail && Object.keys(detail).length > 0 ? ` ${JSON.stringify(detail)}` : ''
  process.stderr.write(`${new Date().toISOString()} ${level} ${message}${rest}\n`)
}
