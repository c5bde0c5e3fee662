import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../base/fonts.ts'
import '../base/tokens.css'
import '../base/base.css'
import './residents.css'
import { startTheme } from '../base/theme.ts'
import { startI18n } from '../i18n/start-i18n.ts'
import { ParkingPage } from './parking-page.tsx'
import { residentsEn } from './texts/en.ts'
import { residentsZh } from './texts/zh.ts'

startTheme()
await startI18n('residents', { en: residentsEn, zh: residentsZh })
const root = document.getElementById('root')
if (!root) throw new Error('parking.html has no #root')
// An answer that does not come is told at once; the next question comes by itself.
const client = new QueryClient({ defaultOptions: { queries: { retry: 1, networkMode: 'always' } } })
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <ParkingPage />
    </QueryClientProvider>
  </StrictMode>
)
