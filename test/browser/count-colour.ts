import type { Page } from 'playwright-core'
import { PNG } from 'pngjs'

/** How many pixels of what the browser really shows have a colour (`#rrggbb`, each channel within 3). */
export async function countColour(page: Page, colour: string): Promise<number> {
  const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  const { data } = PNG.sync.read(await page.screenshot())
  let count = 0
  for (let i = 0; i < data.length; i += 4) {
    if (wanted.every((value, channel) => Math.abs(value - (data[i + channel] ?? 0)) <= 3)) count++
  }
  return count
}
