import { useCallback } from 'react'
import { ApiFailure } from '../../api/request.ts'
import { useTexts } from '../../i18n/use-texts.ts'

/** What went wrong, in words for people, by the code of the failure. */
export function useFailureText(): (failure: unknown) => string {
  const { t } = useTexts('console')
  return useCallback(
    (failure) => {
      const code = failure instanceof ApiFailure ? failure.code : undefined
      switch (code) {
        case 'wrong-credentials':
          return t('failure.wrongCredentials')
        case 'too-many-requests':
          return t('failure.tooMany')
        case 'weak-password':
          return t('failure.weakPassword')
        case 'unreachable':
          return t('failure.unreachable')
        case 'history-unavailable':
          return t('failure.history')
        case 'conflict':
          return t('failure.conflict')
        case 'not-found':
          return t('failure.notFound')
        default:
          return t('failure.other', { code: code ?? 'unknown' })
      }
    },
    [t]
  )
}
