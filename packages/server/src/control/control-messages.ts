import type { DeadLettersAnswer, Health, ReplayAnswer } from '@city-brain/model'

/** What the `city-brain` command may ask of the running city, and what it is answered. One JSON line each way. */
export type ControlRequests = {
  health: { ask: Record<never, never>; answer: Health }
  'operator-reset': { ask: { name?: string }; answer: { name: string; password: string } }
  'device-secret': { ask: { device: string }; answer: { device: string; secret: string } }
  'dead-letters': { ask: { code?: string; before?: number; limit?: number }; answer: DeadLettersAnswer }
  'dead-letters-replay': { ask: { offsets?: number[]; code?: string }; answer: ReplayAnswer }
}
export type ControlName = keyof ControlRequests
export type ControlHandlers = {
  [N in ControlName]: (ask: ControlRequests[N]['ask']) => Promise<ControlRequests[N]['answer']>
}
export type ControlReply = { ok: true; answer: unknown } | { ok: false; message: string }

/** A request that cannot be met, in words for whoever typed the command. */
export class ControlFault extends Error {
  override readonly name = 'ControlFault'
}
