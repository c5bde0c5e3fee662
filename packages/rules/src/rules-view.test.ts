import { expect, test } from 'vitest'
import { createStory, inShort, rules, rulesOf } from './testing/story.ts'

const full = 'id: full\non: WasteContainer\nwhen: fillingLevel >= 0.8\nclear: fillingLevel < 0.7'

test('a rule raises once, holds inside its deadband, and returns below it', () => {
  const story = createStory(rulesOf(rules(full)))
  expect(inShort(story.fill(0.79))).toEqual([])
  expect(inShort(story.fill(0.8))).toEqual(['raised full/bin-1'])
  expect(inShort(story.fill(0.95))).toEqual([])
  expect(inShort(story.fill(0.7))).toEqual([])
  expect(inShort(story.fill(0.69))).toEqual(['returned full/bin-1'])
  expect(inShort(story.fill(0.7))).toEqual([])
})

test('a transition carries values, the offsets they came from, texts in both languages, and an id of its own', () => {
  const texts =
    'detail: { en: "{asset.name} at {fillingLevel:percent}", zh: "{asset.name}填充率 {fillingLevel:percent}" }\ntitle: { en: Full, zh: 满 }'
  const story = createStory(rulesOf(rules(`${full}\nonDelay: 5s\n${texts}`)))
  story.wait(1)
  story.fill(0.85)
  const first = story.head
  story.wait(2)
  story.fill(0.9)
  const last = story.head
  const [draft] = story.wait(4)
  expect(draft).toMatchObject({
    kind: 'alarm',
    entity: 'bin-1',
    source: 'view:rules',
    id: `full/1/bin-1/${last + 4}/0`,
    payload: {
      alarm: 'full/bin-1',
      transition: 'raised',
      severity: 'medium',
      detail: { en: 'Mill Lane at 90 %', zh: '磨坊巷填充率 90%' },
      values: { fillingLevel: 0.9 },
      causes: [first, last]
    }
  })
})

test('the on-delay is never cut short, and a reading that no longer raises ends it', () => {
  const story = createStory(rulesOf(rules(`${full}\nonDelay: 10s`)))
  story.wait(1)
  story.fill(0.9)
  expect(inShort(story.wait(10))).toEqual([])
  expect(inShort(story.wait(1))).toEqual(['raised full/bin-1'])

  story.fill(0.9, 'bin-2')
  story.wait(9)
  // Inside the deadband it does not raise any more: the delay begins anew.
  story.fill(0.75, 'bin-2')
  story.fill(0.9, 'bin-2')
  expect(inShort(story.wait(10))).toEqual([])
  expect(inShort(story.wait(1))).toEqual(['raised full/bin-2'])
})

test('the off-delay holds the alarm, and a reading inside the deadband keeps it', () => {
  const story = createStory(rulesOf(rules(`${full}\noffDelay: 10s`)))
  story.wait(1)
  story.fill(0.9)
  story.fill(0.1)
  story.wait(9)
  story.fill(0.75)
  expect(inShort(story.wait(30))).toEqual([])
  story.fill(0.1)
  expect(inShort(story.wait(10))).toEqual([])
  expect(inShort(story.wait(1))).toEqual(['returned full/bin-1'])
})

test('delays before the first tick count from it', () => {
  const story = createStory(rulesOf(rules(`${full}\nonDelay: 10s`)))
  story.fill(0.9)
  expect(inShort(story.wait(11))).toEqual([])
  expect(inShort(story.wait(1))).toEqual(['raised full/bin-1'])
})

test('a step of the wall clock fires no delay', () => {
  const story = createStory(rulesOf(rules(`${full}\nonDelay: 1h`, 'id: silent\non: container\nabsent: 1h')))
  story.wait(1)
  story.fill(0.9)
  story.stepClock(86_400)
  expect(inShort(story.wait(3_500))).toEqual([])
  story.stepClock(-172_800)
  expect(inShort(story.wait(101))).toEqual(['raised full/bin-1', 'raised silent/bin-1'])
})

test('an absent attribute neither raises nor clears, whatever the delays', () => {
  const story = createStory(
    rulesOf(rules(`${full}\nonDelay: 2s\noffDelay: 2s`, 'id: hot\non: WasteContainer\nwhen: temperature > 70'))
  )
  story.wait(1)
  story.read('bin-1', 'WasteContainer', { batteryLevel: 0.5 })
  expect(inShort(story.wait(5))).toEqual([])
  story.fill(0.9)
  story.read('bin-1', 'WasteContainer', { batteryLevel: 0.5 })
  expect(inShort(story.wait(5))).toEqual(['raised full/bin-1'])
  story.read('bin-1', 'WasteContainer', { temperature: 80 })
  story.read('bin-1', 'WasteContainer', { batteryLevel: 0.5 })
  expect(inShort(story.wait(5))).toEqual([])
  expect(
    story
      .list()
      .map(({ id, state }) => `${id} ${state}`)
      .sort()
  ).toEqual(['full/bin-1 unacknowledged', 'hot/bin-1 unacknowledged'])
})

