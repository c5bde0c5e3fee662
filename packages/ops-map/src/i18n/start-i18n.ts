import type { Language } from '@city-brain/model'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { loadChineseFont } from '../base/fonts.ts'
import { sharedEn } from './shared-en.ts'
import { sharedZh } from './shared-zh.ts'

const key = 'city-brain.language'
/** The model's list, written again because importing it would bring the schema library into every page. */
const languages = ['en', 'zh'] as const satisfies readonly Language[]

/**
 * Starts the texts of a page: those that all pages share (`shared`) and its own. Call once before the first render.
 * Keys are flat (`alarm.acknowledge`), so that a catalogue is a plain object whose type lists every key.
 */
export async function startI18n(namespace: string, own: Record<Language, Record<string, string>>): Promise<void> {
  const language = initialLanguage()
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    supportedLngs: [...languages],
    ns: ['shared', namespace],
    defaultNS: namespace,
    keySeparator: false,
    interpolation: { escapeValue: false },
    resources: {
      en: { shared: sharedEn, [namespace]: own.en },
      zh: { shared: sharedZh, [namespace]: own.zh }
    }
  })
  show(language)
}

/** Changes the language and keeps it for the next visit. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(key, language)
  show(language)
  await i18next.changeLanguage(language)
}

function show(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  if (language === 'zh') void loadChineseFont()
}

/** The one chosen before, else the first of the browser's that we speak, else English. */
function initialLanguage(): Language {
  const stored = localStorage.getItem(key)
  const wanted = [stored, ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase())
  return (
    languages.find((language) => language === wanted.find((tag) => languages.some((known) => known === tag))) ?? 'en'
  )
}
