import { type Draft, type Entry, parseInstant, type SignalCommandMessage } from '@city-brain/model'

/** A command that its controller has not answered yet. */
export type PendingCommand = {
  commandId: string
  intersection: string
  controller: string
  message: SignalCommandMessage
  /** Offset of its `requested` entry. */
  offset: number
  /** Milliseconds since 1970; never sent after it. */
  deliverBefore: number
  /** Its `sent` entry is in the journal. */
  sentRecorded: boolean
}

export const deliveryKinds = ['tick', 'ack', 'command'] as const
export type DeliveryEntry = Entry<(typeof deliveryKinds)[number]>

/** The commands under way: a fold of the journal. */
export interface PendingCommands {
  apply(entry: DeliveryEntry): void
  all(): PendingCommand[]
  get(commandId: string): PendingCommand | undefined
  snapshot(): unknown
}

const version = 1
type Snapshot = { version: typeof version; commands: PendingCommand[] }

export function createPendingCommands(snapshot?: unknown): PendingCommands {
  const commands = new Map<string, PendingCommand>()
  if (isSnapshot(snapshot)) for (const command of snapshot.commands) commands.set(command.commandId, { ...command })
  return {
    apply(entry) {
      if (entry.kind === 'ack') commands.delete(entry.payload.commandId)
      if (entry.kind !== 'command') return
      const { commandId, state, message, controller } = entry.payload
      const known = commands.get(commandId)
      if (state === 'sent') {
        if (known) known.sentRecorded = true
      } else if (state !== 'requested') commands.delete(commandId)
      else if (known === undefined && message !== undefined && controller !== undefined) {
        commands.set(commandId, {
          commandId,
          intersection: entry.entity,
          controller,
          message,
          offset: entry.offset,
          // Without a date that can be read it is never sent: a controller could not judge it either.
          deliverBefore: parseInstant(message.deliverBefore) ?? 0,
          sentRecorded: false
        })
      }
    },
    all: () => [...commands.values()],
    get: (commandId) => commands.get(commandId),
    snapshot: (): Snapshot => ({ version, commands: [...commands.values()] })
  }
}

/** A step in a command's life, with an id of its own, so that it is in the journal once however often it is appended. */
export function transitionOf(command: PendingCommand, state: 'sent' | 'expired', reason?: string): Draft<'command'> {
  const { commandId, intersection, offset, sentRecorded } = command
  const from = state === 'expired' ? { from: sentRecorded ? ('sent' as const) : ('requested' as const) } : {}
  return {
    kind: 'command',
    entity: intersection,
    payload: { commandId, state, ...from, ...(reason === undefined ? {} : { reason }), causes: [offset] },
    source: 'view:command-delivery',
    id: `command-delivery/1/${intersection}/${offset}/${state}`
  }
}

function isSnapshot(value: unknown): value is Snapshot {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === version
}
