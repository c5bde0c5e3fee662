import type { DeviceRegister } from '@city-brain/model'

/** Which devices and gateways may report an entity. Worked out again after the register has become another one. */
export function createReporters(register: () => DeviceRegister): (entity: string) => string[] {
  let known: { register: DeviceRegister; reporters: (entity: string) => string[] } | undefined
  return (entity) => {
    const now = register()
    if (known?.register !== now) known = { register: now, reporters: reportersOf(now) }
    return known.reporters(entity)
  }
}

function reportersOf(register: DeviceRegister): (entity: string) => string[] {
  const reporters = new Map<string, string[]>()
  const add = (entity: string, device: string) => {
    const known = reporters.get(entity) ?? []
    if (!known.includes(device)) known.push(device)
    reporters.set(entity, known)
  }
  for (const { id, entities = [] } of register.devices ?? []) for (const entity of [id, ...entities]) add(entity, id)
  for (const { id, entities = [] } of register.gateways ?? []) for (const entity of entities) add(entity, id)
  const byPrefix = (register.gateways ?? []).flatMap(({ id, entityPrefix }) =>
    entityPrefix === undefined ? [] : [{ id, entityPrefix }]
  )
  return (entity) => {
    const prefixed = byPrefix.filter(({ entityPrefix }) => entity.startsWith(entityPrefix)).map(({ id }) => id)
    return [...new Set([...(reporters.get(entity) ?? []), ...prefixed])]
  }
}
