import type { ClaimKeySummary, Clock, DeviceRegistration, Domain, OperatorAction } from '@city-brain/model'
import { type ClaimKeys, claimKeyState } from '../identity/claim-keys.ts'
import type { DeviceSecrets } from '../identity/device-secrets.ts'
import { checkArea, checkFreeId } from './check-registration.ts'
import type { Registry } from './registry.ts'
import { RegistryFault } from './registry-fault.ts'

export type NewClaimKey = {
  area: string
  domain: Domain
  profile?: string
  /** How many devices may be claimed with it (default 1). */
  count?: number
  /** Whole days until it ends (default 30). */
  days?: number
  /** What the id of a device must begin with. */
  prefix?: string
}

export type Claims = {
  /** The key is told this once. */
  create(wanted: NewClaimKey, operator: string): Promise<ClaimKeySummary & { key: string }>
  list(): ClaimKeySummary[]
  revoke(id: string, operator: string): Promise<void>
  /** A device's secret, told this once, for whoever has a key. `address`: of whoever asks, for the audit trail. */
  claim(key: string, device: string, address: string, onWrongKey?: () => void): Promise<{ id: string; secret: string }>
}

/** The beginning of an id, or nothing. */
const prefixForm = /^([a-z0-9][a-z0-9._-]{0,62})?$/

/** Refused claims are recorded at once and then once a minute with their count: strangers must not fill the journal. */
const refusalPause = 60_000

/** Claim keys: with one, a batch of devices is provisioned without an operator at each. */
export function createClaims({
  registry,
  keys,
  secrets,
  clock
}: {
  registry: Registry
  keys: ClaimKeys
  secrets: DeviceSecrets
  clock: Clock
}): Claims {
  let refused = 0
  let recordedAt = Number.NEGATIVE_INFINITY

  const recordRefusal = async (address: string): Promise<void> => {
    refused++
    if (clock.monotonic() - recordedAt < refusalPause) return
    recordedAt = clock.monotonic()
    const detail = { count: refused, address }
    refused = 0
    await registry.commit([], { action: 'device-claim-refused', operator: 'system', detail })
  }

  /** What the device is registered as; an operator or an import may have registered it already, without a secret. */
  const registrationOf = (
    device: string,
    key: ReturnType<ClaimKeys['find']> & object
  ): { registration: DeviceRegistration; isNew: boolean } => {
    const { area, domain, profile } = key
    if (!device.startsWith(key.prefix)) {
      throw new RegistryFault('bad-request', `with this key the id must begin with ${key.prefix}`, 'device')
    }
    const taken = new RegistryFault('conflict', `${device} was claimed already`, 'device')
    if (keys.isClaimed(device)) throw taken
    const known = registry.find(device)
    if (known?.kind === 'device' && known.from === 'registry' && !known.revoked) {
      if (secrets.has(device)) throw taken
      if (known.registration.area !== area || known.registration.domain !== domain) {
        throw new RegistryFault('conflict', `${device} is registered under another area or domain`, 'device')
      }
      return { registration: known.registration, isNew: false }
    }
    if (known?.revoked) throw new RegistryFault('conflict', `${device} is revoked`, 'device')
    checkFreeId(registry, device)
    checkArea(registry, area)
    return { registration: { id: device, area, domain, ...(profile === undefined ? {} : { profile }) }, isNew: true }
  }

  return {
    create: (wanted, operator) =>
      registry.exclusive(async () => {
        checkArea(registry, wanted.area)
        const { area, domain, profile, count = 1, days = 30, prefix = '' } = wanted
        if (count < 1 || count > 100_000) throw new RegistryFault('bad-request', 'count must be 1 to 100,000', 'count')
        if (!Number.isInteger(days) || days < 1 || days > 3_650) {
          throw new RegistryFault('bad-request', 'days must be a whole number from 1 to 3,650', 'days')
        }
        if (!prefixForm.test(prefix))
          throw new RegistryFault('bad-request', 'prefix is no beginning of an id', 'prefix')
        const made = keys.create({
          area,
          domain,
          prefix,
          count,
          expiresAt: clock.now() + days * 86_400_000,
          ...(profile === undefined ? {} : { profile })
        })
        const detail = { area, domain, count, days }
        await registry.commit([], { action: 'claim-key', operator, subject: made.id, detail })
        return made
      }),
    list: () => keys.list(),
    revoke: (id, operator) =>
      registry.exclusive(async () => {
        if (!keys.revoke(id)) throw new RegistryFault('not-found', `There is no claim key ${id} that could be revoked.`)
        await registry.commit([], { action: 'claim-key-revoked', operator, subject: id })
      }),
    claim: (text, device, address, onWrongKey) =>
      registry.exclusive(async () => {
        const key = keys.find(text)
        if (key === undefined) {
          onWrongKey?.()
          await recordRefusal(address)
          throw new RegistryFault('wrong-credentials', 'This is no claim key.', 'key')
        }
        const state = claimKeyState(key, clock.now())
        if (state !== 'usable') throw new RegistryFault('conflict', `The claim key is ${state}.`, 'key')
        const { registration, isNew } = registrationOf(device, key)
        const action: OperatorAction = {
          action: 'device-claimed',
          operator: `claim-key:${key.id}`,
          subject: device,
          detail: { address }
        }
        // The registration first: after a crash in between, the claim can simply be made again.
        await registry.commit(isNew ? [{ change: 'device', device: registration }] : [], action)
        return { id: device, secret: keys.claim(key.id, device, () => secrets.renew(device)) }
      })
  }
}
