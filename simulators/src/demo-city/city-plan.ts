import type { Line, Point } from './plane.ts'

/** The plan of Mingzhou, drawn by hand on a board of metres (the old town's crossing is near the origin). Everything else grows from it. */
export type RoadClass = 'trunk' | 'primary' | 'secondary' | 'tertiary'
export type Name = { en: string; zh: string }
export type PlannedRoad = {
  id: string
  name: Name
  class: RoadClass
  lanes: number
  speed: number
  closed?: boolean
  points: Line
}
export type PlannedDistrict = {
  id: string
  name: Name
  seed: Point
  /** Area of a block, m². */
  block: number
  use: 'oldtown' | 'residential' | 'commercial' | 'campus' | 'industrial' | 'harbour'
  /** Containers per hectare built, against the mean. */
  density: number
}
export type PlannedPark = { name: Name; centre: Point; width: number; height: number; turn: number; lake?: boolean }

export const cityName: Name = { en: 'Mingzhou', zh: '明洲' }

/** Axis of the Ming River with its half width, from the hills in the west to the bay. */
export const river: readonly (readonly [number, number, number])[] = [
  [-10500, 2300, 60],
  [-8300, 800, 66],
  [-6700, -150, 72],
  [-5200, 330, 78],
  [-3500, -420, 84],
  [-1800, -330, 92],
  [-250, -960, 98],
  [1400, -800, 104],
  [2900, -1330, 118],
  [4300, -1480, 140],
  [5100, -1800, 190],
  [5700, -2050, 330],
  [7400, -2500, 700]
]

export const coast: Line = [
  [8300, 9000],
  [7500, 6000],
  [6700, 4100],
  [6650, 2600],
  [5950, 1300],
  [5650, 250],
  [5450, -700],
  [5500, -1900],
  [5550, -2900],
  [6300, -3900],
  [6100, -5200],
  [6900, -7000],
  [7000, -9000]
]

/** Docks: centre, length, width, turn (degrees). They open into the bay. */
export const docks: readonly (readonly [number, number, number, number, number])[] = [
  [5350, 820, 620, 120, 12],
  [5230, 180, 640, 110, 6],
  [5080, -480, 780, 130, -4]
]

/** Where the city ends: roads go on beyond, streets and counters do not. */
export const limit: Line = [
  [4820, -900],
  [4760, 300],
  [4980, 1300],
  [5350, 2500],
  [5050, 3700],
  [3900, 4550],
  [1900, 4850],
  [-300, 4700],
  [-2600, 4650],
  [-4500, 3950],
  [-5500, 2500],
  [-5350, 700],
  [-5150, -900],
  [-4700, -2700],
  [-3700, -4100],
  [-1700, -4650],
  [600, -4600],
  [2600, -4500],
  [4200, -3800],
  [4800, -2700]
]

const road = (
  id: string,
  en: string,
  zh: string,
  roadClass: RoadClass,
  lanes: number,
  speed: number,
  points: Line,
  closed = false
): PlannedRoad => ({ id, name: { en, zh }, class: roadClass, lanes, speed, points, closed })

