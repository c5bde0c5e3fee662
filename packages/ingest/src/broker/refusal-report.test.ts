import type { Draft } from '@city-brain/model'
import { expect, test } from 'vitest'
import { until } from '../testing/start-ingest.ts'
import { createRefusalReport } from './refusal-report.ts'

function startReport(span: number) {
  const written: (Record<string, unknown> | undefined)[] = []
  const lines: string[] = []
  const report = createRefusalReport({
    record: async ({ kind, entity, payload }: Draft<'operator-action'>) => {
      written.push({ kind, entity, action: payload.action, ...payload.detail })
    },
    log: (_level, message, detail) => lines.push(`${message} ${JSON.stringify(detail)}`),
    span
  })
  return { report, written, lines }
}
const wrong = (device: string | undefined, address: string) =>
  ({ device, address, reason: 'wrong-credentials' }) as const

test('the first refusal is in the trail at once, those that follow with their count once a span', async () => {
  const { report, written, lines } = startReport(100)
  report.add(wrong('bin-1', '192.0.2.1'))
  expect(written).toEqual([
    {
      kind: 'operator-action',
      entity: 'bin-1',
      action: 'device-refused',
      address: '192.0.2.1',
      reason: 'wrong-credentials',
      count: 1
    }
  ])
  for (let i = 0; i < 40; i++) report.add(wrong('bin-1', '192.0.2.1'))
  report.add({ device: undefined, address: '192.0.2.9', reason: 'throttled' })
  expect(written).toHaveLength(1)
  await until('the summary', () => written.length === 3)
  expect(written.slice(1)).toMatchObject([
    { entity: 'bin-1', count: 40 },
    { entity: 'unknown', address: '192.0.2.9', reason: 'throttled', count: 1 }
  ])
  expect(lines).toHaveLength(3)
  expect({ refused: report.refused, throttled: report.throttled }).toEqual({ refused: 42, throttled: 1 })
})

test('after a quiet span the next refusal is told at once again', async () => {
  const { report, written } = startReport(20)
  report.add(wrong('bin-1', '192.0.2.1'))
  await new Promise((resolve) => setTimeout(resolve, 100))
  report.add(wrong('bin-2', '192.0.2.1'))
  expect(written.map((one) => one?.entity)).toEqual(['bin-1', 'bin-2'])
  await report.close()
})

test('however many try, a span has a few entries, and all are counted', async () => {
  const { report, written } = startReport(60_000)
  for (let i = 0; i < 5_000; i++) report.add(wrong(`device-${i}`, `address-${i % 3_000}`))
  await report.close()
  expect(written.length).toBeLessThanOrEqual(7)
  expect(written.reduce((sum, one) => sum + Number(one?.count), 0)).toBe(5_000)
})
