import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../base/fonts.ts'
import '../base/tokens.css'
import '../base/base.css'
import { startTheme } from '../base/theme.ts'
import { startI18n } from '../i18n/start-i18n.ts'
import { useTexts } from '../i18n/use-texts.ts'
import { residentsEn } from './texts/en.ts'
import { residentsZh } from './texts/zh.ts'

function ResidentsPage() {
  const { t } = useTexts('residents')
  return <h1>{t('title')}</h1>
}

startTheme()
await startI18n('residents', { en: residentsEn, zh: residentsZh })
const root = document.getElementById('root')
if (!root) throw new Error('parking.html has no #root')
createRoot(root).render(
  <StrictMode>
    <ResidentsPage />
  </StrictMode>
)
