/** Texts of all pages: ages, units, language and theme. */
export const sharedEn = {
  'age.now': 'just now',
  'age.seconds': '{{count}} s ago',
  'age.minutes': '{{count}} min ago',
  'age.hours': '{{count}} h ago',
  'age.days_one': '{{count}} day ago',
  'age.days_other': '{{count}} days ago',
  'age.never': 'never reported',
  'span.seconds': '{{count}} s',
  'span.minutes': '{{count}} min',
  'span.hours': '{{count}} h',
  'span.days_one': '{{count}} day',
  'span.days_other': '{{count}} days',
  language: 'Language',
  theme: 'Appearance',
  'theme.auto': 'As the system',
  'theme.light': 'Light',
  'theme.dark': 'Dark'
}
