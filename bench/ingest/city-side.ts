import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDirectory, createIngest } from '@city-brain/ingest'
import { openJournal } from '@city-brain/journal'
import { systemClock } from '@city-brain/model'
import { answerParent } from './answer-parent.ts'
import { assetsOf, registerOf, secretOf } from './devices.ts'

/** Broker, pipeline and journal as in a city, in a temporary folder. The argument is the number of devices. */
const devices = Number(process.argv[2])
const folder = await mkdtemp(join(tmpdir(), 'city-brain-bench-'))
const log = (level: string, message: string, detail?: unknown) => {
  if (level !== 'info') console.error(level, message, detail)
}
const journal = await openJournal({ folder, clock: systemClock, log })
const ingest = await createIngest({
  journal,
  clock: systemClock,
  directory: createDirectory({ register: registerOf(devices), assets: assetsOf(devices) }),
  feeds: [],
  checkCredentials: (username, password) => password.toString() === secretOf(username),
  host: '127.0.0.1',
  port: 0,
  log
})

answerParent(ingest.port, async () => {
  await ingest.close()
  await journal.close()
  await rm(folder, { recursive: true, force: true })
})