/** Roads run a little past the road in which they end; the stub is cut off. */
export const roads: readonly PlannedRoad[] = [
  road(
    'ring',
    'Ring Road',
    '环城路',
    'trunk',
    3,
    70,
    [
      [3420, 250],
      [3250, 1450],
      [2350, 2430],
      [850, 2950],
      [-850, 2880],
      [-2450, 2380],
      [-3420, 1380],
      [-3720, 180],
      [-3560, -1050],
      [-2850, -2150],
      [-1550, -2880],
      [100, -3130],
      [1750, -2950],
      [2980, -2230],
      [3480, -1050]
    ],
    true
  ),
  road(
    'wall',
    'Old Wall Road',
    '城墙路',
    'primary',
    2,
    50,
    [
      [900, 780],
      [760, 1330],
      [180, 1600],
      [-540, 1530],
      [-1040, 1110],
      [-1130, 520],
      [-820, 70],
      [-160, -110],
      [480, 20],
      [840, 360]
    ],
    true
  ),
  road('ming', 'Mingzhou Avenue', '明洲大道', 'primary', 3, 60, [
    [-900, 10200],
    [-650, 7500],
    [-420, 4900],
    [-150, 3100],
    [-260, 1700],
    [-130, 700],
    [-70, -100],
    [30, -900],
    [-10, -2000],
    [170, -3200],
    [120, -4700],
    [380, -7500],
    [700, -10000]
  ]),
  road('jiefang', 'Jiefang Road', '解放路', 'primary', 2, 50, [
    [-10500, 3200],
    [-8800, 2600],
    [-5600, 1540],
    [-3500, 1130],
    [-2200, 980],
    [-1080, 760],
    [-120, 690],
    [870, 720],
    [2100, 880],
    [3400, 800],
    [4300, 560],
    [5020, 560]
  ]),
  road('xuefu', 'University Avenue', '学府大道', 'primary', 2, 60, [
    [-600, 1380],
    [-1250, 2050],
    [-2250, 2560],
    [-3350, 3250],
    [-4650, 4150],
    [-7600, 6400],
    [-9800, 7500]
  ]),
  road('phoenix', 'Phoenix Road', '凤凰路', 'primary', 2, 60, [
    [560, 1370],
    [1250, 1930],
    [2000, 2580],
    [2900, 3480],
    [3950, 4650],
    [5300, 7000],
    [6000, 9500]
  ]),
  road('harbour', 'Harbour Avenue', '港湾大道', 'primary', 3, 60, [
    [700, 260],
    [1450, 240],
    [2450, -80],
    [3500, -330],
    [4350, -250],
    [4900, -120]
  ]),
  road('xinhua', 'Xinhua Road', '新华路', 'primary', 2, 50, [
    [-800, 180],
    [-1250, -200],
    [-1560, -760],
    [-2000, -1500],
    [-2620, -2350],
    [-3500, -3350],
    [-4750, -4650],
    [-7000, -6900],
    [-9000, -8200]
  ]),
  road('taihe', 'Taihe Road', '泰和路', 'primary', 2, 50, [
    [480, 120],
    [880, -380],
    [1180, -950],
    [1480, -1750],
    [2080, -2750],
    [2880, -3650],
    [4250, -5600],
    [5000, -7500],
    [5300, -9500]
  ]),
  road('culture', 'Culture Road', '文化路', 'secondary', 2, 50, [
    [-2460, -240],
    [-2420, 350],
    [-2080, 1350],
    [-1350, 2050],
    [-250, 2290],
    [850, 2210],
    [1620, 1780],
    [2130, 1000],
    [2180, 150],
    [2030, -900]
  ]),
  road('lake', 'Lake Road', '湖滨路', 'secondary', 2, 50, [
    [-3850, 120],
    [-3000, 330],
    [-2300, 260],
    [-1700, 420],
    [-1000, 420]
  ]),
  road('drum', 'Drum Tower Street', '鼓楼街', 'secondary', 2, 40, [
    [120, 1480],
    [430, 2250],
    [700, 3000],
    [1150, 3950],
    [1320, 5000]
  ]),
  road('shipyard', 'Shipyard Road', '船厂路', 'secondary', 2, 50, [
    [2620, 2420],
    [2720, 1550],
    [2860, 750],
    [2800, -250],
    [2760, -1150]
  ]),
  road('quay', 'Quay Road', '码头路', 'secondary', 2, 50, [
    [3800, 5100],
    [4150, 2900],
    [4120, 1650],
    [4260, 580],
    [4330, -250],
    [4230, -1320]
  ]),
  road('sunrise', 'Sunrise Road', '朝阳路', 'secondary', 2, 50, [
    [1750, 1480],
    [2700, 1590],
    [3250, 1500],
    [4200, 1720],
    [5400, 1980]
  ]),
  road('opera', 'Opera Street', '歌剧院路', 'secondary', 2, 50, [
    [-760, -850],
    [-830, -1750],
    [-960, -2450],
    [-900, -3060],
    [-1020, -3900],
    [-1150, -5000]
  ]),
  road('commerce', 'Commerce Avenue', '商务大道', 'secondary', 3, 60, [
    [-3650, -1270],
    [-2100, -1420],
    [-820, -1780],
    [0, -1830],
    [1500, -1790],
    [2570, -1960]
  ]),
  road('garden', 'Garden Road', '花园路', 'secondary', 2, 50, [
    [-2570, -2060],
    [-1700, -2230],
    [-950, -2480],
    [60, -2480],
    [1050, -2380],
    [2010, -2440]
  ]),
  road('steel', 'Steel Road', '钢铁路', 'secondary', 2, 50, [
    [2330, -1280],
    [2430, -2000],
    [2620, -2600],
    [3250, -3300],
    [3950, -4300]
  ])
]

