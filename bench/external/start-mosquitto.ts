import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Debian's mosquitto on a free loopback port, with room for whatever is under way (fifty messages of each device); ends with `stop`. */
export async function startMosquitto(): Promise<{ port: number; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'city-brain-bench-'))
  const port = await freePort()
  const file = join(folder, 'mosquitto.conf')
  writeFileSync(
    file,
    [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'max_inflight_messages 5000',
      'max_queued_messages 100000',
      'set_tcp_nodelay true',
      'log_type error',
      ''
    ].join('\n')
  )
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  const program = folders.map((path) => join(path, 'mosquitto')).find((path) => existsSync(path))
  if (program === undefined) throw new Error('mosquitto is not installed (Debian package mosquitto)')
  const child = spawn(program, ['-c', file], { stdio: 'inherit' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`mosquitto ended with ${code}`)))
  })
  failed.catch(() => undefined)
  await Promise.race([failed, listening(port)])
  return {
    port,
    async stop() {
      child.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const answers = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (answers) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
