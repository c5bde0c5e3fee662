import { parseArgs } from 'node:util'

export type CommandLine = { city: string; mqttUrl: string; backfillHours: number; faults: string; seed: number }

/** @throws Error of one line that says what is wrong */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      city: { type: 'string' },
      'mqtt-url': { type: 'string' },
      'backfill-hours': { type: 'string', default: '0' },
      faults: { type: 'string', default: '' },
      seed: { type: 'string', default: '7' }
    }
  })
  const { city, 'mqtt-url': mqttUrl } = values
  if (!city) throw new Error('--city DIR is missing')
  if (!mqttUrl || !/^(mqtt|mqtts|tcp):\/\//.test(mqttUrl))
    throw new Error('--mqtt-url mqtt://HOST:PORT is missing or wrong')
  const backfillHours = Number(values['backfill-hours'])
  if (!(backfillHours >= 0 && backfillHours <= 24 * 14))
    throw new Error(`--backfill-hours must be from 0 to 336, not "${values['backfill-hours']}"`)
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed must be a whole number, not "${values.seed}"`)
  return { city, mqttUrl, backfillHours, faults: values.faults, seed }
}
