import { join } from 'node:path'
import type { DeviceSecretAnswer, ImportAnswer } from '@city-brain/model'
import mqtt from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../browser/open-browser.ts'
import { signIn } from '../browser/sign-in.ts'
import { buildPages } from '../city/build-pages.ts'
import { type OperatorSession, signInFirst } from '../city/operator-session.ts'
import { type RunningCity, startCity, temporaryFolder, waitFor } from '../city/start-city.ts'
import { writeSmallCity } from '../city/write-small-city.ts'
import { findProgram } from '../programs/find-program.ts'

type Mark = { id: string; state?: string }
type TestWindow = { cityBrain?: { debug: { marks(): Mark[] } }; openedBefore?: boolean }

/** A console that was open before containers were imported. */
describe.skipIf(findProgram('chromium') === undefined)('an open console', () => {
  const folder = temporaryFolder()
  let city: RunningCity
  let browser: Browser
  let page: Page
  let operator: OperatorSession
  const faults: string[] = []

  beforeAll(async () => {
    await buildPages()
    writeSmallCity(join(folder.path, 'city'), 2)
    city = await startCity({ city: join(folder.path, 'city'), data: join(folder.path, 'data') })
    operator = await signInFirst(city)
    browser = (await openBrowser()) as Browser
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en' })
    page.on('pageerror', (error) => faults.push(error.message))
    await signIn(page, city.url, operator)
    await page.waitForFunction(() => ((window as TestWindow).cityBrain?.debug.marks().length ?? 0) > 0)
    await page.evaluate(() => {
      ;(window as TestWindow).openedBefore = true
    })
  })
  afterAll(async () => {
    await browser?.close()
    await city?.stop()
    folder.remove()
  })

  const stateOf = (id: string) =>
    page.evaluate(
      (wanted) => (window as TestWindow).cityBrain?.debug.marks().find((mark) => mark.id === wanted)?.state,
      id
    )

  test('finds an imported container and shows its reading, without being opened again', async () => {
    const answer = await fetch(`${city.url}/api/assets/import`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', origin: city.url, cookie: operator.cookie },
      body: [
        'id,name,area,longitude,latitude,storedWasteKind,binCapacity,distanceEmpty,distanceFull',
        'imported-1,Container imported-1,centre,121.004,29.004,glass,1100,150,30'
      ].join('\n')
    })
    expect((await answer.json()) as ImportAnswer).toMatchObject({ applied: true })
    await waitFor(async () => {
      await page.keyboard.press('Escape')
      await page.keyboard.press('/')
      await page.keyboard.press('Control+A')
      await page.keyboard.type('imported-1')
      const option = page.getByRole('option', { name: /imported-1/i }).first()
      await option.waitFor({ timeout: 1_000 })
      return true
    }, 20_000)
    await page.keyboard.press('Enter')
    await waitFor(async () => (await stateOf('imported-1')) === 'unknown', 10_000)

    const { secret } = await operator.post<DeviceSecretAnswer>('/api/devices/imported-1/rotate', {})
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
      username: 'imported-1',
      password: secret,
      reconnectPeriod: 0
    })
    await client.publishAsync(
      'city/centre/waste/imported-1/obs',
      JSON.stringify({ dateObserved: new Date().toISOString(), distance: 33 }),
      { qos: 1 }
    )
    await client.endAsync()
    await waitFor(async () => (await stateOf('imported-1')) === 'full', 10_000)
    expect(await page.evaluate(() => (window as TestWindow).openedBefore)).toBe(true)
    expect(faults).toEqual([])
  })
})
