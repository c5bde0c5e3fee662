import type { Language, LocalizedText } from '@city-brain/model'
import { useTranslation } from 'react-i18next'

/** The texts of this page (`t`), those that all pages share (`shared`), the language, and `local` for texts that come from the city. */
export function useTexts<N extends 'console' | 'residents'>(namespace: N) {
  const { t, i18n } = useTranslation(namespace)
  const { t: shared } = useTranslation('shared')
  const language: Language = i18n.language === 'zh' ? 'zh' : 'en'
  return { t, shared, language, local: (text: LocalizedText) => text[language] }
}
