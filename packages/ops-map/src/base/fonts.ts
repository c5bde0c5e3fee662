import '@fontsource-variable/inter/index.css'

let chinese: Promise<unknown> | undefined

/** Loads Noto Sans SC (in pieces by character range) the first time that Chinese is shown, so that English pages do not pay for it. */
export function loadChineseFont(): Promise<unknown> {
  chinese ??= Promise.all([import('@fontsource/noto-sans-sc/400.css'), import('@fontsource/noto-sans-sc/600.css')])
  return chinese
}
