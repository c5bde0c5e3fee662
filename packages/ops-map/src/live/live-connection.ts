import type { ClientMessage, ServerMessage } from '@city-brain/model'
import type { CityStore } from './city-store.ts'

export type ConnectionState = {
  phase: 'connecting' | 'live' | 'lost'
  /** Round trip of the newest ping, milliseconds. */
  latency?: number
  /** Milliseconds since 1970 (browser): since when it is in this phase. */
  since: number
}

export type LiveConnection = {
  state(): ConnectionState
  subscribe(listener: () => void): () => void
  close(): void
}

export const connectionTimes = {
  /** A drop shorter than this is nobody's business. */
  patience: 1_000,
  /** The server speaks at least once a second; after so long a silence the connection is dead, whatever TCP believes. */
  silence: 2_000,
  ping: 2_000,
  retryFirst: 250,
  retryMost: 5_000,
  look: 250
}

/**
 * Keeps the store live: hello with what it has, snapshot or what was missed, then deltas. A gap or a silence ends the
 * connection, and the next one resumes. `onRefused` is called where the server does not let us in at all, since that may
 * mean that the session has ended.
 */
export function connectLive({
  url,
  store,
  onRefused,
  now = () => Date.now(),
  times = connectionTimes,
  open = (address: string) => new WebSocket(address)
}: {
  url: string
  store: CityStore
  onRefused: () => void
  now?: () => number
  times?: typeof connectionTimes
  open?: (address: string) => WebSocket
}): LiveConnection {
  const listeners = new Set<() => void>()
  let state: ConnectionState = { phase: 'connecting', since: now() }
  let socket: WebSocket | undefined
  let heardAt = now()
  let pingedAt = 0
  let droppedAt: number | undefined
  let attempts = 0
  let retryAt: number | undefined
  let closed = false

  const become = (next: Partial<ConnectionState>) => {
    const phase = next.phase ?? state.phase
    state = { ...state, ...next, phase, since: phase === state.phase ? state.since : now() }
    for (const listener of listeners) listener()
  }
  const send = (message: ClientMessage) => {
    if (socket?.readyState === 1) socket.send(JSON.stringify(message))
  }
  /** `since`: when it was last heard of, where that is not now. */
  const drop = (since = now()) => {
    const old = socket
    socket = undefined
    droppedAt ??= since
    retryAt = now() + Math.min(times.retryMost, times.retryFirst * 2 ** attempts) * (0.75 + Math.random() / 2)
    attempts++
    old?.close()
  }
  const receive = (message: ServerMessage) => {
    heardAt = now()
    if (message.type === 'pong') {
      become({ latency: now() - message.at })
      return
    }
    if (message.type === 'snapshot') store.receiveSnapshot(message)
    else if (!store.receiveDelta(message)) {
      drop()
      return
    }
    droppedAt = undefined
    attempts = 0
    if (state.phase !== 'live') become({ phase: 'live' })
  }
  const connect = () => {
    retryAt = undefined
    heardAt = now()
    const next = open(url)
    socket = next
    next.onopen = () => {
      const { epoch, offset } = store.live()
      send(store.ready() && attempts <= 1 ? { type: 'hello', epoch, offset } : { type: 'hello' })
    }
    next.onmessage = ({ data }) => {
      if (socket === next) receive(JSON.parse(String(data)) as ServerMessage)
    }
    next.onclose = () => {
      if (closed) return
      if (socket !== next) return
      onRefused()
      drop()
    }
  }
  const look = () => {
    const at = now()
    if (socket && at - heardAt > times.silence) drop(heardAt)
    if (!socket && retryAt !== undefined && at >= retryAt) connect()
    if (socket?.readyState === 1 && at - pingedAt >= times.ping) {
      pingedAt = at
      send({ type: 'ping', at })
    }
    if (droppedAt !== undefined && at - droppedAt >= times.patience && state.phase !== 'lost') {
      become({ phase: 'lost', latency: undefined })
    }
  }

  connect()
  const timer = setInterval(look, times.look)
  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      closed = true
      clearInterval(timer)
      socket?.close()
    }
  }
}
