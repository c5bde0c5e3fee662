import type { Asset } from '@city-brain/model'
import { expect, test } from 'vitest'
import { createStory, inShort, rules, rulesOf } from './testing/story.ts'

const container = (binCapacity: number): Asset => ({
  type: 'Feature',
  id: 'bin-9',
  geometry: null,
  properties: {
    kind: 'container',
    name: { en: 'New bin', zh: '新桶' },
    area: 'centre',
    expectedInterval: 60,
    storedWasteKind: 'glass',
    binCapacity
  }
})
const full = 'id: full\non: WasteContainer\nwhen: fillingLevel >= 0.8\nfilter: asset.binCapacity > 500'
const silent = 'id: silent\non: container\nabsent: 2 intervals'

test('an asset that is registered while the city runs is judged from its next reading on, by what it is then', () => {
  const story = createStory(rulesOf(rules(full, silent)))
  story.wait(1)
  expect(inShort(story.fill(0.9, 'bin-9'))).toEqual([])
  story.add('registry-change', 'asset:bin-9', { change: 'asset', asset: container(100) })
  expect(inShort(story.fill(0.9, 'bin-9'))).toEqual([])
  story.add('registry-change', 'asset:bin-9', { change: 'asset', asset: container(1_100) })
  expect(inShort(story.fill(0.9, 'bin-9'))).toEqual(['raised full/bin-9'])
  expect(inShort(story.wait(121))).toEqual(['raised silent/bin-9'])
})
