import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from '../city/start-city.ts'

export type Mosquitto = {
  port: number
  /** `mqtt://127.0.0.1:PORT` */
  url: string
  /** Its folder: configuration, password file, persistence. */
  folder: string
  /** Starts it again with what it has kept. */
  start(): Promise<void>
  /** Asks it to end, whereupon it writes what it keeps. */
  stop(): Promise<void>
  /** `kill -9`. */
  kill(): Promise<void>
  /** Reads its password and access files again. */
  reload(): void
  /** Ends it and removes its folder. */
  remove(): Promise<void>
}

/**
 * Debian's mosquitto on a free port of loopback. `lines` are added to its configuration, `FOLDER` in them replaced;
 * `files` are written into its folder before it starts.
 */
export async function startMosquitto(
  program: string,
  lines: readonly string[] = ['allow_anonymous true'],
  files: Record<string, string> = {}
): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'city-brain-mosquitto-'))
  const port = await freePort()
  const configuration = [
    // As root it would become another user, who may not write here.
    `user ${process.getuid?.() === 0 ? 'root' : ''}`,
    `listener ${port} 127.0.0.1`,
    'persistence true',
    `persistence_location ${folder}/`,
    'max_inflight_messages 2000',
    'max_queued_messages 100000',
    ...lines.map((line) => line.replaceAll('FOLDER', folder)),
    ''
  ]
  writeFileSync(join(folder, 'mosquitto.conf'), configuration.filter((line) => line !== 'user ').join('\n'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 })

  let child: ChildProcess | undefined
  let said = ''
  const end = async (signal: NodeJS.Signals) => {
    const running = child
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise((resolve) => running.once('close', resolve))
    running.kill(signal)
    await ended
  }
  const mosquitto: Mosquitto = {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    folder,
    async start() {
      const running = spawn(program, ['-c', join(folder, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] })
      child = running
      running.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
      await waitFor(() => {
        if (running.exitCode !== null) throw new Error(`mosquitto ended:\n${said}`)
        return isListening(port)
      }, 20_000)
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    reload: () => void child?.kill('SIGHUP'),
    async remove() {
      await end('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    }
  }
  await mosquitto.start()
  return mosquitto
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

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
