import type {
  ClaimKeyAnswer,
  ClaimKeysAnswer,
  DeadLettersAnswer,
  DeviceRegistration,
  DeviceSecretAnswer,
  DevicesAnswer,
  Health,
  HistoryCheckpoint,
  ImportAnswer,
  ReplayAnswer
} from '@city-brain/model'
import type { NewClaimKey } from '../registry/claims.ts'
import type { ImportFormat } from '../registry/import/import-assets.ts'

/** What the `city-brain` command may ask of the running city, and what it is answered. One JSON line each way. */
export type ControlRequests = {
  health: { ask: Record<never, never>; answer: Health }
  /** A copy of the embedded history in a new file; without a checkpoint where there is none. */
  'copy-history': { ask: { file: string }; answer: { checkpoint?: HistoryCheckpoint } }
  'operator-reset': { ask: { name?: string }; answer: { name: string; password: string } }
  'device-secret': { ask: { device: string }; answer: { device: string; secret: string } }
  'device-list': { ask: { after?: string; limit?: number }; answer: DevicesAnswer }
  'device-add': { ask: { device: DeviceRegistration }; answer: DeviceSecretAnswer }
  'device-revoke': { ask: { device: string }; answer: { device: string } }
  'claim-key': { ask: NewClaimKey; answer: ClaimKeyAnswer }
  'claim-keys': { ask: Record<never, never>; answer: ClaimKeysAnswer }
  'claim-key-revoke': { ask: { id: string }; answer: { id: string } }
  /** The bytes in base64. */
  'import-assets': { ask: { format: ImportFormat; content: string; dryRun: boolean }; answer: ImportAnswer }
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
