/** How long to wait after one fault and the next: doubling up to a longest, each between half and the whole of it by chance. */
export type Backoff = { next(): number; reset(): void; readonly longest: number }

export function createBackoff({ first, longest }: { first: number; longest: number }, random: () => number): Backoff {
  let wait = first
  return {
    longest,
    next() {
      const chosen = wait * (0.5 + random() / 2)
      wait = Math.min(wait * 2, longest)
      return chosen
    },
    reset() {
      wait = first
    }
  }
}
