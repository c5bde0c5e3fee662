import type { SignalCommandMessage } from '@city-brain/model'

/** What came over the wire: a command, a message that can only be rejected, or nothing that could be answered. */
export type ReadCommand =
  | { kind: 'command'; command: SignalCommandMessage }
  | { kind: 'malformed'; commandId: string; reason: string }
  | { kind: 'unanswerable'; reason: string }

/** Reads the decoded JSON of a `cmd` message; the controller trusts no one to have checked its form. */
export function readCommand(message: unknown): ReadCommand {
  if (!isRecord(message)) return { kind: 'unanswerable', reason: 'not an object' }
  const { commandId } = message
  if (typeof commandId !== 'string' || commandId.length === 0 || commandId.length > 160) {
    return { kind: 'unanswerable', reason: 'no commandId' }
  }
  const faulty = ['kind', 'intersection', 'issuedAt', 'deliverBefore', 'expiresAt'].find(
    (name) => typeof message[name] !== 'string'
  )
  if (faulty) return { kind: 'malformed', commandId, reason: `malformed: ${faulty} is not text` }
  if (!Number.isInteger(message.revision)) {
    return { kind: 'malformed', commandId, reason: 'malformed: revision is not an integer' }
  }
  if (message.timing !== undefined && !isTiming(message.timing)) {
    return { kind: 'malformed', commandId, reason: 'malformed: timing needs cycle, greens and offset as numbers' }
  }
  return { kind: 'command', command: message as unknown as SignalCommandMessage }
}

function isTiming(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { cycle, offset, greens } = value
  return [cycle, offset].every(isNumber) && Array.isArray(greens) && greens.length <= 64 && greens.every(isNumber)
}

const isNumber = (value: unknown): boolean => typeof value === 'number'

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
