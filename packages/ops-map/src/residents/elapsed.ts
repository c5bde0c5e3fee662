/** Both clocks of the phone, milliseconds: `monotonic` may stand still while it sleeps, `wall` may be set. */
export type Ticks = { monotonic: number; wall: number }

export const readTicks = (): Ticks => ({ monotonic: performance.now(), wall: Date.now() })

/** How long ago something was, milliseconds: what the clock says that ran further, so that nothing looks fresher than it is. */
export function elapsedSince(then: Ticks, now: Ticks): number {
  return Math.max(0, now.monotonic - then.monotonic, now.wall - then.wall)
}
