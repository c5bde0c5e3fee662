import type { Name } from './name.ts'

/** First and second parts of street names. */
export const streetNames: {
  first: readonly Name[]
  oldtown: readonly Name[]
  kinds: readonly Name[]
  lanes: readonly Name[]
} = {
  first: [
    ['Plum', '梅花'],
    ['Osmanthus', '桂花'],
    ['Camphor', '香樟'],
    ['Willow', '杨柳'],
    ['Bamboo', '翠竹'],
    ['Pine', '青松'],
    ['Lotus', '荷花'],
    ['Heron', '白鹭'],
    ['Crane', '仙鹤'],
    ['Swallow', '飞燕'],
    ['Tide', '潮生'],
    ['Pearl', '明珠'],
    ['Harmony', '和谐'],
    ['Prosper', '兴盛'],
    ['Peace', '和平'],
    ['Victory', '胜利'],
    ['Union', '团结'],
    ['Spring', '迎春'],
    ['Maple', '红枫'],
    ['Ginkgo', '银杏'],
    ['Anchor', '铁锚'],
    ['Beacon', '灯塔'],
    ['Foundry', '铸造'],
    ['Weaver', '织造'],
    ['Cloud', '青云'],
    ['Jade', '碧玉'],
    ['Stone', '石浦'],
    ['Sand', '沙洲'],
    ['Island', '小屿'],
    ['Mill', '磨坊']
  ].map(([en, zh]) => ({ en: en as string, zh: zh as string })),
  oldtown: [
    ['Silk', '丝'],
    ['Tea', '茶'],
    ['Lantern', '灯笼'],
    ['Potter', '陶'],
    ['Scholar', '状元'],
    ['Well', '古井'],
    ['Temple', '寺'],
    ['Salt', '盐'],
    ['Copper', '铜'],
    ['Ink', '墨'],
    ['Rice', '米'],
    ['Fan', '扇子'],
    ['Umbrella', '伞'],
    ['Flute', '笛']
  ].map(([en, zh]) => ({ en: en as string, zh: zh as string })),
  kinds: [
    { en: 'Street', zh: '街' },
    { en: 'Road', zh: '路' }
  ],
  lanes: [
    { en: 'Lane', zh: '巷' },
    { en: 'Alley', zh: '弄' }
  ]
}
