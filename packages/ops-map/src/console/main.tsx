import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../base/fonts.ts'
import '../base/tokens.css'
import '../base/base.css'
import './styles/layout.css'
import './styles/controls.css'
import './styles/list.css'
import './styles/map.css'
import './styles/inspector.css'
import './styles/narrow.css'
import './styles/wall.css'
import { ApiFailure } from '../api/request.ts'
import { startTheme } from '../base/theme.ts'
import { startI18n } from '../i18n/start-i18n.ts'
import { App } from './app/app.tsx'
import { consoleEn } from './texts/en.ts'
import { consoleZh } from './texts/zh.ts'

startTheme()
await startI18n('console', { en: consoleEn, zh: consoleZh })

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server has refused, it will refuse again; what did not reach it is worth another try.
      retry: (count, failure) => count < 2 && failure instanceof ApiFailure && failure.status === 0,
      refetchOnWindowFocus: false
    }
  }
})
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>
)
