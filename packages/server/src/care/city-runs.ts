import { createConnection } from 'node:net'
import { controlPath } from '../control/control-path.ts'

/** Whether a city runs on a data folder: somebody listens at its socket. It is not asked anything, so it may hang. */
export function cityRuns(data: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(controlPath(data))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
      // Any other error means that there is one, e.g. of another user.
      resolve(!['ENOENT', 'ECONNREFUSED', 'ENOTDIR'].includes(code))
    })
  })
}
