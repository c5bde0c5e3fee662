import type { CommandAcknowledgement, CommandState, CommandTransition, SignalState } from '@city-brain/model'

/**
 * A command that is not yet at its end. Times are monotonic milliseconds. Plain JSON.
 * `expired` is kept until `endsAt`: delivery may give a command up whose acknowledgement was only late, and then the
 * controller's report is the truth.
 */
export type LiveCommand = {
  id: string
  kind: 'set-timing' | 'release'
  state: Exclude<CommandState, 'rejected'>
  requestedAt: number
  deliverBy: number
  acknowledgedAt?: number
  endsAt: number
}

/** A step in a command's life that is to be recorded. */
export type LifeStep = Pick<CommandTransition, 'commandId' | 'state' | 'reason' | 'from'>

/** The commands that go on, and what happened to them. */
export type Lived = { live: LiveCommand[]; steps: LifeStep[] }

/** Delivery records `sent` and `expired` itself; only if it stays silent for so long does the command count as lost. */
const deliveryGrace = 20_000
const lostAfter = 60_000

const awaitsDelivery = ({ state }: LiveCommand): boolean => state === 'requested' || state === 'sent'

/** `sent`, and `expired` before delivery, come from delivery. */
export function foldDelivery(live: readonly LiveCommand[], transition: CommandTransition): LiveCommand[] {
  return live.flatMap((command) => {
    if (command.id !== transition.commandId || !awaitsDelivery(command)) return [command]
    switch (transition.state) {
      case 'sent':
      case 'expired':
        return [{ ...command, state: transition.state }]
      case 'rejected':
        return []
      default:
        return [command]
    }
  })
}

/** The controller's answer. A rejection after delivery gave up changes nothing: the command has expired. */
export function foldAcknowledgement(
  live: readonly LiveCommand[],
  { commandId, result, reason }: CommandAcknowledgement,
  monotonic: number
): Lived {
  const command = live.find(({ id }) => id === commandId)
  if (!command) return { live: [...live], steps: [] }
  const others = live.filter((other) => other !== command)
  if (result === 'rejected') {
    if (!awaitsDelivery(command)) return { live: [...live], steps: [] }
    return { live: others, steps: [{ commandId, state: 'rejected', reason: reason ?? 'no reason given' }] }
  }
  if (!awaitsDelivery(command) && command.state !== 'expired') return { live: [...live], steps: [] }
  return {
    live: [...others, { ...command, state: 'acknowledged', acknowledgedAt: monotonic }],
    steps: [{ commandId, state: 'acknowledged' }]
  }
}

/** What the controller runs: its report alone makes a command effective, and ends it. */
export function foldReport(live: readonly LiveCommand[], { commandId: running }: SignalState): Lived {
  const steps: LifeStep[] = []
  const effective = (command: LiveCommand) =>
    command.kind === 'set-timing' ? command.id === running : command.state === 'acknowledged' && running === undefined
  const begun = live.filter((command) => command.state !== 'effective' && effective(command))
  const newest = begun.reduce<LiveCommand | undefined>(
    (latest, command) => (!latest || command.requestedAt >= latest.requestedAt ? command : latest),
    undefined
  )
  const kept = live.flatMap((command): LiveCommand[] => {
    if (begun.includes(command)) {
      steps.push({ commandId: command.id, state: 'effective' })
      // A release has no end of its own: once the local plan runs, it is done.
      return command.kind === 'release' ? [] : [{ ...command, state: 'effective' }]
    }
    const overtaken = newest && command.state === 'acknowledged' && command.requestedAt <= newest.requestedAt
    if ((command.state === 'effective' && command.id !== running) || overtaken) {
      const reason = running ?? newest?.id
      steps.push({
        commandId: command.id,
        state: 'expired',
        from: command.state,
        reason: reason === undefined ? 'the controller runs its local plan' : `superseded by ${reason}`
      })
      return []
    }
    return [command]
  })
  return { live: kept, steps }
}

/** What time ends. */
export function foldTime(live: readonly LiveCommand[], monotonic: number): Lived {
  const steps: LifeStep[] = []
  const kept = live.filter((command) => {
    const reason = endOf(command, monotonic)
    if (reason === undefined) return true
    if (reason) steps.push({ commandId: command.id, state: 'expired', from: command.state, reason })
    return false
  })
  return { live: kept, steps }
}

/** Why a command has ended, empty where that is recorded already, undefined where it goes on. */
function endOf(command: LiveCommand, monotonic: number): string | undefined {
  if (monotonic < command.endsAt) return undefined
  switch (command.state) {
    case 'effective':
      return 'its time has ended'
    case 'acknowledged':
      return 'it never took effect'
    case 'expired':
      return ''
    default:
      return monotonic < command.endsAt + lostAfter ? undefined : 'nothing is known of its delivery'
  }
}

/**
 * Whether a command is under way, so that no other may be sent. One that was acknowledged and has not begun after
 * two of the longest cycles is not waited for any longer.
 */
export function isUnderWay(
  live: readonly LiveCommand[],
  monotonic: number,
  longestCycle: number
): LiveCommand | undefined {
  return live.find((command) => {
    if (awaitsDelivery(command)) return monotonic < command.deliverBy + deliveryGrace
    return command.state === 'acknowledged' && monotonic < (command.acknowledgedAt ?? 0) + 2_000 * longestCycle
  })
}
