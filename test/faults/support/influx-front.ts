import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What stands between the city and InfluxDB does to a write. */
export type Treatment =
  /** InfluxDB never sees it. */
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string }
  /** The connection is reset while the batch is on its way. */
  | { kind: 'cut' }
  /** InfluxDB has it, and its answer never arrives. */
  | { kind: 'lose-answer' }

export type InfluxFront = {
  url: string
  /** From now on, for writes; undefined passes everything through. */
  treat(treatment: Treatment | undefined): void
  /** Writes that were treated so far. */
  treated(): number
  /** When each write came, by `performance.now()`. */
  readonly writes: number[]
  /** The most writes that were under way at one time. */
  mostAtOnce(): number
  close(): void
}

/** A server before InfluxDB that passes everything through but for the writes that it is told to treat. */
export async function startInfluxFront(target: string): Promise<InfluxFront> {
  let treatment: Treatment | undefined
  let treated = 0
  let underWay = 0
  let most = 0
  const writes: number[] = []

  const server = createServer((incoming, response) => {
    incoming.on('error', () => undefined)
    response.on('error', () => undefined)
    if (!incoming.url?.startsWith('/api/v2/write')) return pass(incoming, response, false)
    writes.push(performance.now())
    most = Math.max(most, ++underWay)
    response.once('close', () => underWay--)
    if (treatment === undefined) return pass(incoming, response, false)
    treated++
    if (treatment.kind === 'lose-answer') return pass(incoming, response, true)
    if (treatment.kind === 'cut') return void incoming.once('data', () => incoming.socket.resetAndDestroy())
    const { status, headers = {}, body = '' } = treatment
    incoming.resume().on('end', () => response.writeHead(status, headers).end(body))
  })

  function pass(incoming: IncomingMessage, response: ServerResponse, lose: boolean): void {
    const { method, headers } = incoming
    const onward = request(`${target}${incoming.url}`, { method, headers }, (answer) => {
      if (lose) return void answer.resume().on('end', () => response.destroy())
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.once('close', () => onward.destroy())
    incoming.pipe(onward)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    treat(next) {
      treatment = next
    },
    treated: () => treated,
    writes,
    mostAtOnce: () => most,
    close() {
      server.close()
      server.closeAllConnections()
    }
  }
}
