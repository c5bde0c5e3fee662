import type { Intersection, LocalizedText, PhaseDemand, SignalTiming } from '@city-brain/model'
import { fitGreens, greenRange } from './fit-greens.ts'
import { lostTime, milliseconds, phaseRuns, requiredGreen } from './phase-runs.ts'

/** Above this sum the formula has no answer worth having: a congested approach counts its capacity, not its demand. */
export const flowRatioCap = 0.9

export type WebsterTiming = {
  timing: SignalTiming
  /** Critical flow ratio of each stage, as measured. */
  flowRatios: number[]
  /** Their sum after the cap. */
  flowRatioSum: number
  /** What the formula asked for and the intersection did not allow. */
  limits: LocalizedText[]
}

/**
 * Cycle and splits from demand: C = (1.5 L + 5) / (1 − Y), greens in proportion to the critical flow ratios.
 * L is the lost time (yellow and red clearance; start-up loss is taken as made up by use of the yellow), Y the sum of
 * the stages' critical flow ratios, capped at 0.9. Cycle and greens are whole seconds of green where the limits have
 * whole numbers, else half seconds, and add up exactly.
 * Source: F. V. Webster, Traffic Signal Settings, Road Research Technical Paper 39, HMSO 1958.
 * @returns undefined where no timing in half seconds keeps all limits; a loaded intersection always has one
 */
export function webster(intersection: Intersection, demand: readonly PhaseDemand[]): WebsterTiming | undefined {
  const limits: LocalizedText[] = []
  const flowRatios = stageFlowRatios(intersection, demand)
  const measured = flowRatios.reduce((total, ratio) => total + ratio, 0)
  const flowRatioSum = Math.min(measured, flowRatioCap)
  if (measured > flowRatioCap) limits.push(flowRatioCapped(measured))
  const lost = lostTime(intersection)
  const wished = (1.5 * lost + 5) / (1 - flowRatioSum)
  for (const unit of [1, 0.5]) {
    const total = totalGreen(intersection, wished, unit)
    if (total === undefined) continue
    const units = fitGreens(intersection, unit, total.units, flowRatios)
    if (!units) continue
    const greens = units.map((green) => green * unit)
    const cycle = (milliseconds(lost) + milliseconds(total.units * unit)) / 1_000
    limits.push(...total.limits, ...greenLimits(intersection, demand, flowRatios, greens))
    return { timing: { cycle, greens, offset: intersection.plan.offset % cycle }, flowRatios, flowRatioSum, limits }
  }
  return undefined
}

/**
 * Critical flow ratio of each stage: the highest of its phases. A phase that several stages serve spreads its flow over
 * them as the local plan spreads its green.
 */
function stageFlowRatios(intersection: Intersection, demand: readonly PhaseDemand[]): number[] {
  const { greens } = intersection.plan
  const ratioOf = new Map(demand.map(({ phase, flowRatio }) => [phase, flowRatio]))
  return intersection.stages.map((stage, index) => {
    const ratios = stage.map((phase) => {
      const served = intersection.stages.flatMap((other, at) => (other.includes(phase) ? [greens[at] ?? 0] : []))
      const all = served.reduce((total, green) => total + green, 0)
      return (ratioOf.get(phase) ?? 0) * (all > 0 ? (greens[index] ?? 0) / all : 1 / served.length)
    })
    return Math.max(0, ...ratios)
  })
}

/** Units of green in the cycle nearest to the one wished for that the intersection and its phases allow. */
function totalGreen(
  intersection: Intersection,
  wished: number,
  unit: number
): { units: number; limits: LocalizedText[] } | undefined {
  const lost = lostTime(intersection)
  const { minimum, maximum } = intersection.cycle
  const range = greenRange(intersection, unit)
  if (!range) return undefined
  const shortest = Math.ceil((minimum - lost) / unit - 1e-6)
  const longest = Math.floor((maximum - lost) / unit + 1e-6)
  const least = Math.max(range.least, shortest)
  const most = Math.min(range.most, longest)
  if (least > most) return undefined
  const wanted = Math.round((wished - lost) / unit)
  const units = Math.min(Math.max(wanted, least), most)
  const [asked, given] = [Math.round(wished), tenth(lost + units * unit)]
  const limits: LocalizedText[] = []
  if (wanted > most) limits.push(cycleCapped(asked, given, range.most < longest))
  if (wanted < least) limits.push(cycleRaised(asked, given, range.least > shortest))
  return { units, limits }
}

/** Where a phase gets more than its stages' share because it needs it, or less than its own demand because it may not. */
function greenLimits(
  intersection: Intersection,
  demand: readonly PhaseDemand[],
  flowRatios: readonly number[],
  greens: readonly number[]
): LocalizedText[] {
  const sum = flowRatios.reduce((total, ratio) => total + ratio, 0)
  const green = greens.reduce((total, value) => total + value, 0)
  const shareOf = (ratio: number, between: number) => (sum > 0 ? (ratio / sum) * green : 0) + between
  return phaseRuns(intersection).flatMap(({ phase, first, last, between }) => {
    const ofStages = flowRatios.slice(first, last + 1).reduce((total, value) => total + value, 0)
    const own = Math.min(ofStages, demand.find((measured) => measured.phase === phase.id)?.flowRatio ?? 0)
    const [given, wanted] = [shareOf(ofStages, between), shareOf(own, between)]
    const least = requiredGreen(phase)
    if (given < least - 1) return [raisedToMinimum(phase.id, given, least)]
    if (wanted > phase.maximumGreen + 1) return [heldAtMaximum(phase.id, wanted, phase.maximumGreen)]
    return []
  })
}

const tenth = (value: number): number => Math.round(value * 10) / 10

const flowRatioCapped = (measured: number): LocalizedText => ({
  en: `Sum of flow ratios ${measured.toFixed(2)} taken as ${flowRatioCap}`,
  zh: `流量比之和 ${measured.toFixed(2)}，按 ${flowRatioCap} 计`
})
const cycleCapped = (asked: number, given: number, byPhases: boolean): LocalizedText => ({
  en: `Cycle of ${asked} s capped at ${given} s${byPhases ? ' by the maximum greens' : ''}`,
  zh: `周期 ${asked} s 限为 ${given} s${byPhases ? '（受最大绿限制）' : ''}`
})
const cycleRaised = (asked: number, given: number, byPhases: boolean): LocalizedText => ({
  en: `Cycle of ${asked} s raised to ${given} s${byPhases ? ' by the minimum greens' : ''}`,
  zh: `周期 ${asked} s 提高到 ${given} s${byPhases ? '（受最小绿限制）' : ''}`
})
const raisedToMinimum = (phase: number, share: number, least: number): LocalizedText => ({
  en: `Phase ${phase}: ${tenth(share)} s raised to the ${least} s that it needs`,
  zh: `相位 ${phase}：${tenth(share)} s 提高到所需的 ${least} s`
})
const heldAtMaximum = (phase: number, share: number, most: number): LocalizedText => ({
  en: `Phase ${phase}: ${tenth(share)} s held at the maximum green of ${most} s`,
  zh: `相位 ${phase}：${tenth(share)} s 限为最大绿 ${most} s`
})
