import type { ChineseOf } from './catalogue.ts'
import type { sharedEn } from './shared-en.ts'

export const sharedZh: ChineseOf<typeof sharedEn> = {
  'age.now': '刚刚',
  'age.seconds': '{{count}} 秒前',
  'age.minutes': '{{count}} 分钟前',
  'age.hours': '{{count}} 小时前',
  'age.days_other': '{{count}} 天前',
  'age.never': '从未上报',
  'span.seconds': '{{count}} 秒',
  'span.minutes': '{{count}} 分钟',
  'span.hours': '{{count}} 小时',
  'span.days_other': '{{count}} 天',
  language: '语言',
  theme: '外观',
  'theme.auto': '跟随系统',
  'theme.light': '浅色',
  'theme.dark': '深色'
}
