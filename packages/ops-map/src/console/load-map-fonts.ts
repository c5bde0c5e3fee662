import type { Language } from '@city-brain/model'
import { loadChineseFont } from '../base/fonts.ts'
import type { CityIndex } from '../city/city-index.ts'

/** Labels are drawn from the fonts of the page, so these must be there before the first label; in Chinese, with the characters that the city's names use. */
export async function loadMapFonts(index: CityIndex, language: Language): Promise<void> {
  const wanted = [document.fonts.load('600 16px "Inter Variable"'), document.fonts.load('400 16px "Inter Variable"')]
  if (language === 'zh') {
    await loadChineseFont()
    const characters = [
      ...new Set(index.city.assets.features.map(({ properties }) => properties.name.zh).join(''))
    ].join('')
    wanted.push(document.fonts.load('600 16px "Noto Sans SC"', characters))
    wanted.push(document.fonts.load('400 16px "Noto Sans SC"', characters))
  }
  // A font that cannot be had is replaced by the system's: the map is shown all the same.
  await Promise.allSettled(wanted)
}
