import type { Name } from './name.ts'
import type { Line } from './plane.ts'

/** The plan's roads, bridges and rails: on the same board of metres as its land. */
export type RoadClass = 'trunk' | 'primary' | 'secondary' | 'tertiary'
export type PlannedRoad = {
  id: string
  name: Name
  class: RoadClass
  lanes: number
  speed: number
  closed?: boolean
  points: Line
}

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

export const bridges: Readonly<Record<string, Name>> = {
  ming: { en: 'Moon Bridge', zh: '月桥' },
  xinhua: { en: 'Willow Bridge', zh: '柳桥' },
  taihe: { en: 'Taihe Bridge', zh: '泰和桥' },
  ring: { en: 'Ring Bridge', zh: '环城桥' }
}

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
