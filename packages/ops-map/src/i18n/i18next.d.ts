import 'i18next'
import type { consoleEn } from '../console/texts/en.ts'
import type { residentsEn } from '../residents/texts/en.ts'
import type { sharedEn } from './shared-en.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'console'
    keySeparator: false
    resources: {
      shared: typeof sharedEn
      console: typeof consoleEn
      residents: typeof residentsEn
    }
  }
}
