import type { ChineseOf } from '../../i18n/catalogue.ts'
import type { consoleEn } from './en.ts'

export const consoleZh: ChineseOf<typeof consoleEn> = {
  product: '城市大脑'
}
