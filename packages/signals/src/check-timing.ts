import {
  type Intersection,
  type LocalizedText,
  parseInstant,
  type SignalCommandMessage,
  type SignalState,
  type SignalTiming
} from '@city-brain/model'
import { clearances, greenOfRun, milliseconds, phaseRuns } from './phase-runs.ts'

export type TimingRefusal =
  | 'malformed'
  | 'stage-count'
  | 'cycle-limits'
  | 'yellow-change'
  | 'red-clearance'
  | 'cycle-sum'
  | 'offset'
  | 'minimum-green'
  | 'maximum-green'
  | 'pedestrian'
  | 'conflict'
  | 'wrong-intersection'
  | 'wrong-revision'
  | 'late'
  | 'expired'
  | 'unknown-kind'
  | 'not-controllable'

export type TimingVerdict = { allowed: true } | { allowed: false; code: TimingRefusal; reason: LocalizedText }

const allowed: TimingVerdict = { allowed: true }
const refuse = (code: TimingRefusal, en: string, zh: string): TimingVerdict => ({
  allowed: false,
  code,
  reason: { en, zh }
})

/**
 * The safety check: whether a timing, or a command with it, may go to the controller. It knows the intersection, the
 * request and what the controller has reported, and nothing of why it was asked for. Everything that reaches a
 * controller has passed it; the controller judges again by itself.
 * @param context.now milliseconds since 1970, for the dates of a command
 * @param context.state what the controller reported last, where it is known
 */
export function checkTiming(
  intersection: Intersection,
  request: SignalTiming,
  context?: { state?: SignalState }
): TimingVerdict
export function checkTiming(
  intersection: Intersection,
  request: SignalCommandMessage,
  context: { now: number; state?: SignalState }
): TimingVerdict
export function checkTiming(
  intersection: Intersection,
  request: SignalTiming | SignalCommandMessage,
  context: { now?: number; state?: SignalState } = {}
): TimingVerdict {
  const checks = [
    () => checkReportedState(intersection, context.state),
    () =>
      'commandId' in request
        ? checkCommand(intersection, request, context.now ?? Number.NaN)
        : checkOneCycle(intersection, request)
  ]
  return firstRefusal(checks)
}

function firstRefusal(checks: readonly (() => TimingVerdict)[]): TimingVerdict {
  for (const check of checks) {
    const verdict = check()
    if (!verdict.allowed) return verdict
  }
  return allowed
}

function checkReportedState(intersection: Intersection, state: SignalState | undefined): TimingVerdict {
  if (!state) return allowed
  if (state.revision !== intersection.revision) {
    return refuse(
      'wrong-revision',
      `the controller runs revision ${state.revision}, not ${intersection.revision}`,
      `信号机运行的是版本 ${state.revision}，不是 ${intersection.revision}`
    )
  }
  if (state.mode === 'flashing' || state.mode === 'manual') {
    const mode = state.mode === 'flashing' ? '黄闪' : '手动'
    return refuse('not-controllable', `the controller is in mode ${state.mode}`, `信号机处于${mode}状态`)
  }
  return allowed
}

function checkCommand(intersection: Intersection, command: SignalCommandMessage, now: number): TimingVerdict {
  if (command.intersection !== intersection.intersection) {
    return refuse(
      'wrong-intersection',
      `it is meant for ${command.intersection}`,
      `命令的目标路口是 ${command.intersection}`
    )
  }
  if (command.revision !== intersection.revision) {
    return refuse(
      'wrong-revision',
      `it was made for revision ${command.revision}, not ${intersection.revision}`,
      `命令针对版本 ${command.revision}，不是 ${intersection.revision}`
    )
  }
  const deliverBefore = parseInstant(command.deliverBefore)
  const expiresAt = parseInstant(command.expiresAt)
  if (deliverBefore === undefined || expiresAt === undefined || !Number.isFinite(now)) {
    return refuse('malformed', 'a date is not RFC 3339', '日期不符合 RFC 3339')
  }
  if (now > deliverBefore) {
    return refuse(
      'late',
      `it was to be delivered before ${command.deliverBefore}`,
      `应在 ${command.deliverBefore} 之前送达`
    )
  }
  if (now >= expiresAt) return refuse('expired', `it expired at ${command.expiresAt}`, `已于 ${command.expiresAt} 失效`)
  switch (command.kind) {
    case 'release':
      return allowed
    case 'set-timing':
      if (!command.timing) return refuse('malformed', 'it has no timing', '缺少配时')
      return checkOneCycle(intersection, command.timing)
    default:
      return refuse('unknown-kind', `${String(command.kind)} is not known`, `未知命令 ${String(command.kind)}`)
  }
}

