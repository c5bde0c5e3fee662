import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { AlarmsAnswer, CommandsAnswer } from '@city-brain/model'
import type { Page } from 'playwright-core'
import { openBrowser } from '../browser/open-browser.ts'
import { signIn } from '../browser/sign-in.ts'
import { buildPages } from '../city/build-pages.ts'
import { signInFirst } from '../city/operator-session.ts'
import { startCity, temporaryFolder, waitFor } from '../city/start-city.ts'

/** `pnpm pictures`: the pictures of README and docs, from the demo city as it runs. With a number: minutes to let it live first (default 5). */
const minutes = Number(process.argv[2] ?? 5)
const folder = resolve(import.meta.dirname, '../../docs/pictures')
mkdirSync(folder, { recursive: true })

const browser = await openBrowser()
if (!browser) throw new Error('chromium is not installed')
const data = temporaryFolder()
await buildPages()
const city = await startCity({ data: data.path, simulate: true })
try {
  const operator = await signInFirst(city)
  console.log(`The city lives for ${minutes} minutes …`)
  await waitFor(async () => (await operator.get<AlarmsAnswer>('/api/alarms')).alarms.length >= 4, 600_000, 1_000)
  await new Promise((wake) => setTimeout(wake, minutes * 60_000))
  const { commands } = await operator.get<CommandsAnswer>('/api/commands')
  const chosen =
    commands.find(({ state, decision }) => state === 'effective' && decision)?.intersection ??
    commands[0]?.intersection ??
    'int-27'

  const take = async (page: Page, name: string) => {
    await page.screenshot({ path: join(folder, `${name}.png`) })
    console.log(`docs/pictures/${name}.png`)
  }
  const openConsole = async (options: {
    locale: string
    colorScheme: 'light' | 'dark'
    width?: number
    height?: number
    path?: string
  }) => {
    const { locale, colorScheme, width = 1440, height = 900, path = '/' } = options
    const page = await browser.newPage({ viewport: { width, height }, locale, colorScheme })
    await signIn(page, `${city.url}${path}`, operator)
    await page.waitForFunction(() => 'cityBrain' in window, undefined, { timeout: 60_000 })
    await page.waitForTimeout(4_000)
    return page
  }
  const select = async (page: Page, id: string) => {
    await page.keyboard.press('/')
    await page.keyboard.type(id)
    await page
      .getByRole('option', { name: new RegExp(id) })
      .first()
      .waitFor()
    await page.keyboard.press('Enter')
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await page.waitForTimeout(4_000)
  }

  const light = await openConsole({ locale: 'en', colorScheme: 'light' })
  await take(light, 'console-overview')
  await select(light, chosen)
  await take(light, 'console-light')
  await light.close()
  const dark = await openConsole({ locale: 'zh-CN', colorScheme: 'dark' })
  await select(dark, chosen)
  await take(dark, 'console-dark-zh')
  await dark.close()
  const narrow = await openConsole({ locale: 'en', colorScheme: 'light', width: 420, height: 860 })
  await take(narrow, 'console-phone')
  await narrow.close()
  const wall = await openConsole({ locale: 'en', colorScheme: 'dark', width: 1920, height: 1080, path: '/?wall' })
  await take(wall, 'console-wall')
  await wall.close()

  for (const [name, locale, colorScheme] of [
    ['residents-phone', 'en', 'light'],
    ['residents-phone-dark-zh', 'zh-CN', 'dark']
  ] as const) {
    const page = await browser.newPage({
      viewport: { width: 390, height: 844 },
      locale,
      colorScheme,
      deviceScaleFactor: 2
    })
    await page.goto(`${city.url}/parking`)
    await page.waitForTimeout(3_000)
    await take(page, name)
    await page.close()
  }
} finally {
  await browser.close()
  await city.stop()
  data.remove()
}
