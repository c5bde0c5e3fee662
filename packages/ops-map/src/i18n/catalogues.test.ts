import { expect, test } from 'vitest'
import { consoleEn } from '../console/texts/en.ts'
import { consoleZh } from '../console/texts/zh.ts'
import { residentsEn } from '../residents/texts/en.ts'
import { residentsZh } from '../residents/texts/zh.ts'
import { sharedEn } from './shared-en.ts'
import { sharedZh } from './shared-zh.ts'

const catalogues: [string, Record<string, string>, Record<string, string>][] = [
  ['shared', sharedEn, sharedZh],
  ['console', consoleEn, consoleZh],
  ['residents', residentsEn, residentsZh]
]
const placeholders = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name).sort()

test.each(catalogues)('%s: both languages have the same keys, singulars aside', (_name, en, zh) => {
  const plain = Object.keys(en).filter((key) => !key.endsWith('_one'))
  expect(Object.keys(zh).sort()).toEqual(plain.sort())
  // A key with a plural has both forms in English, or the other one would show as its name.
  for (const key of Object.keys(en).filter((name) => name.endsWith('_one'))) {
    expect(en).toHaveProperty([key.replace(/_one$/, '_other')])
  }
})

test.each(catalogues)('%s: both languages fill in the same values', (_name, en, zh) => {
  for (const [key, text] of Object.entries(zh))
    expect([key, placeholders(text)]).toEqual([key, placeholders(en[key] ?? '')])
})

test.each(catalogues)('%s: nothing is left empty', (_name, en, zh) => {
  for (const text of [...Object.values(en), ...Object.values(zh)]) expect(text.trim()).not.toBe('')
})
