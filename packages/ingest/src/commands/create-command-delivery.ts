import type { Clock, CommandOutlet, Journal, Tick } from '@city-brain/model'
import type { Log } from '../log.ts'
import { usableSnapshot } from '../state/usable-snapshot.ts'
import { followJournal } from './follow-journal.ts'
import {
  createPendingCommands,
  type DeliveryEntry,
  deliveryKinds,
  type PendingCommand,
  transitionOf
} from './pending-commands.ts'

const view = 'command-delivery'
/** A command that is not acknowledged is sent again after so long, on the journal's monotonic count. Milliseconds. */
export const repeatAfter = 5_000
/** Ticks between two snapshots. */
const ticksBetweenSnapshots = 600

export interface CommandDelivery {
  stop(): Promise<void>
}

/**
 * Brings each requested command to its controller: sends it when the controller listens, repeats it with the same id until
 * its `ack` is in the journal, and gives it up as `expired` when `deliverBefore` has passed on the journal's clock. Its
 * checkpoint is its own and no rebuild of a view resets it, so a rebuild commands nothing. What was under way at a
 * restart goes on. Where the journal has lost something since (another epoch), it begins at the end with nothing under
 * way: nothing is commanded on the word of a past that is no longer there.
 */
export async function createCommandDelivery({
  journal,
  outlet,
  clock,
  log
}: {
  journal: Journal
  outlet: CommandOutlet
  clock: Clock
  log: Log
}): Promise<CommandDelivery> {
  const snapshot = await begin(journal, log)
  const commands = createPendingCommands(snapshot.state)
  /** When each command was last sent, by the monotonic count; commands that are being sent. */
  const sentAt = new Map<string, number>()
  const sending = new Set<string>()
  let through = snapshot.offset
  let ticks = 0
  let monotonic = 0

  const record = async (command: PendingCommand, state: 'sent' | 'expired', reason?: string) => {
    try {
      await journal.append([transitionOf(command, state, reason)], {
        view: { name: view, checkpoint: through, state: commands.snapshot() }
      })
    } catch (error) {
      // It stays under way, and is tried again at the next tick.
      log('error', `A command could not be recorded as ${state}`, { command: command.commandId, error: String(error) })
    }
  }

  const send = async (command: PendingCommand) => {
    const { commandId, controller, message } = command
    if (sending.has(commandId) || clock.now() >= command.deliverBefore) return
    sending.add(commandId)
    try {
      if (!(await outlet.send(controller, JSON.stringify(message)))) return
      sentAt.set(commandId, monotonic)
      if (!command.sentRecorded) await record(command, 'sent')
    } catch (error) {
      log('warn', 'A command could not be sent', { command: commandId, controller, error: String(error) })
    } finally {
      sending.delete(commandId)
    }
  }

  const onTick = async (tick: Tick) => {
    monotonic = tick.monotonic
    const work: Promise<void>[] = []
    for (const command of commands.all()) {
      const last = sentAt.get(command.commandId)
      if (tick.now >= command.deliverBefore) {
        const reason = last === undefined && !command.sentRecorded ? 'not-connected' : 'not-acknowledged'
        work.push(record(command, 'expired', reason))
      } else if (last === undefined || tick.monotonic - last >= repeatAfter) work.push(send(command))
    }
    for (const commandId of sentAt.keys()) if (commands.get(commandId) === undefined) sentAt.delete(commandId)
    ticks++
    // A full journal cuts only what every view has in a snapshot.
    const between = journal.health().state === 'full' ? 10 : ticksBetweenSnapshots
    if (ticks % between === 0) work.push(save())
    await Promise.all(work)
  }

  const save = async () => {
    try {
      await journal.saveSnapshot(view, through, commands.snapshot())
    } catch (error) {
      log('warn', 'The snapshot of the command delivery could not be written', { error: String(error) })
    }
  }

  const under = new Set<Promise<void>>()
  const run = (work: Promise<void>) => {
    under.add(work)
    void work.finally(() => under.delete(work))
  }

  const apply = (entries: readonly DeliveryEntry[], seen: number, live: boolean) => {
    through = seen
    for (const entry of entries) {
      commands.apply(entry)
      // What happened before the start is only remembered; the first live tick then takes it up.
      if (!live) continue
      if (entry.kind === 'tick') run(onTick(entry.payload))
      else if (entry.kind === 'command' && entry.payload.state === 'requested') {
        const command = commands.get(entry.payload.commandId)
        if (command) run(send(command))
      }
    }
  }

  const following = followJournal<(typeof deliveryKinds)[number]>(journal, snapshot.offset, deliveryKinds, apply)
  await following.caughtUp
  return {
    async stop() {
      following.stop()
      await Promise.all(under)
      await save()
    }
  }
}

async function begin(journal: Journal, log: Log): Promise<{ offset: number; state: unknown }> {
  const snapshot = await usableSnapshot(journal, view, log)
  if (snapshot === 'unusable') {
    log('error', 'Commands that were under way are given up')
    return { offset: journal.head, state: undefined }
  }
  return snapshot ?? { offset: 0, state: undefined }
}
