import type { Alarm } from '@city-brain/model'
import { useCallback } from 'react'
import { paths } from '../../api/paths.ts'
import { ApiFailure, request } from '../../api/request.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from './console-parts.ts'

/** Acknowledges an alarm and says so. The list itself changes only when the city says that it has. */
export function useAcknowledge(): (alarm: Alarm) => Promise<void> {
  const { announcer } = useParts()
  const { t, local } = useTexts('console')
  return useCallback(
    async (alarm) => {
      try {
        await request(paths.acknowledge(alarm.id), { method: 'POST' })
        announcer.say(t('alarm.acknowledged', { title: local(alarm.title) }))
      } catch (failure) {
        // Somebody was faster: that is what was wanted.
        if (failure instanceof ApiFailure && failure.code === 'conflict') return
        announcer.say(t('alarm.notAcknowledged', { title: local(alarm.title) }), 'failed')
      }
    },
    [announcer, t, local]
  )
}
