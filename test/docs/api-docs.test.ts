import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { signInFirst } from '../city/operator-session.ts'
import { startCity, temporaryFolder } from '../city/start-city.ts'
import { writeSmallCity } from '../city/write-small-city.ts'
import { describeApi, type OpenApi } from './describe-api.ts'

const page = resolve(import.meta.dirname, '../../docs/api.md')

/** UPDATE_DOCS=1 writes the page anew. */
test('docs/api.md is what a running city says of its API', async () => {
  const folder = temporaryFolder()
  try {
    writeSmallCity(join(folder.path, 'city'), 1)
    const city = await startCity({ city: join(folder.path, 'city'), data: join(folder.path, 'data') })
    const openApi = await (await signInFirst(city)).get<OpenApi>('/api/openapi.json')
    await city.stop()
    const text = describeApi(openApi)
    if (process.env.UPDATE_DOCS) writeFileSync(page, text)
    expect(readFileSync(page, 'utf8')).toBe(text)
  } finally {
    folder.remove()
  }
})
