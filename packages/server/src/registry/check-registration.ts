import { DeviceRegistration, describeErrors } from '@city-brain/model'
import { Compile } from 'typebox/compile'
import type { Registry } from './registry.ts'
import { RegistryFault } from './registry-fault.ts'

const form = Compile(DeviceRegistration)

/** What `check-devices` holds a file against, for one device that is registered while the city runs. */
export function checkRegistration(registry: Registry, device: DeviceRegistration): void {
  if (!form.Check(device)) {
    const [fault] = describeErrors(form.Errors(device))
    throw new RegistryFault('bad-request', `${fault?.path.slice(1)} ${fault?.message}`, fault?.path.slice(1))
  }
  checkFreeId(registry, device.id)
  checkArea(registry, device.area)
  if (device.source === 'timekeeper') {
    throw new RegistryFault('bad-request', 'timekeepers are not supported yet', 'source')
  }
  if (device.simulated) {
    throw new RegistryFault(
      'bad-request',
      'what the simulation stands in for is registered in devices.yaml',
      'simulated'
    )
  }
  device.entities?.forEach((entity, index) => {
    if (!registry.asset(entity))
      throw new RegistryFault('bad-request', `there is no asset ${entity}`, `entities/${index}`)
  })
  const subject = device.certificateSubject
  if (subject === undefined) return
  const holder = registry.all().find((one) => !one.revoked && one.registration.certificateSubject === subject)
  if (holder) throw new RegistryFault('conflict', `${holder.id} has that certificate already`, 'certificateSubject')
}

export function checkArea(registry: Registry, area: string): void {
  if (registry.asset(area)?.properties.kind !== 'area') {
    throw new RegistryFault('bad-request', `there is no area ${area}`, 'area')
  }
}

export function checkFreeId(registry: Registry, id: string): void {
  const known = registry.find(id)
  if (known === undefined || (known.from === 'registry' && known.revoked)) return
  throw new RegistryFault(
    'conflict',
    known.from === 'registry'
      ? `${id} is registered already`
      : `${id} is in devices.yaml${known.revoked ? ' and revoked: give the device another id there' : ''}`,
    'id'
  )
}
