import type { ParkingAnswer, ParkingCityAnswer } from '@city-brain/model'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { request } from '../api/request.ts'

/** How often the numbers are asked for, milliseconds. */
const every = 15_000

/** The car parks as the city knows them, and its clock: ages are counted against that, not against the phone's. */
export function useParking() {
  const city = useQuery({
    queryKey: ['city'],
    queryFn: ({ signal }) => request<ParkingCityAnswer>('/api/parking/city', { signal }),
    staleTime: Number.POSITIVE_INFINITY
  })
  const parking = useQuery({
    queryKey: ['parking'],
    queryFn: async ({ signal }) => {
      const answer = await request<ParkingAnswer>('/api/parking', { signal })
      return { ...answer, receivedAt: performance.now() }
    },
    refetchInterval: every,
    refetchIntervalInBackground: false
  })
  const second = useSecond()
  const { data } = parking
  return {
    city: city.data,
    places: data?.places,
    /** The city's time now, milliseconds since 1970. */
    now: data ? Date.parse(data.now) + Math.max(0, second - data.receivedAt) : Date.now(),
    /** When the city last answered, where it does not any more. */
    lostSince: parking.isError || city.isError ? (data ? Date.parse(data.now) : Number.NaN) : undefined
  }
}

/** `performance.now()`, once a second. */
function useSecond(): number {
  const [at, setAt] = useState(() => performance.now())
  useEffect(() => {
    const timer = setInterval(() => setAt(performance.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return at
}
