import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { DeadLettersAnswer } from '@city-brain/model'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countColour } from '../browser/count-colour.ts'
import { openBrowser } from '../browser/open-browser.ts'
import { signIn } from '../browser/sign-in.ts'
import { buildPages } from '../city/build-pages.ts'
import { deviceSecret } from '../city/device-secret.ts'
import { type OperatorSession, signInFirst } from '../city/operator-session.ts'
import { type RunningCity, startCity, temporaryFolder, waitFor } from '../city/start-city.ts'
import { findProgram } from '../programs/find-program.ts'

const run = promisify(execFile)
const mosquittoPub = findProgram('mosquitto_pub')
const chromium = findProgram('chromium')

type Mark = { id: string; kind: string; label?: string; state?: string; [detail: string]: unknown }
type CityBrainWindow = { cityBrain?: { debug: { marks(): Mark[] } } }

/** A client that knows nothing of us but what docs/mqtt.md says, and a real browser that looks at the map. */
describe.skipIf(mosquittoPub === undefined || chromium === undefined)('a third-party client', () => {
  const data = temporaryFolder()
  let city: RunningCity
  let browser: Browser
  let page: Page
  let operator: OperatorSession
  let secret: string
  const faults: string[] = []

  beforeAll(async () => {
    await buildPages()
    city = await startCity({ data: data.path })
    operator = await signInFirst(city)
    secret = await deviceSecret(city.data, 'try-me')
    const water = '#c9dfea'
    browser = (await openBrowser()) as Browser
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en' })
    page.on('pageerror', (error) => faults.push(error.message))
    await signIn(page, city.url, operator)
    await page.waitForFunction(() => ((window as CityBrainWindow).cityBrain?.debug.marks().length ?? 0) > 100)
    // What the marks say is drawn for real only if the map under them is: the river is wide enough to be seen.
    await waitFor(async () => (await countColour(page, water)) > 2_000, 30_000, 500)
    // At the zoom of the whole city containers stand in clusters: go to this one, as an operator does.
    await page.keyboard.press('/')
    await page.keyboard.type('try-me')
    await page
      .getByRole('option', { name: /try-me/ })
      .first()
      .waitFor()
    await page.keyboard.press('Enter')
    await page.waitForFunction(() =>
      (window as CityBrainWindow).cityBrain?.debug.marks().some(({ id }) => id === 'try-me')
    )
  })
  afterAll(async () => {
    await browser?.close()
    await city?.stop()
    data.remove()
  })

  const publish = (message: string, { topic = 'city/newtown/waste/try-me/obs', password = secret } = {}) =>
    run(mosquittoPub as string, [
      ...['-h', '127.0.0.1', '-p', String(city.mqttPort), '-i', 'third-party', '-u', 'try-me', '-P', password],
      ...['-q', '1', '-t', topic, '-m', message]
    ])
  const markOf = (id: string) =>
    page.evaluate(
      (wanted) => (window as CityBrainWindow).cityBrain?.debug.marks().find((mark) => mark.id === wanted),
      id
    )
  const now = () => new Date().toISOString()
  const newestDeadLetter = async () =>
    (await operator.get<DeadLettersAnswer>('/api/dead-letters?limit=1')).deadLetters[0]

  test('publishes with its credentials, and the reading is on the map within 2 s', async () => {
    const before = await markOf('try-me')
    expect(before?.state).toBe('unknown')
    const full = '#6f3fb0'
    const pixelsBefore = await countColour(page, full)
    const published = performance.now()
    await publish(JSON.stringify({ dateObserved: now(), fillingLevel: 0.97, temperature: 20 }))
    await waitFor(async () => (await markOf('try-me'))?.state === 'full', 5_000, 20)
    expect(performance.now() - published).toBeLessThan(2_000)
    // And it is in the picture itself: the dot in the colour of a full container.
    await waitFor(async () => (await countColour(page, full)) > pixelsBefore + 30, 5_000, 200)
  })

  test('with a wrong password gets no connection', async () => {
    const { counters } = await city.health()
    await expect(
      publish(JSON.stringify({ dateObserved: now(), fillingLevel: 0.1 }), { password: 'guess' })
    ).rejects.toThrow(/not authori[sz]ed|bad user ?name or password/i)
    expect((await city.health()).counters.received).toBe(counters.received)
    expect((await markOf('try-me'))?.state).toBe('full')
  })

  test('on a topic that is not its own is acknowledged, and the dead letter says why', async () => {
    const topic = 'city/newtown/parking/p-try-me/obs'
    await publish(JSON.stringify({ dateObserved: now(), availableSpotNumber: 7 }), { topic })
    const letter = await waitFor(async () => {
      const newest = await newestDeadLetter()
      return newest?.topic === topic ? newest : undefined
    }, 5_000)
    expect(letter).toMatchObject({ code: 'wrong-topic', device: 'try-me', topic })
    expect((await markOf('p-try-me'))?.state).toBe('unknown')
  })

  test('with a malformed payload does not change the map, and the dead letter says where the fault is', async () => {
    await publish(JSON.stringify({ dateObserved: now(), fillingLevel: 12 }))
    const letter = await waitFor(async () => {
      const newest = await newestDeadLetter()
      return newest?.code === 'schema' ? newest : undefined
    }, 5_000)
    expect(letter).toMatchObject({ path: '/fillingLevel', device: 'try-me' })
    expect(Buffer.from(letter.raw ?? '', 'base64').toString()).toContain('"fillingLevel":12')
    expect((await markOf('try-me'))?.state).toBe('full')
  })

  test('raises an alarm, which an operator finds and acknowledges with the keyboard', async () => {
    const alarm = page.getByText(/nearly full/i).first()
    await alarm.waitFor({ timeout: 30_000 })
    await alarm.click()
    await page.keyboard.press('a')
    await waitFor(async () => {
      const { alarms } = await operator.get<{ alarms: { entity: string; state: string }[] }>('/api/alarms')
      return alarms.some(({ entity, state }) => entity === 'try-me' && state === 'acknowledged')
    }, 10_000)
  })

  test('is inspected: its value with unit, and its history as a chart', async () => {
    await page.getByText('97', { exact: false }).first().waitFor()
    await page.locator('canvas, svg').first().waitFor()
  })

  test('the console speaks Chinese', async () => {
    await page
      .getByRole('button', { name: /中|language/i })
      .first()
      .click()
    await page.getByText('需要处理').first().waitFor()
  })

  test('the console has no fault that axe finds, and the browser reported none', async () => {
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate(() =>
      (
        window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> } }
      ).axe.run()
    )
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(' ')}`)).toEqual(
      []
    )
    expect(faults).toEqual([])
  })

  test('the residents’ page answers on a phone without signing in, and has no fault that axe finds', async () => {
    const parkSecret = await deviceSecret(city.data, 'p-try-me')
    await run(mosquittoPub as string, [
      ...['-h', '127.0.0.1', '-p', String(city.mqttPort), '-i', 'park', '-u', 'p-try-me', '-P', parkSecret, '-q', '1'],
      ...['-t', 'city/newtown/parking/p-try-me/obs'],
      ...['-m', JSON.stringify({ dateObserved: now(), availableSpotNumber: 7 })]
    ])
    const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'en' })
    const residents = await phone.newPage()
    await residents.goto(`${city.url}/parking`)
    await residents.getByText('7', { exact: true }).first().waitFor({ timeout: 20_000 })
    await residents.evaluate(axe.source)
    const { violations } = await residents.evaluate(() =>
      (window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }).axe.run()
    )
    expect(violations.map(({ id }) => id)).toEqual([])
    await phone.close()
  })
})
