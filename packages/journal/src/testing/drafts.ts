import type { Draft } from '@city-brain/model'

export function reading(n: number, more: Partial<Draft<'reading'>> = {}): Draft<'reading'> {
  return {
    kind: 'reading',
    entity: `detector-${n % 7}`,
    source: 'gateway-1',
    payload: {
      type: 'TrafficFlowObserved',
      dateObserved: '2026-05-04T00:00:01.000Z',
      values: { intensity: n, vehicleType: '公交车' }
    },
    ...more
  }
}

/** An outcome with an id, as rules append it. */
export function outcome(id: string, more: Partial<Draft<'operator-action'>> = {}): Draft<'operator-action'> {
  return {
    kind: 'operator-action',
    entity: 'anna',
    source: 'view:test',
    id,
    payload: { action: 'sign-in', operator: 'anna' },
    ...more
  }
}
