import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { historyContract, retentionDays } from '../testing/history-contract.ts'
import { openDuckDbHistory } from './open-duckdb-history.ts'

const log = () => undefined

describe('DuckDB as the history', () => {
  historyContract(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'history-'))
    const open = () => openDuckDbHistory({ folder, retentionDays, log })
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
        rmSync(folder, { recursive: true })
      }
    }
  })
})
