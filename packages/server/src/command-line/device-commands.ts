import { type DeviceRegistration, type DeviceSummary, type Domain, domains, isEntityId } from '@city-brain/model'
import { askCity } from '../control/control-client.ts'
import { ControlFault } from '../control/control-messages.ts'
import type { CommandOptions } from './command-options.ts'
import { print, running, whole } from './command-output.ts'

/** `device list`: a line for each, with what is worth a look. */
export async function listDevices(path: string): Promise<void> {
  let after: string | undefined
  do {
    const answer = await running(
      askCity(path, 'device-list', { limit: 1_000, ...(after === undefined ? {} : { after }) })
    )
    for (const device of answer.devices) print(lineOf(device))
    after = answer.next
  } while (after !== undefined)
}

function lineOf(device: DeviceSummary): string {
  const { id, kind, area, domain, entities, entityCount, profile, expectedInterval, certificateSubject } = device
  const state = device.revoked ? 'revoked' : device.connected ? 'connected' : 'not connected'
  const shown =
    entityCount === 0
      ? ''
      : `reports ${entities.slice(0, 3).join(', ')}${entityCount > 3 ? ` and ${entityCount - 3} more` : ''}`
  return [
    id,
    domain === undefined ? kind : `${domain} in ${area}`,
    state,
    device.secret ? 'has a secret' : 'no secret',
    device.from === 'file' ? 'in devices.yaml' : 'registered while running',
    shown,
    profile && `profile ${profile}`,
    expectedInterval !== undefined && `every ${expectedInterval} s`,
    certificateSubject && `certificate ${certificateSubject}`,
    device.lastSeen && `last seen ${device.lastSeen}`,
    device.overdue && 'overdue'
  ]
    .filter(Boolean)
    .join('  ')
}

/** `device add ID --area A --domain D …` */
export async function addDevice(path: string, id: string | undefined, options: CommandOptions): Promise<void> {
  const device: DeviceRegistration = {
    id: deviceId(id, 'add'),
    ...areaAndDomain(options),
    ...(options.entities === undefined ? {} : { entities: options.entities.split(',').map((entity) => entity.trim()) }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.interval === undefined ? {} : { expectedInterval: whole('--interval', options.interval) }),
    ...(options.subject === undefined ? {} : { certificateSubject: options.subject })
  }
  const made = await running(askCity(path, 'device-add', { device }))
  print(`Device  ${made.id}\nSecret  ${made.secret}\nIt is shown only now.`)
}

/** `device rotate ID` */
export async function rotateDevice(path: string, id: string | undefined): Promise<void> {
  const { device, secret } = await running(askCity(path, 'device-secret', { device: deviceId(id, 'rotate') }))
  print(`Device  ${device}\nSecret  ${secret}\nIt is shown only now. The secret before it no longer works.`)
}

/** `device revoke ID` */
export async function revokeDevice(path: string, id: string | undefined): Promise<void> {
  const { device } = await running(askCity(path, 'device-revoke', { device: deviceId(id, 'revoke') }))
  print(`${device} is revoked: its secret is gone and its connections are closed.`)
}

/** `device claim-key --area A --domain D …` */
export async function makeClaimKey(path: string, options: CommandOptions): Promise<void> {
  const { profile, count, days, prefix } = options
  const made = await running(
    askCity(path, 'claim-key', {
      ...areaAndDomain(options),
      ...(profile === undefined ? {} : { profile }),
      ...(prefix === undefined ? {} : { prefix }),
      ...(count === undefined ? {} : { count: whole('--count', count) }),
      ...(days === undefined ? {} : { days: whole('--days', days) })
    })
  )
  print(`Claim key  ${made.key}\nFor ${made.count} devices, until ${made.expiresAt}. It is shown only now.`)
}

/** `device claim-keys` */
export async function listClaimKeys(path: string): Promise<void> {
  const { claimKeys } = await running(askCity(path, 'claim-keys', {}))
  if (claimKeys.length === 0) print('There are no claim keys.')
  for (const { id, state, domain, area, prefix, remaining, count, expiresAt } of claimKeys) {
    const ids = prefix === '' ? '' : `ids ${prefix}…`
    const left = `${remaining} of ${count} left`
    print([id, state, `${domain} in ${area}`, ids, left, `until ${expiresAt}`].filter(Boolean).join('  '))
  }
}

/** `device revoke-claim-key ID` */
export async function revokeClaimKey(path: string, id: string | undefined): Promise<void> {
  if (id === undefined)
    throw new ControlFault('Say which claim key: device revoke-claim-key ID (device claim-keys lists them).')
  await running(askCity(path, 'claim-key-revoke', { id }))
  print(`The claim key ${id} is revoked. Devices that were claimed with it stay.`)
}

function deviceId(id: string | undefined, action: string): string {
  if (id === undefined) throw new ControlFault(`Say which device: device ${action} ID.`)
  if (!isEntityId(id)) throw new ControlFault(`${id} is no id of a device.`)
  return id
}

function areaAndDomain({ area, domain }: CommandOptions): { area: string; domain: Domain } {
  if (area === undefined || domain === undefined) throw new ControlFault('Say --area A and --domain D.')
  const known = domains.find((one) => one === domain)
  if (known === undefined) throw new ControlFault(`--domain must be one of ${domains.join(', ')}, not ${domain}.`)
  return { area, domain: known }
}
