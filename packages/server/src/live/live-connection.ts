import type { Clock, DeltaMessage, HelloMessage, PingMessage, PongMessage, ServerMessage } from '@city-brain/model'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { type Changes, mergeDelta, noChanges, toDelta } from './delta.ts'
import type { LiveFeed } from './live-feed.ts'

/** The parts of a WebSocket that we use; those of `ws`. */
export type Socket = {
  readonly bufferedAmount: number
  send(text: string): void
  close(code: number, reason: string): void
  terminate(): void
  on(event: 'message', listener: (data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean) => void): unknown
  on(event: 'close', listener: () => void): unknown
}

/** Why the server ends a connection; 4000 and up are ours. */
export const closeCodes = { sessionEnded: 4401, protocol: 1008, tooSlow: 4429, goingAway: 1001 } as const

export const connectionLimits = {
  /** Above so many bytes on their way, deltas are merged instead of sent. */
  bufferedBytes: 256 * 1024,
  /** So many alarm transitions may wait for a slow client; alarms are never merged, so beyond it the connection ends. */
  waitingAlarms: 5_000,
  /** A client that took nothing for so long is gone, milliseconds. */
  stalled: 30_000,
  /** A client says hello at once. */
  hello: 10_000,
  /** Messages a client may send within ten seconds. */
  messages: 50,
  /** How often the session and a slow client are looked at, milliseconds. */
  look: 250
}

const hello = Type.Object({
  type: Type.Literal('hello'),
  epoch: Type.Optional(Type.String({ maxLength: 64 })),
  offset: Type.Optional(Type.Integer({ minimum: 0 }))
})
const clientMessage = Compile(Type.Union([hello, Type.Object({ type: Type.Literal('ping'), at: Type.Number() })]))

/**
 * One browser's connection: hello, then a snapshot or what was missed, then deltas. While a client is slow its deltas are
 * merged: values per entity, alarm transitions never.
 */
export function serveLiveConnection({
  socket,
  feed,
  clock,
  isSessionLive,
  limits = connectionLimits
}: {
  socket: Socket
  feed: LiveFeed
  clock: Clock
  isSessionLive: () => boolean
  limits?: typeof connectionLimits
}): { end(code: number, reason: string): void } {
  let waiting: { changes: Changes; from: number; last: DeltaMessage; since: number } | undefined
  let stopDeltas: (() => void) | undefined
  let received = { count: 0, since: clock.monotonic() }
  const openedAt = clock.monotonic()
  let checkedAt = openedAt
  let ended = false

  const end = (code: number, reason: string) => {
    if (ended) return
    ended = true
    clearInterval(timer)
    stopDeltas?.()
    socket.close(code, reason)
  }
  const send = (message: ServerMessage) => socket.send(JSON.stringify(message))
  const isSlow = () => socket.bufferedAmount > limits.bufferedBytes

  const onDelta = (delta: DeltaMessage, json: string) => {
    if (!waiting && !isSlow()) {
      socket.send(json)
      return
    }
    waiting ??= { changes: noChanges(), from: delta.from, last: delta, since: clock.monotonic() }
    mergeDelta(waiting.changes, delta)
    waiting.last = delta
    if (waiting.changes.alarms.length > limits.waitingAlarms) end(closeCodes.tooSlow, 'too slow for the alarms')
  }
  const sendWaiting = () => {
    if (!waiting || isSlow()) return
    const { changes, from, last } = waiting
    waiting = undefined
    send(toDelta(changes, { epoch: last.epoch, from, to: last.to, now: last.now }))
  }

  const start = (message: HelloMessage) => {
    const { epoch, offset } = message
    const missed = epoch !== undefined && offset !== undefined ? feed.since(epoch, offset) : undefined
    if (missed === undefined) send(feed.snapshot())
    else if (missed !== 'current') send(missed)
    stopDeltas = feed.onDelta(onDelta)
  }
  const answer = (message: PingMessage) => {
    const pong: PongMessage = { type: 'pong', at: message.at, now: clock.now() }
    send(pong)
  }

  socket.on('message', (data, isBinary) => {
    if (ended) return
    const now = clock.monotonic()
    if (now - received.since > 10_000) received = { count: 0, since: now }
    if (++received.count > limits.messages) return end(closeCodes.protocol, 'too many messages')
    const message = isBinary ? undefined : parse(String(data))
    if (message?.type === 'hello' && !stopDeltas) start(message)
    else if (message?.type === 'ping') answer(message)
    else end(closeCodes.protocol, 'not a message of this protocol')
  })
  socket.on('close', () => {
    ended = true
    clearInterval(timer)
    stopDeltas?.()
  })

  const timer = setInterval(() => {
    const now = clock.monotonic()
    if (!stopDeltas && now - openedAt > limits.hello) return end(closeCodes.protocol, 'no hello')
    // Sign-out ends the connection at once; this notices sessions that end by idleness or age.
    if (now - checkedAt > 5_000) {
      checkedAt = now
      if (!isSessionLive()) return end(closeCodes.sessionEnded, 'the session has ended')
    }
    if (waiting && now - waiting.since > limits.stalled) {
      end(closeCodes.tooSlow, 'took nothing for too long')
      return socket.terminate()
    }
    sendWaiting()
  }, limits.look)

  return { end }
}

function parse(text: string): HelloMessage | PingMessage | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return clientMessage.Check(value) ? (value as HelloMessage | PingMessage) : undefined
  } catch {
    return undefined
  }
}
