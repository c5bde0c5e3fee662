import {
  type Clock,
  type Counters,
  formatInstant,
  type Health,
  type Journal,
  type LocalizedText
} from '@city-brain/model'

/** What other parts have to say about themselves: nothing while all is well. */
export type HealthProblem = { status: 'degraded' | 'failed'; text: LocalizedText }

const day = 86_400

/** Answers `GET /api/health`: the numbers, and in words for people what is wrong. */
export function createHealth({
  city,
  version,
  clock,
  journal,
  history,
  broker,
  counters,
  frames,
  others
}: {
  city: string
  version: string
  clock: Clock
  journal: Journal
  history: () => Health['history']
  broker: () => Health['broker']
  counters: () => Counters
  /** Of radio devices; absent where none is known. */
  frames: () => Health['frames']
  others: () => HealthProblem[]
}): () => Health {
  const startedAt = formatInstant(clock.now())
  return () => {
    const { oldest: _, ...journalHealth } = journal.health()
    const state = history()
    const counted = frames()
    const problems = [...journalProblems(journalHealth, state), ...historyProblems(state), ...others()]
    const failed = problems.some((problem) => problem.status === 'failed')
    return {
      status: failed ? 'failed' : problems.length > 0 ? 'degraded' : 'ok',
      city,
      version,
      startedAt,
      now: formatInstant(clock.now()),
      counters: counters(),
      journal: { ...journalHealth, epoch: journal.epoch, head: journal.head },
      history: state,
      broker: broker(),
      ...(counted ? { frames: counted } : {}),
      problems: problems.map(({ text }) => text)
    }
  }
}

/** What health says of the history store; its counts stand among the counters. */
export function historyHealth(
  store: Health['history']['store'],
  { state, offset, lagSeconds, message }: Omit<Health['history'], 'store'>
): Health['history'] {
  return { store, state, offset, lagSeconds, ...(message === undefined ? {} : { message }) }
}

/** What health says of frame counters: nothing where no feed names one. */
export function framesHealth({ devices, lost }: { devices: number; lost: number }): Health['frames'] {
  return devices === 0 ? undefined : { devices, lost }
}

function journalProblems(
  journal: Omit<Health['journal'], 'epoch' | 'head'>,
  history: Health['history']
): HealthProblem[] {
  if (journal.state === 'failed') {
    return [failed('The journal has failed; intake is stopped', '日志存储发生故障，已停止接收数据')]
  }
  if (journal.state === 'full') {
    return [failed('The journal is full; intake is stopped', '日志存储已满，已停止接收数据')]
  }
  if (journal.damage !== undefined) {
    return [
      failed(
        `The journal is damaged: ${journal.damage}. Stop the city and run: city-brain journal salvage`,
        `日志存储已损坏：${journal.damage}。请停止城市并运行：city-brain journal salvage`
      )
    ]
  }
  // While history keeps up, retention makes room; only what is not yet stored fills the journal.
  const isStoring = history.state === 'ok' || history.state === 'catching-up'
  const { secondsUntilFull } = journal
  if (isStoring || secondsUntilFull === undefined || secondsUntilFull > day) return []
  const hours = Math.max(1, Math.round(secondsUntilFull / 3600))
  return [degraded(`The journal will be full in about ${hours} h`, `日志存储约 ${hours} 小时后写满`)]
}

function historyProblems(history: Health['history']): HealthProblem[] {
  const reason = history.message ? `: ${history.message}` : ''
  switch (history.state) {
    case 'ok':
      return []
    case 'catching-up': {
      if (history.lagSeconds < 60) return []
      const seconds = Math.round(history.lagSeconds)
      return [degraded(`History is ${seconds} s behind and catching up`, `历史数据落后 ${seconds} 秒，正在追赶`)]
    }
    case 'unavailable':
      return [
        degraded(
          `The history store does not answer; readings wait in the journal${reason}`,
          `历史数据库无响应，读数暂存于日志${reason}`
        )
      ]
    case 'misconfigured':
      return [
        degraded(
          `The history store refuses the configuration; readings wait in the journal${reason}`,
          `历史数据库配置有误，读数暂存于日志${reason}`
        )
      ]
  }
}

function degraded(en: string, zh: string): HealthProblem {
  return { status: 'degraded', text: { en, zh } }
}
function failed(en: string, zh: string): HealthProblem {
  return { status: 'failed', text: { en, zh } }
}
