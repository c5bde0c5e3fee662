import type { Socket } from '../../live/live-connection.ts'
import { closeCodes, serveLiveConnection } from '../../live/live-connection.ts'
import type { App, AppParts } from '../app.ts'
import { sessionOf } from '../session-guard.ts'

/** So many browsers of one session at a time: a few windows, not a flood. */
const maximumPerSession = 32

/** `GET /api/live`: the WebSocket. The guard has checked session and origin before the upgrade. */
export function liveRoute(app: App, { feed, clock, identity }: AppParts): void {
  const open = new Map<string, Set<ReturnType<typeof serveLiveConnection>>>()
  const stopWatching = identity.sessions.onEnd((id) => {
    for (const connection of open.get(id) ?? []) connection.end(closeCodes.sessionEnded, 'the session has ended')
  })
  app.addHook('preClose', (done) => {
    stopWatching()
    done()
  })

  app.get('/api/live', { websocket: true, schema: { summary: 'Live state as a WebSocket' } }, (socket, request) => {
    const session = sessionOf(request)
    const connections = open.get(session.id) ?? new Set()
    if (connections.size >= maximumPerSession) {
      socket.close(closeCodes.protocol, 'too many connections')
      return
    }
    const connection = serveLiveConnection({
      socket: socket as Socket,
      feed,
      clock,
      isSessionLive: () => identity.sessions.isLive(session.id)
    })
    connections.add(connection)
    open.set(session.id, connections)
    socket.on('close', () => {
      connections.delete(connection)
      if (connections.size === 0) open.delete(session.id)
    })
  })
}
