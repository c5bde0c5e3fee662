import type { Name } from './name.ts'
import type { Line, Point } from './plane.ts'

/** The plan of Mingzhou is drawn by hand on a board of metres, the crossing of the old town near its origin. This is its water and its green. */
export type PlannedPark = { name: Name; centre: Point; width: number; height: number; turn: number; lake?: boolean }

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
