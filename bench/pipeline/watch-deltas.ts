import type { ServerMessage } from '@city-brain/model'
import { WebSocket } from 'ws'
import type { BenchProcess } from './bench-process.ts'

export type DeltaWatch = {
  /** Forgets what was measured until now. */
  reset(): void
  /** Milliseconds from `dateObserved`, which is when a reading was published, to its delta, one for each value shown. */
  latencies(): number[]
  close(): void
}

/** One signed-in browser's connection, without the browser. */
export async function watchDeltas({ url, operator }: BenchProcess): Promise<DeltaWatch> {
  const headers = { 'content-type': 'application/json', origin: url }
  const send = async (path: string, body: unknown, cookie = '') => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { ...headers, cookie },
      body: JSON.stringify(body)
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
  }
  const first = await send('/api/session', operator)
  const next = 'a password only for this bench'
  const cookie = await send('/api/session/password', { current: operator.password, next }, first)

  let latencies: number[] = []
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/live`, { headers: { cookie, origin: url } })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('message', (data) => {
    const now = Date.now()
    const message = JSON.parse(String(data)) as ServerMessage
    if (message.type !== 'delta') return
    for (const { dateObserved } of message.entities ?? []) latencies.push(now - Date.parse(dateObserved))
  })
  socket.send(JSON.stringify({ type: 'hello' }))
  return {
    reset() {
      latencies = []
    },
    latencies: () => latencies,
    close: () => socket.close()
  }
}
