import { chooseLanguage } from '../../i18n/start-i18n.ts'
import { useTexts } from '../../i18n/use-texts.ts'

/** One button, since there are two languages: it shows the one that is on and names the one it leads to. */
export function LanguageSwitch() {
  const { language } = useTexts('console')
  const next = language === 'en' ? 'zh' : 'en'
  return (
    <button
      type="button"
      className="quiet"
      lang={next === 'zh' ? 'zh-CN' : 'en'}
      aria-label={next === 'zh' ? 'EN · 切换到简体中文' : '中 · Switch to English'}
      title={next === 'zh' ? '切换到简体中文' : 'Switch to English'}
      onClick={() => void chooseLanguage(next)}
    >
      {language === 'en' ? 'EN' : '中'}
    </button>
  )
}
