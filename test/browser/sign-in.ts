import type { Page } from 'playwright-core'

/** Signs in at the console as a person does. */
export async function signIn(page: Page, url: string, operator: { name: string; password: string }): Promise<void> {
  await page.goto(url)
  await page.locator('input[name="name"]').fill(operator.name)
  await page.locator('input[name="password"]').fill(operator.password)
  await page.keyboard.press('Enter')
}
