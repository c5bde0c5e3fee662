import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Health } from '@city-brain/model'

const root = resolve(import.meta.dirname, '../..')

/** A whole city in a process of its own, as `npm start` runs it, without the simulation. */
export type BenchProcess = {
  url: string
  mqttPort: number
  operator: { name: string; password: string }
  /** New secrets, by device. */
  secrets(devices: readonly string[]): Promise<Map<string, string>>
  health(): Promise<Health>
  /** CPU of the process so far with all its threads, microseconds, in steps of the kernel's 10 ms. */
  cpu(): number
  /** The same by thread: the main one has the process's own id; node names none of its workers. */
  threads(): Map<string, number>
  rssMegabytes(): number
  /** As Ctrl-C does; resolves when it has ended. */
  stop(): Promise<void>
}

/** Starts the city and waits until it says where to look. `CPU_PROFILE=DIR` writes profiles of its threads there. */
export async function startBenchProcess({
  city,
  data,
  args = [],
  env = {}
}: {
  city: string
  data: string
  args?: string[]
  env?: Record<string, string>
}): Promise<BenchProcess> {
  const profile = process.env.CPU_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.CPU_PROFILE}`] : []
  const main = join(root, 'packages/server/src/main.ts')
  const ports = ['--port', '0', '--mqtt-port', '0', '--no-simulate']
  const child = spawn(
    process.execPath,
    [...profile, '--import', 'tsx', main, '--city', city, '--data', data, ...ports, ...args],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'], // As scripts/start.mjs starts it.
      env: { MALLOC_ARENA_MAX: '2', ...process.env, ...env }
    }
  )
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'exit')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const found = (pattern: RegExp) => pattern.exec(output)?.[1]
  const patience = Date.now() + 180_000
  while (!/Ctrl-C ends it/.test(output)) {
    if (child.exitCode !== null || Date.now() > patience) {
      kill()
      throw new Error(`The city did not start:\n${output}`)
    }
    await new Promise((wake) => setTimeout(wake, 50))
  }
  const url = found(/Map\s+(http:\/\/[\d.]+:\d+)/) ?? ''
  const stat = () => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return {
    url,
    mqttPort: Number(found(/mqtt:\/\/[\d.]+:(\d+)/)),
    operator: { name: found(/Operator\s+(\S+)/) ?? '', password: found(/Password\s+(\S+)/) ?? '' },
    async secrets(devices) {
      const secrets = new Map<string, string>()
      for (const device of devices) secrets.set(device, await newSecret(join(data, 'control.sock'), device))
      return secrets
    },
    health: async () => (await fetch(`${url}/api/health`)).json() as Promise<Health>,
    // Fields 14 and 15 of the line, counted from its third.
    cpu: () => (Number(stat()[11]) + Number(stat()[12])) * 10_000,
    threads: () =>
      new Map(
        readdirSync(`/proc/${child.pid}/task`).map((thread) => {
          const fields = readFileSync(`/proc/${child.pid}/task/${thread}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
          return [thread, (Number(fields[11]) + Number(fields[12])) * 10_000]
        })
      ),
    rssMegabytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_024,
    async stop() {
      child.kill('SIGINT')
      await ended
      process.off('exit', kill)
      if (/error|warn/.test(output))
        console.error(
          output
            .split('\n')
            .filter((line) => / (error|warn) /.test(line))
            .slice(0, 10)
            .join('\n')
        )
    }
  }
}

/** What `city-brain device secret ID` does, without a process for each of a thousand devices. */
function newSecret(socketPath: string, device: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath)
    socket.on('error', reject)
    socket.on('connect', () => socket.write(`${JSON.stringify({ name: 'device-secret', ask: { device } })}\n`))
    createInterface({ input: socket }).once('line', (line) => {
      const reply = JSON.parse(line) as { ok: boolean; answer?: { secret: string }; message?: string }
      if (reply.ok && reply.answer) resolve(reply.answer.secret)
      else reject(new Error(reply.message))
      socket.end()
    })
  })
}
