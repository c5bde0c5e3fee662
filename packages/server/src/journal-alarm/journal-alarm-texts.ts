import type { JournalHealth, LocalizedText } from '@city-brain/model'

/** So near to its limit the journal stays full: see the space watch of the journal. */
const limitShare = 0.97

/** What the alarm of a full journal says: how much is taken and free, and what makes room. Values in megabytes. */
export function journalAlarmTexts({ bytes, limitBytes, freeBytes }: JournalHealth): {
  title: LocalizedText
  detail: LocalizedText
  advice: LocalizedText
  values: Record<string, number>
} {
  const [used, limit, free] = [sizeText(bytes), sizeText(limitBytes), sizeText(freeBytes)]
  return {
    title: { en: 'Journal full: no readings are taken', zh: '日志存储已满：停止接收数据' },
    detail: {
      en: `The journal has ${used} of its limit of ${limit}; ${free} are free on its disk. Readings are not acknowledged, so devices have to send them again.`,
      zh: `日志存储已用 ${used}，上限 ${limit}；所在磁盘剩余 ${free}。数据不再得到确认，设备须重新发送。`
    },
    advice:
      bytes >= limitBytes * limitShare
        ? {
            en: 'The limit is reached. See under system health whether the history takes readings, since what it has makes room; or raise journal.limitGigabytes in city.yaml and restart.',
            zh: '已达到容量上限。请在系统状态中检查历史数据库是否正常写入（写入后即可腾出空间），或在 city.yaml 中调高 journal.limitGigabytes 并重新启动。'
          }
        : {
            en: 'The disk of the data folder is nearly full. Make room on it; intake then goes on by itself.',
            zh: '数据目录所在磁盘即将写满。请腾出磁盘空间，之后将自动恢复接收。'
          },
    values: {
      usedMegabytes: megabytes(bytes),
      limitMegabytes: megabytes(limitBytes),
      freeMegabytes: megabytes(freeBytes)
    }
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6)
}

function sizeText(bytes: number): string {
  return bytes < 1e9 ? `${megabytes(bytes)} MB` : `${Math.round(bytes / 1e8) / 10} GB`
}
