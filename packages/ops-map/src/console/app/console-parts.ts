import type { CityDescription, SessionAnswer } from '@city-brain/model'
import { createContext, useContext } from 'react'
import type { CityIndex } from '../../city/city-index.ts'
import type { CityStore } from '../../live/city-store.ts'
import type { LiveConnection } from '../../live/live-connection.ts'
import type { Announcer } from './announcer.ts'
import type { ConsoleStore } from './console-state.ts'

/** What every part of the console works with, made once after sign-in. */
export type ConsoleParts = {
  city: CityDescription
  index: CityIndex
  store: CityStore
  connection: LiveConnection
  ui: ConsoleStore
  announcer: Announcer
  session: SessionAnswer
  /** The wall display: fewer controls, larger type. */
  wall: boolean
  onSignedOut: () => void
}

const Parts = createContext<ConsoleParts | undefined>(undefined)
export const ConsolePartsProvider = Parts.Provider

export function useParts(): ConsoleParts {
  const parts = useContext(Parts)
  if (!parts) throw new Error('useParts outside of the console')
  return parts
}
