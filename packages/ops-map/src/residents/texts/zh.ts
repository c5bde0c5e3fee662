import type { ChineseOf } from '../../i18n/catalogue.ts'
import type { residentsEn } from './en.ts'

export const residentsZh: ChineseOf<typeof residentsEn> = {
  title: '现在去哪儿停车'
}