/** The roads along the river are the river's axis moved aside. */
export const quays: readonly { id: string; name: Name; side: 1 | -1; from: number; to: number }[] = [
  { id: 'northbank', name: { en: 'North Bank Road', zh: '北滨江路' }, side: -1, from: -8200, to: 5050 },
  { id: 'southbank', name: { en: 'South Bank Road', zh: '南滨江路' }, side: 1, from: -8200, to: 5050 }
]

export const districts: readonly PlannedDistrict[] = [
  {
    id: 'oldtown',
    name: { en: 'Old Town', zh: '老城' },
    seed: [-130, 720],
    block: 7_500,
    use: 'oldtown',
    density: 2.6
  },
  {
    id: 'university',
    name: { en: 'University', zh: '大学城' },
    seed: [-2350, 2750],
    block: 30_000,
    use: 'campus',
    density: 0.8
  },
  {
    id: 'westlake',
    name: { en: 'Mirror Lake', zh: '镜湖' },
    seed: [-3300, 500],
    block: 26_000,
    use: 'residential',
    density: 0.9
  },
  {
    id: 'northgate',
    name: { en: 'North Gate', zh: '北门' },
    seed: [650, 2850],
    block: 20_000,
    use: 'residential',
    density: 1.2
  },
  {
    id: 'eastside',
    name: { en: 'East Side', zh: '东城' },
    seed: [2350, 900],
    block: 18_000,
    use: 'residential',
    density: 1.3
  },
  {
    id: 'harbour',
    name: { en: 'Harbour', zh: '港区' },
    seed: [4500, 300],
    block: 42_000,
    use: 'harbour',
    density: 0.6
  },
  {
    id: 'newtown',
    name: { en: 'New Town', zh: '新城' },
    seed: [200, -1900],
    block: 19_000,
    use: 'commercial',
    density: 1.3
  },
  {
    id: 'southfield',
    name: { en: 'Southfield', zh: '南田' },
    seed: [-2400, -2300],
    block: 24_000,
    use: 'residential',
    density: 1
  },
  {
    id: 'steelworks',
    name: { en: 'Steelworks', zh: '钢城' },
    seed: [2900, -2800],
    block: 48_000,
    use: 'industrial',
    density: 0.6
  }
]

