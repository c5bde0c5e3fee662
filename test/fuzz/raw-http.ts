import { connect } from 'node:net'

export type RawAnswer = { status: number; headers: Record<string, string>; body: string }

/** Sends bytes to an HTTP server and reads what comes until it closes; undefined where it closes without a word. */
export function exchange(
  port: number,
  bytes: Uint8Array,
  patience = 10_000
): Promise<RawAnswer | 'silence' | undefined> {
  const isHead = Buffer.from(bytes.subarray(0, 5)).toString() === 'HEAD '
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const chunks: Buffer[] = []
    let silent = false
    socket.setTimeout(patience, () => {
      silent = true
      socket.destroy()
    })
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    // A server may well close while it is still being sent to.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(silent ? 'silence' : parseAnswer(Buffer.concat(chunks), isHead)))
    socket.end(bytes)
  })
}

function parseAnswer(bytes: Buffer, isHead: boolean): RawAnswer | undefined {
  const text = bytes.toString('latin1')
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
  const end = text.indexOf('\r\n\r\n')
  if (status === undefined || end < 0) return undefined
  const headers = Object.fromEntries(
    text
      .slice(0, end)
      .split('\r\n')
      .slice(1)
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])
  )
  // Where more than one request was sent, only the first answer counts.
  const length = isHead ? 0 : Number(headers['content-length'] ?? bytes.length)
  return { status: Number(status), headers, body: bytes.subarray(end + 4, end + 4 + length).toString('utf8') }
}
