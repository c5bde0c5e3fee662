import { type Intersection, parseInstant, type SignalCommandMessage } from '@city-brain/model'
import { judgeTiming } from './judge-timing.ts'

/**
 * Whether a command may run here and now.
 * @param now milliseconds since 1970, the controller's own clock
 * @returns why it is rejected, or undefined where it is accepted
 */
export function judgeCommand(
  intersection: Intersection,
  command: SignalCommandMessage,
  now: number
): string | undefined {
  if (command.intersection !== intersection.intersection)
    return `wrong-intersection: this is ${intersection.intersection}`
  if (command.revision !== intersection.revision) {
    return `wrong-revision: made for ${command.revision}, this is ${intersection.revision}`
  }
  const deliverBefore = parseInstant(command.deliverBefore)
  const expiresAt = parseInstant(command.expiresAt)
  if (deliverBefore === undefined || expiresAt === undefined) return 'malformed: a date is not RFC 3339'
  if (now > deliverBefore) return `late: it was to be delivered before ${command.deliverBefore}`
  switch (command.kind) {
    case 'release':
      return undefined
    case 'set-timing':
      if (now >= expiresAt) return `expired: at ${command.expiresAt}`
      if (!command.timing) return 'malformed: set-timing without a timing'
      return judgeTiming(intersection, command.timing)
    default:
      return `unknown-kind: ${String(command.kind)}`
  }
}