export const parks: readonly PlannedPark[] = [
  {
    name: { en: 'Mirror Lake Park', zh: '镜湖公园' },
    centre: [-3010, 730],
    width: 1050,
    height: 640,
    turn: 0.1,
    lake: true
  },
  { name: { en: 'Phoenix Hill', zh: '凤凰山' }, centre: [2350, 3900], width: 2300, height: 1350, turn: 0.6 },
  { name: { en: "People's Park", zh: '人民公园' }, centre: [330, 1080], width: 420, height: 330, turn: 0.4 },
  { name: { en: 'Campus Green', zh: '校园绿地' }, centre: [-2130, 1960], width: 620, height: 420, turn: 0.7 },
  {
    name: { en: 'Botanical Garden', zh: '植物园' },
    centre: [-1830, -1780],
    width: 640,
    height: 470,
    turn: -0.3,
    lake: true
  },
  { name: { en: 'Southern Hills', zh: '南山' }, centre: [-2700, -3900], width: 2100, height: 1100, turn: -0.4 },
  { name: { en: 'Lighthouse Park', zh: '灯塔公园' }, centre: [4930, -1250], width: 420, height: 560, turn: 0.2 },
  { name: { en: 'Tea Terraces', zh: '茶园' }, centre: [-4900, 3000], width: 1300, height: 1500, turn: 0.3 },
  { name: { en: 'Stadium Green', zh: '体育场绿地' }, centre: [560, -2080], width: 520, height: 330, turn: 0 },
  { name: { en: 'Orchard Park', zh: '果园公园' }, centre: [3250, 2750], width: 760, height: 620, turn: 0.8 }
]

/** Places that people know, for labels; `parking` gives the number of spaces where a car park bears its name. */
export const places: readonly { name: Name; point: Point; rank: 1 | 2 | 3; parking?: number }[] = [
  { name: { en: 'Bell Tower', zh: '钟楼' }, point: [-190, 790], rank: 1, parking: 160 },
  { name: { en: 'Drum Tower', zh: '鼓楼' }, point: [190, 1420], rank: 2, parking: 120 },
  { name: { en: 'Market Hall', zh: '中心市场' }, point: [-620, 560], rank: 2, parking: 320 },
  { name: { en: 'Silk Lane', zh: '丝巷' }, point: [420, 520], rank: 3, parking: 90 },
  { name: { en: 'West Gate', zh: '西门' }, point: [-1220, 880], rank: 3, parking: 210 },
  { name: { en: 'Central Station', zh: '明洲站' }, point: [-560, 3180], rank: 1, parking: 860 },
  { name: { en: 'North Bus Station', zh: '客运北站' }, point: [420, 3420], rank: 3, parking: 240 },
  { name: { en: 'Mingzhou University', zh: '明洲大学' }, point: [-1880, 2420], rank: 1, parking: 420 },
  { name: { en: 'University Library', zh: '大学图书馆' }, point: [-2650, 2780], rank: 3, parking: 180 },
  { name: { en: 'Science Park', zh: '科技园' }, point: [-3350, 2650], rank: 2, parking: 540 },
  { name: { en: 'Mirror Lake Pier', zh: '镜湖码头' }, point: [-2600, 560], rank: 3, parking: 150 },
  { name: { en: 'West Hospital', zh: '西城医院' }, point: [-1720, 700], rank: 2, parking: 380 },
  { name: { en: 'Canal Wharf', zh: '运河埠头' }, point: [-4280, 900], rank: 3, parking: 130 },
  { name: { en: "Children's Hospital", zh: '儿童医院' }, point: [1150, 2600], rank: 2, parking: 350 },
  { name: { en: 'Museum of the Sea', zh: '海洋博物馆' }, point: [1820, 320], rank: 2, parking: 260 },
  { name: { en: 'East Market', zh: '东市场' }, point: [1560, 1120], rank: 3, parking: 190 },
  { name: { en: 'Sunrise Plaza', zh: '朝阳广场' }, point: [2320, 1700], rank: 2, parking: 470 },
  { name: { en: 'Shipyard Arts Centre', zh: '船厂艺术中心' }, point: [2980, -620], rank: 2, parking: 230 },
  { name: { en: 'Ferry Terminal', zh: '客运码头' }, point: [4620, -730], rank: 1, parking: 510 },
  { name: { en: 'Container Port', zh: '集装箱码头' }, point: [4720, 1320], rank: 1, parking: 300 },
  { name: { en: 'Fish Market', zh: '海鲜市场' }, point: [4080, 120], rank: 3, parking: 140 },
  { name: { en: 'Opera House', zh: '大剧院' }, point: [-430, -1330], rank: 1, parking: 620 },
  { name: { en: 'Civic Centre', zh: '市民中心' }, point: [420, -1480], rank: 1, parking: 700 },
  { name: { en: 'Riverside Mall', zh: '滨江购物中心' }, point: [900, -1330], rank: 2, parking: 980 },
  { name: { en: 'Stadium', zh: '体育场' }, point: [520, -2120], rank: 1, parking: 1200 },
  { name: { en: 'Exhibition Hall', zh: '会展中心' }, point: [1380, -2260], rank: 2, parking: 760 },
  { name: { en: 'South Station', zh: '明洲南站' }, point: [-330, -3380], rank: 1, parking: 640 },
  { name: { en: 'Garden Centre', zh: '花园商场' }, point: [-1420, -2560], rank: 3, parking: 220 },
  { name: { en: 'Xinhua Market', zh: '新华市场' }, point: [-2150, -1130], rank: 3, parking: 170 },
  { name: { en: 'South Hospital', zh: '南城医院' }, point: [-2880, -1650], rank: 2, parking: 330 },
  { name: { en: 'Steel Museum', zh: '钢铁博物馆' }, point: [2850, -2480], rank: 3, parking: 200 },
  { name: { en: 'Logistics Park', zh: '物流园' }, point: [3620, -2900], rank: 2, parking: 280 },
  { name: { en: 'Moon Bridge', zh: '月桥' }, point: [160, -560], rank: 2, parking: 110 }
]