function checkOneCycle(intersection: Intersection, timing: SignalTiming): TimingVerdict {
  return firstRefusal([
    () => checkForm(intersection, timing),
    () => checkCycle(intersection, timing),
    () => checkClearances(intersection, timing),
    () => checkGreens(intersection, timing),
    () => checkConflicts(intersection)
  ])
}

function checkForm(intersection: Intersection, { cycle, greens, offset }: SignalTiming): TimingVerdict {
  if (![cycle, offset, ...greens].every((value) => Number.isFinite(value) && value >= 0)) {
    return refuse('malformed', 'a time is negative or no number', '时间为负或不是数字')
  }
  if (greens.length !== intersection.stages.length) {
    return refuse(
      'stage-count',
      `${greens.length} greens for ${intersection.stages.length} stages`,
      `${intersection.stages.length} 个阶段却有 ${greens.length} 个绿灯时间`
    )
  }
  return allowed
}

function checkCycle(intersection: Intersection, { cycle, offset }: SignalTiming): TimingVerdict {
  const { minimum, maximum } = intersection.cycle
  if (cycle < minimum || cycle > maximum) {
    return refuse(
      'cycle-limits',
      `cycle ${cycle} s is not within ${minimum}–${maximum} s`,
      `周期 ${cycle} s 不在 ${minimum}–${maximum} s 之内`
    )
  }
  if (offset >= cycle) {
    return refuse(
      'offset',
      `offset ${offset} s is not within the cycle of ${cycle} s`,
      `相位差 ${offset} s 不在周期 ${cycle} s 之内`
    )
  }
  return allowed
}

/** What the greens leave of the cycle is exactly what yellow and red clearance take: less would cut them. */
function checkClearances(intersection: Intersection, { cycle, greens }: SignalTiming): TimingVerdict {
  const after = clearances(intersection)
  const yellow = after.reduce((total, clearance) => total + milliseconds(clearance.yellow), 0)
  const needed = after.reduce((total, clearance) => total + milliseconds(clearance.total), 0)
  const left = milliseconds(cycle) - greens.reduce((total, green) => total + milliseconds(green), 0)
  if (Math.abs(left - needed) <= 1) return allowed
  const en = `the greens leave ${left / 1_000} s of the cycle, yellow and red clearance take ${needed / 1_000} s`
  const zh = `绿灯之外剩余 ${left / 1_000} s，而黄灯与全红需要 ${needed / 1_000} s`
  if (left < yellow) return refuse('yellow-change', en, zh)
  return refuse(left < needed ? 'red-clearance' : 'cycle-sum', en, zh)
}

function checkGreens(intersection: Intersection, { greens }: SignalTiming): TimingVerdict {
  for (const run of phaseRuns(intersection)) {
    const { phase } = run
    const green = greenOfRun(run, greens)
    if (milliseconds(green) < milliseconds(phase.minimumGreen) - 1) {
      return refuse(
        'minimum-green',
        `phase ${phase.id}: ${green} s of green, the minimum is ${phase.minimumGreen} s`,
        `相位 ${phase.id}：绿灯 ${green} s，小于最小绿 ${phase.minimumGreen} s`
      )
    }
    if (milliseconds(green) > milliseconds(phase.maximumGreen) + 1) {
      return refuse(
        'maximum-green',
        `phase ${phase.id}: ${green} s of green, the maximum is ${phase.maximumGreen} s`,
        `相位 ${phase.id}：绿灯 ${green} s，大于最大绿 ${phase.maximumGreen} s`
      )
    }
    const crossing = (phase.walk ?? 0) + (phase.pedestrianClear ?? 0)
    if (milliseconds(green) < milliseconds(crossing) - 1) {
      return refuse(
        'pedestrian',
        `phase ${phase.id}: ${green} s of green, walk and pedestrian clearance take ${crossing} s`,
        `相位 ${phase.id}：绿灯 ${green} s，行人放行与清空需要 ${crossing} s`
      )
    }
  }
  return allowed
}

/** A loaded intersection has none; the check does not rely on having been given one that was loaded. */
function checkConflicts(intersection: Intersection): TimingVerdict {
  for (const [a, b] of intersection.conflicts) {
    if (intersection.stages.some((stage) => stage.includes(a) && stage.includes(b))) {
      return refuse('conflict', `phases ${a} and ${b} conflict and share a stage`, `相位 ${a} 与 ${b} 冲突却在同一阶段`)
    }
  }
  return allowed
}
