import { expect, test } from 'vitest'
import { subjectVariables } from './subject-variables.ts'
import { namesIn, parseTextTemplate, renderText } from './text-template.ts'

const values: Record<string, number | string | boolean> = {
  intensity: 12,
  occupancy: 0.456,
  averageVehicleSpeed: 17.349,
  unchangedFor: 93_784,
  congested: true,
  flow: -0.2,
  'asset.name': 'Mill Lane',
  'asset.period': 60
}
function render(text: string, language: 'en' | 'zh' = 'en'): string {
  const { template, faults } = parseTextTemplate(text, subjectVariables('TrafficFlowObserved'))
  expect(faults).toEqual([])
  return renderText(template, language, (name) => values[name])
}

test.each([
  ['{asset.name}: {intensity} in {asset.period:duration}', 'Mill Lane: 12 in 1 min', 'Mill Lane: 12 in 1分钟'],
  ['{occupancy:percent} {occupancy} {occupancy:decimal}', '46 % 0.46 0.5', '46% 0.46 0.5'],
  ['{averageVehicleSpeed:integer} {averageVehicleSpeed}', '17 17.35', '17 17.35'],
  ['{unchangedFor:duration}', '1 d 2 h', '1天2小时'],
  ['{congested} {flow:integer}', 'yes 0', '是 0'],
  ['{averageGapDistance} m', 'unknown m', '未知 m']
])('%s', (text, en, zh) => {
  expect(render(text)).toBe(en)
  expect(render(text, 'zh')).toBe(zh)
})

test('names the values that it takes, without those that every text has', () => {
  const { template } = parseTextTemplate(
    '{asset.name} {entity} {flow} {asset.period}',
    subjectVariables('TrafficFlowObserved')
  )
  expect(namesIn(template)).toEqual(['flow', 'asset.period'])
})