/** Kerbside car parks: street and number of spaces. */
export const kerbs: readonly { name: Name; point: Point; spots: number }[] = [
  { name: { en: 'Old Wall Road, kerb', zh: '城墙路路侧' }, point: [-900, 1280], spots: 46 },
  { name: { en: 'Drum Tower Street, kerb', zh: '鼓楼街路侧' }, point: [330, 1980], spots: 38 },
  { name: { en: 'Lake Road, kerb', zh: '湖滨路路侧' }, point: [-1950, 280], spots: 52 },
  { name: { en: 'Opera Street, kerb', zh: '歌剧院路路侧' }, point: [-880, -2050], spots: 34 },
  { name: { en: 'Garden Road, kerb', zh: '花园路路侧' }, point: [420, -2520], spots: 60 },
  { name: { en: 'Shipyard Road, kerb', zh: '船厂路路侧' }, point: [2790, 250], spots: 44 }
]

export const bridges: Readonly<Record<string, Name>> = {
  ming: { en: 'Moon Bridge', zh: '月桥' },
  xinhua: { en: 'Willow Bridge', zh: '柳桥' },
  taihe: { en: 'Taihe Bridge', zh: '泰和桥' },
  ring: { en: 'Ring Bridge', zh: '环城桥' }
}

export const depots: readonly { id: string; name: Name; point: Point }[] = [
  { id: 'depot-south', name: { en: 'South Depot', zh: '南田环卫站' }, point: [-2450, -2900] },
  { id: 'depot-east', name: { en: 'Harbour Depot', zh: '港区环卫站' }, point: [3850, 1150] }
]

/** Rail: axis from the north-west to the stations and the port. */
export const rails: readonly { name: Name; points: Line }[] = [
  {
    name: { en: 'Coast Line', zh: '沿海铁路' },
    points: [
      [-10500, 6200],
      [-5200, 4550],
      [-2700, 3500],
      [-560, 3080],
      [1100, 3330],
      [3000, 2250],
      [3700, 1500],
      [4600, 1050]
    ]
  },
  {
    name: { en: 'South Line', zh: '南线铁路' },
    points: [
      [-10500, -4200],
      [-5200, -3650],
      [-2200, -3480],
      [-330, -3480],
      [2200, -3380],
      [4600, -4150],
      [5600, -5600],
      [5900, -9500]
    ]
  }
]

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
