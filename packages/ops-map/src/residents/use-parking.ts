import type { ParkingAnswer, ParkingCityAnswer } from '@city-brain/model'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { request } from '../api/request.ts'
import { elapsedSince, readTicks, type Ticks } from './elapsed.ts'

/** How often the numbers are asked for, milliseconds. */
const every = 15_000
/** After so long without an answer the phone has no connection, whatever it says itself; milliseconds. */
const patience = 8_000

/** The car parks as the city knows them, and its clock: ages are counted against that, not against the phone's. */
export function useParking() {
  const city = useQuery({
    queryKey: ['city'],
    queryFn: ({ signal }) => ask<ParkingCityAnswer>('/api/parking/city', signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) => (state.data ? false : every)
  })
  const parking = useQuery({
    queryKey: ['parking'],
    queryFn: async ({ signal }) => {
      const answer = await ask<ParkingAnswer>('/api/parking', signal)
      return { ...answer, receivedAt: readTicks() }
    },
    refetchInterval: every
  })
  const ticks = useSecond()
  const { data } = parking
  const answeredAt = data && Date.parse(data.now)
  const answerAge = data ? elapsedSince(data.receivedAt, ticks) : 0
  return {
    city: city.data,
    places: data?.places,
    /** The city's time now, milliseconds since 1970. */
    now: answeredAt === undefined ? Date.now() : answeredAt + answerAge,
    answerAge,
    /** The city does not answer; `since` is when it last did, absent where it never did. */
    ...(parking.isError ? { lost: answeredAt === undefined ? {} : { since: answeredAt } } : {})
  }
}

/** A request that gives up: in a tunnel a phone waits for minutes, and the page would go on as if all were well. */
async function ask<T>(path: string, left: AbortSignal): Promise<T> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error('The city does not answer in time')), patience)
  const leave = () => late.abort(left.reason)
  left.addEventListener('abort', leave)
  try {
    return await request<T>(path, { signal: late.signal })
  } finally {
    clearTimeout(timer)
    left.removeEventListener('abort', leave)
  }
}

/** Both clocks of the phone, once a second and when the page is looked at again. */
function useSecond(): Ticks {
  const [ticks, setTicks] = useState(readTicks)
  useEffect(() => {
    const read = () => setTicks(readTicks())
    const timer = setInterval(read, 1_000)
    document.addEventListener('visibilitychange', read)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', read)
    }
  }, [])
  return ticks
}
