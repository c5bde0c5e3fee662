import type { Name } from './name.ts'
import type { Point } from './plane.ts'

/** The plan's districts, and the places that people know. */
export const cityName: Name = { en: 'Mingzhou', zh: '明洲' }

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

export const depots: readonly { id: string; name: Name; point: Point }[] = [
  { id: 'depot-south', name: { en: 'South Depot', zh: '南田环卫站' }, point: [-2450, -2900] },
  { id: 'depot-east', name: { en: 'Harbour Depot', zh: '港区环卫站' }, point: [3850, 1150] }
]
