import { randomUUID } from 'node:crypto'
import type { HistoryCheckpoint } from '@city-brain/model'
import { describeInflux } from '../testing/describe-influx.ts'
import { historyContract, retentionDays } from '../testing/history-contract.ts'
import { dropBucket } from '../testing/influx-bucket.ts'
import { openInfluxHistory } from './open-influx-history.ts'

const log = () => undefined

await describeInflux('InfluxDB as the history', (server) => {
  historyContract(async () => {
    const bucket = `city-brain-test-${randomUUID()}`
    let checkpoint: HistoryCheckpoint | undefined
    const { url, token, organisation, username, password } = server
    const open = () =>
      openInfluxHistory({
        url,
        token,
        organisation,
        username,
        password,
        bucket,
        retentionDays,
        checkpoints: {
          load: async () => checkpoint,
          save: async (next) => {
            checkpoint = next
          }
        },
        log
      })
    let store = await open()
    return {
      store,
      async reopen() {
        await store.close()
        store = await open()
        return store
      },
      async dispose() {
        await store.close()
        await dropBucket(server, bucket)
      }
    }
  })
})
