/** What the operator looks at, apart from the city itself. */
export const sections = ['traffic', 'parking', 'waste', 'alarms', 'more'] as const
export type Section = (typeof sections)[number]
export type Tab = 'alarms' | 'delays' | 'commands'

export type ConsoleState = {
  section: Section
  tab: Tab
  /** Id of the entity that is selected, and of the alarm through which it was. */
  selected?: string
  alarm?: string
  help: boolean
}

export type ConsoleStore = {
  get(): ConsoleState
  set(change: Partial<ConsoleState>): void
  select(entity: string | undefined, alarm?: string): void
  subscribe(listener: () => void): () => void
}

/** Kept outside React, so that shortcuts, the map and components change the same state. The selection stands in the address. */
export function createConsoleStore(): ConsoleStore {
  const listeners = new Set<() => void>()
  const fromAddress = decodeURIComponent(location.hash.slice(1))
  let state: ConsoleState = {
    section: 'traffic',
    tab: 'alarms',
    help: false,
    ...(fromAddress ? { selected: fromAddress } : {})
  }
  const set = (change: Partial<ConsoleState>) => {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }
  return {
    get: () => state,
    set,
    select(entity, alarm) {
      if (entity === state.selected && alarm === state.alarm) return
      set({ selected: entity, alarm })
      const address = location.pathname + location.search
      history.replaceState(null, '', entity === undefined ? address : `${address}#${encodeURIComponent(entity)}`)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}