test('backfill and late readings are not judged, and are no sign of life', () => {
  const story = createStory(rulesOf(rules(full, 'id: silent\non: container\nabsent: 3 intervals')))
  story.wait(1)
  story.read('bin-2', 'WasteContainer', { fillingLevel: 0.9 }, { backfill: true })
  story.fill(0.1)
  story.wait(179)
  expect(inShort(story.read('bin-1', 'WasteContainer', { fillingLevel: 0.9 }, { flags: ['late'] }))).toEqual([])
  expect(inShort(story.wait(2))).toEqual(['raised silent/bin-1'])
  expect(inShort(story.wait(600))).toEqual([])
})

test('silence raises after the allowed time, and the next reading clears', () => {
  const silent =
    'id: silent\non: container\nabsent: 3 intervals\ndetail: { en: "{silentFor:duration}", zh: "{silentFor:duration}" }'
  const story = createStory(rulesOf(rules(silent)))
  story.wait(1)
  // Never heard: not silent but not there yet.
  expect(story.wait(1_000)).toEqual([])
  story.fill(0.1)
  const heard = story.head
  story.wait(100)
  story.fill(0.1, 'bin-2')
  expect(story.wait(80)).toEqual([])
  const [raised] = story.wait(1)
  expect(raised).toMatchObject({
    entity: 'bin-1',
    payload: {
      transition: 'raised',
      detail: { en: '3 min 1 s', zh: '3分钟1秒' },
      values: { silentFor: 181 },
      causes: [heard]
    }
  })
  const [returned] = story.fill(0.1)
  expect(returned).toMatchObject({ payload: { transition: 'returned', causes: [story.head - 1] } })
  expect(inShort(story.wait(100))).toEqual(['raised silent/bin-2'])
  expect(inShort(story.wait(81))).toEqual(['raised-again silent/bin-1'])
})

test('with an off-delay, silence ends only once readings keep coming', () => {
  const story = createStory(rulesOf(rules('id: silent\non: container\nabsent: 30s\noffDelay: 60s')))
  story.fill(0.1)
  expect(inShort(story.wait(40))).toEqual(['raised silent/bin-1'])
  story.fill(0.1)
  // Heard once, then silent again.
  expect(inShort(story.wait(120))).toEqual([])
  const outcomes = []
  for (let i = 0; i < 7; i++) outcomes.push(...story.fill(0.1), ...story.wait(10))
  expect(inShort(outcomes)).toEqual(['returned silent/bin-1'])
  expect(inShort(story.wait(31))).toEqual(['raised-again silent/bin-1'])
})

test('an alarm is acknowledged once, and is over when it has returned too', () => {
  const story = createStory(rulesOf(rules(full)))
  story.fill(0.9)
  expect(inShort(story.acknowledge('full/bin-2'))).toEqual([])
  const [draft] = story.acknowledge('full/bin-1')
  expect(draft).toMatchObject({ payload: { transition: 'acknowledged', operator: 'wang' } })
  expect(inShort(story.acknowledge('full/bin-1'))).toEqual([])
  expect(story.list()).toMatchObject([{ state: 'acknowledged', acknowledgedBy: 'wang' }])
  story.fill(0.1)
  expect(story.list()).toEqual([])

  story.fill(0.9)
  story.fill(0.1)
  expect(story.list()).toMatchObject([{ state: 'returned-unacknowledged' }])
  expect(inShort(story.fill(0.9))).toEqual(['raised-again full/bin-1'])
  story.fill(0.1)
  story.acknowledge('full/bin-1')
  expect(story.list()).toEqual([])
  expect(inShort(story.fill(0.9))).toEqual(['raised full/bin-1'])
})

test('a filter that no longer holds ends what stands', () => {
  const story = createStory(
    rulesOf(
      rules(
        'id: hot\non: WasteContainer\nfilter: asset.storedWasteKind == "paper" && cargoWeight > 10\nwhen: temperature > 70'
      )
    )
  )
  const read = (temperature: number, cargoWeight: number) =>
    inShort(story.read('bin-1', 'WasteContainer', { temperature, cargoWeight }))
  expect(read(80, 5)).toEqual([])
  expect(read(80, 20)).toEqual(['raised hot/bin-1'])
  expect(read(80, 5)).toEqual(['returned hot/bin-1'])
})

