import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Report } from './report.ts'

/** A process that takes what the broker delivers into a journal of its own. */
export type Consumer = {
  stored(): Promise<Extract<Report, { kind: 'stored' }>>
  /** From here on it counts how long acknowledgements take. */
  late(): void
  /** Ends it, and tells what it has done. */
  finish(): Promise<Extract<Report, { kind: 'done' }>>
}

const programs = {
  city: new URL('./city-side.ts', import.meta.url),
  naive: new URL('./naive-side.ts', import.meta.url)
}

export async function startConsumer(name: keyof typeof programs, url: string): Promise<Consumer> {
  const path = fileURLToPath(programs[name])
  const profile = process.env.CPU_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.CPU_PROFILE}`] : []
  const child = fork(path, [url], { execArgv: ['--import', 'tsx', ...profile] })
  const next = <K extends Report['kind']>(kind: K) =>
    new Promise<Extract<Report, { kind: K }>>((resolve, reject) => {
      const failed = (code: number | null) => reject(new Error(`${name} ended with ${code}`))
      child.once('exit', failed)
      child.once('message', (report: Report) => {
        child.off('exit', failed)
        if (report.kind === kind) resolve(report as Extract<Report, { kind: K }>)
        else reject(new Error(`${name} said ${report.kind} in place of ${kind}`))
      })
    })
  await next('ready')
  return {
    stored() {
      const answer = next('stored')
      child.send('stored')
      return answer
    },
    late: () => void child.send('late'),
    finish() {
      const answer = next('done')
      child.send('finish')
      return answer
    }
  }
}
