import { type Browser, chromium } from 'playwright-core'
import { findProgram } from '../programs/find-program.ts'

/** A headless Chromium with software GL, which asks nobody outside for anything. Undefined where there is none. */
export async function openBrowser(): Promise<Browser | undefined> {
  const executablePath = findProgram('chromium')
  if (executablePath === undefined) return undefined
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-angle=swiftshader'
    ]
  })
}
