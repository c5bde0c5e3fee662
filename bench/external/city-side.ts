import { createDirectory, createIngest, type Directory } from '@city-brain/ingest'
import { type Journal, systemClock } from '@city-brain/model'
import { assetsOf, deviceCount, registerOf } from '../ingest/devices.ts'
import { log, openBenchJournal } from './bench-journal.ts'
import { answerParent, quantiles } from './report.ts'

/** Connection to the broker, pipeline and journal as in a city. */
const url = process.argv[2] ?? ''
const { journal, countReadings, close } = await openBenchJournal()

/*
 * When each message came, first in first out: its speaker is looked up as it comes, it makes one entry, and it is
 * acknowledged in the same turn in which its append is done.
 */
const arrivals: number[] = []
let settled = 0
let acknowledgedAfter: number[] = []
const plain = createDirectory({ register: registerOf(deviceCount), assets: assetsOf(deviceCount) })
const directory: Directory = {
  ...plain,
  speaker(id) {
    arrivals.push(performance.now())
    return plain.speaker(id)
  }
}
const timed: Journal = Object.create(journal, {
  append: {
    value: async (...given: Parameters<Journal['append']>) => {
      const appended = await journal.append(...given)
      const now = performance.now()
      const until = settled + given[0].filter(({ kind }) => kind === 'reading').length
      for (; settled < until; settled++) acknowledgedAfter.push(now - (arrivals[settled] ?? now))
      return appended
    }
  }
})

const ingest = await createIngest({
  journal: timed,
  clock: systemClock,
  directory,
  feeds: [],
  checkCredentials: () => false,
  host: '127.0.0.1',
  port: 0,
  brokers: { external: { name: 'mosquitto', url, clientId: 'city-brain-bench' }, gateways: [] },
  log
})
while (ingest.upstreams()[0]?.state !== 'connected') await new Promise((resolve) => setTimeout(resolve, 20))

answerParent({
  stored: () => settled,
  late() {
    acknowledgedAfter = []
  },
  async finish() {
    await ingest.close()
    const found = await countReadings()
    await close()
    return { kind: 'done', acknowledgedAfter: quantiles(acknowledgedAfter), found }
  }
})