test('previous, sincePrevious, unchangedFor and age', () => {
  const detail =
    'detail: { en: "{previous.temperature} {sincePrevious} {unchangedFor} {age}", zh: "{previous.temperature}" }'
  const story = createStory(
    rulesOf(rules(`id: rise\non: WasteContainer\nwhen: temperature - previous.temperature >= 5\n${detail}`))
  )
  const read = (temperature: number) => story.read('bin-1', 'WasteContainer', { temperature, fillingLevel: 0.5 })
  expect(read(20)).toEqual([])
  story.wait(60)
  expect(read(20)).toEqual([])
  story.wait(30)
  expect(read(25)).toMatchObject([{ payload: { detail: { en: '20 30 0 0', zh: '20' } } }])

  const stuck = createStory(
    rulesOf(rules('id: stuck\non: TrafficFlowObserved\nwhen: unchangedFor >= 120 && intensity > 0'))
  )
  const count = (intensity: number, flags?: ['gap']) =>
    inShort(
      stuck.read('det-1', 'TrafficFlowObserved', { intensity, batteryLevel: stuck.head / 100 }, flags ? { flags } : {})
    )
  expect(count(7)).toEqual([])
  stuck.wait(119)
  expect(count(7)).toEqual([])
  stuck.wait(1)
  expect(count(7)).toEqual(['raised stuck/det-1'])
  expect(count(8)).toEqual(['returned stuck/det-1'])
  stuck.wait(100_000)
  expect(count(8, ['gap'])).toEqual([])
})

test('flow is what was counted over the period of the reading, else of the detector', () => {
  const story = createStory(rulesOf(rules('id: busy\non: TrafficFlowObserved\nwhen: flow > 1000')))
  const [own] = story.read('det-1', 'TrafficFlowObserved', { intensity: 20 })
  expect(own).toMatchObject({ payload: { values: { flow: 1_200 } } })
  const period = { dateObservedFrom: '2026-05-04T00:00:00Z', dateObservedTo: '2026-05-04T00:02:00Z' }
  const [given] = story.read('det-1', 'TrafficFlowObserved', { intensity: 20, ...period })
  expect(given).toMatchObject({ payload: { transition: 'returned', values: { flow: 600 } } })
})

test('capacity is that of the reading, else of the asset; unreliable knows flags and quality entries', () => {
  const story = createStory(
    rulesOf(
      rules(
        'id: tight\non: OffStreetParking\nwhen: availableSpotNumber < 0.1 * capacity',
        'id: odd\non: OffStreetParking\nwhen: |\n  "above-capacity" in unreliable || "unchanged" in unreliable'
      )
    )
  )
  const park = (availableSpotNumber: number, more: object = {}, flags?: ['above-capacity']) =>
    inShort(story.read('park-1', 'OffStreetParking', { availableSpotNumber, ...more }, flags ? { flags } : {}))
  const unchanged = (state: 'raised' | 'cleared') =>
    inShort(
      story.add('quality', 'park-1', { problem: 'unchanged', state, since: '2026-05-04T00:00:00.000Z', causes: [] })
    )
  expect(park(19)).toEqual(['raised tight/park-1'])
  expect(park(19, { totalSpotNumber: 100 })).toEqual(['returned tight/park-1'])
  expect(park(205, {}, ['above-capacity'])).toEqual(['raised odd/park-1'])
  expect(park(150)).toEqual(['returned odd/park-1'])
  expect(unchanged('raised')).toEqual(['raised-again odd/park-1'])
  expect(park(150)).toEqual([])
  expect(unchanged('cleared')).toEqual(['returned odd/park-1'])
})

test('a controller that is offline is an alarm of its intersection, a device without asset one of its own', () => {
  const ruleSet = rulesOf(
    rules(
      'id: controller\non: device\nfilter: asset.kind == "intersection"\nwhen: status == "offline"\nonDelay: 10s',
      'id: device\non: device\nfilter: |\n  !known(asset.kind)\nwhen: status == "offline"'
    )
  )
  const story = createStory(ruleSet, { controllers: new Map([['ctl-1', 'int-1']]) })
  story.wait(1)
  expect(story.add('status', 'ctl-1', { status: 'offline' })).toEqual([])
  expect(inShort(story.add('status', 'cab-1', { status: 'offline' }))).toEqual(['raised device/cab-1'])
  story.wait(5)
  story.add('status', 'ctl-1', { status: 'online' })
  expect(inShort(story.wait(20))).toEqual([])
  story.add('status', 'ctl-1', { status: 'offline' })
  expect(inShort(story.wait(11))).toEqual(['raised controller/int-1'])
})

test('a rejected command is an alarm of its intersection until one is carried out', () => {
  const story = createStory(
    rulesOf(rules('id: refused\non: command\nwhen: state == "rejected"\nclear: state == "effective"'))
  )
  const step = (state: 'requested' | 'rejected' | 'effective') =>
    inShort(story.add('command', 'int-1', { commandId: 'c', state, causes: [] }))
  expect(step('requested')).toEqual([])
  expect(step('rejected')).toEqual(['raised refused/int-1'])
  expect(step('requested')).toEqual([])
  expect(step('effective')).toEqual(['returned refused/int-1'])
})

test('reading one entity touches no other', () => {
  const story = createStory(rulesOf(rules(full)))
  expect(inShort([...story.fill(0.9, 'bin-1'), ...story.fill(0.1, 'bin-2')])).toEqual(['raised full/bin-1'])
})
