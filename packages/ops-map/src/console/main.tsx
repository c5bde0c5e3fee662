import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../base/fonts.ts'
import '../base/tokens.css'
import '../base/base.css'
import { startTheme } from '../base/theme.ts'
import { startI18n } from '../i18n/start-i18n.ts'
import { useTexts } from '../i18n/use-texts.ts'
import { consoleEn } from './texts/en.ts'
import { consoleZh } from './texts/zh.ts'

function Console() {
  const { t } = useTexts('console')
  return <h1>{t('product')}</h1>
}

startTheme()
await startI18n('console', { en: consoleEn, zh: consoleZh })
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <Console />
  </StrictMode>
)
