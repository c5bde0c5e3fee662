import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** One of the two brokers that are compared, in a process of its own. */
export type Side = {
  name: 'city' | 'baseline'
  port: number
  /** CPU of the process so far, all its threads, microseconds. */
  cpu(): Promise<number>
  stop(): Promise<void>
}

const programs = {
  city: new URL('./city-side.ts', import.meta.url),
  baseline: new URL('./baseline-side.ts', import.meta.url)
}

type Report = { kind: 'ready'; port: number } | { kind: 'cpu'; microseconds: number }

/** Starts a broker process and waits until it listens. `CPU_PROFILE=DIR` writes profiles of their threads there. */
export async function startSide(name: 'city' | 'baseline', devices: number): Promise<Side> {
  const file = fileURLToPath(programs[name])
  const profile = process.env.CPU_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.CPU_PROFILE}/${name}`] : []
  const child = fork(file, [String(devices)], { execArgv: ['--import', 'tsx', ...profile] })
  const ready = await nextReport(child)
  if (ready.kind !== 'ready') throw new Error(`${name}: expected to be told the port`)
  return {
    name,
    port: ready.port,
    async cpu() {
      const answer = nextReport(child)
      child.send('cpu')
      const report = await answer
      if (report.kind !== 'cpu') throw new Error(`${name}: expected the CPU time`)
      return report.microseconds
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.send('stop')
      })
  }
}

function nextReport(child: ChildProcess): Promise<Report> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null) => reject(new Error(`a broker process ended with ${code}`))
    child.once('exit', failed)
    child.once('message', (report) => {
      child.off('exit', failed)
      resolve(report as Report)
    })
  })
}
