import { systemClock } from '@city-brain/model'
import { expect, test } from 'vitest'
import { createDirectory } from '../directory/directory.ts'
import { createJudgement } from '../pipeline/create-pipeline.ts'
import type { Step } from '../pipeline/message.ts'
import { createIngestState } from '../state/ingest-state.ts'
import { testAssets, testRegister } from '../testing/test-city.ts'
import { createIntake } from './intake.ts'

test('a message that breaks a step is not acknowledged, and is no repeat when it comes again', () => {
  const directory = createDirectory({ register: testRegister, assets: testAssets })
  const state = createIngestState()
  const limits = { maxPayloadBytes: 65_536, maxReadings: 1_000 }
  const judge = createJudgement({ directory, state, clock: systemClock, limits, onTimes: () => {} })
  let breaks = true
  const append: Step = (message) => {
    if (breaks) throw new Error('a fault of ours')
    message.settle()
  }
  const steps = [judge.decode, judge.authorise, judge.validate, judge.deduplicate, append]
  const logged: string[] = []
  const log = (_level: string, message: string) => void logged.push(message)
  const intake = createIntake({ directory, feeds: [], steps, state, clock: systemClock, log })
  const speaker = directory.speaker('bin-1')
  if (speaker === undefined) throw new Error('not in the test city')
  const payload = Buffer.from('{"dateObserved":"2026-05-04T08:15:01Z","fillingLevel":0.5}')
  const settled: unknown[] = []
  const receive = () =>
    intake.receive(speaker, 'city/lumen/waste/bin-1/obs', payload, (fault) => void settled.push(fault))

  expect(receive().duplicate).toBe(false)
  expect(settled).toEqual([expect.any(Error)])
  expect(logged).toHaveLength(1)
  breaks = false
  expect(receive().duplicate).toBe(false)
  expect(settled[1]).toBeUndefined()
  expect(receive().duplicate).toBe(true)
})
