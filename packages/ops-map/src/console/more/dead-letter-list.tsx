import type { DeadLettersAnswer, ReplayAnswer } from '@city-brain/model'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { formatMoment } from '../../format/clock.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useFailureText } from '../session/use-failure-text.ts'

/** What was received and not accepted, with the reason and the first bytes; each can be tried again. */
export function DeadLetterList() {
  const { city, announcer } = useParts()
  const { t, language } = useTexts('console')
  const failureText = useFailureText()
  const [busy, setBusy] = useState(false)
  const { data, fetchNextPage, hasNextPage, isError } = useInfiniteQuery({
    queryKey: ['dead-letters'],
    queryFn: ({ pageParam, signal }) => request<DeadLettersAnswer>(paths.deadLetters(pageParam), { signal }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }) => next,
    refetchInterval: 10_000
  })
  const letters = data?.pages.flatMap(({ deadLetters }) => deadLetters) ?? []
  const replay = async (offset: number) => {
    setBusy(true)
    try {
      const { replayed } = await request<ReplayAnswer>(paths.replay, { method: 'POST', body: { offsets: [offset] } })
      const outcome = replayed[0]
      announcer.say(
        t(`deadLetter.replayed.${outcome?.outcome ?? 'not-found'}`, { code: outcome?.code ?? '' }),
        outcome?.outcome === 'accepted' ? 'done' : 'failed'
      )
    } catch (failure) {
      announcer.say(failureText(failure), 'failed')
    } finally {
      setBusy(false)
    }
  }
  if (isError) return <p className="failure">{t('failure.unreachable')}</p>
  if (letters.length === 0) return <p className="dim">{t('deadLetter.none')}</p>
  return (
    <>
      <ul className="dead-letters" aria-label={t('more.deadLetters')}>
        {letters.map((letter) => (
          <li key={letter.offset}>
            <p className="split">
              <strong>{letter.code}</strong>
              <span className="dim tabular">
                {formatMoment(Date.parse(letter.receivedAt), language, city.timeZone)}
              </span>
            </p>
            <p>
              {letter.path && <code>{letter.path}</code>} {letter.message}
            </p>
            <p className="dim">
              {letter.device} · {letter.topic} · {t('deadLetter.bytes', { count: letter.size })}
            </p>
            {letter.raw !== undefined && <pre>{preview(letter.raw)}</pre>}
            <button type="button" className="button small" disabled={busy} onClick={() => void replay(letter.offset)}>
              {t('deadLetter.replay')}
            </button>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" className="button" onClick={() => void fetchNextPage()}>
          {t('list.older')}
        </button>
      )}
    </>
  )
}

/** The first bytes of a payload as text; bytes that are no text become a dot. */
function preview(raw: string): string {
  const bytes = Uint8Array.from(atob(raw.slice(0, 320)), (letter) => letter.charCodeAt(0))
  const text = new TextDecoder().decode(bytes).slice(0, 200)
  return [...text].map((letter) => ((letter.codePointAt(0) ?? 0) < 32 ? '·' : letter)).join('')
}
