import mqtt from 'mqtt'
import { openBenchJournal } from './bench-journal.ts'
import { answerParent, quantiles } from './report.ts'

/** The obvious way to acknowledge only what is stored: `handleMessage` calls back when the journal has flushed. */
const url = process.argv[2] ?? ''
const { journal, countReadings, close } = await openBenchJournal()
let acknowledgedAfter: number[] = []
let stored = 0

const client = mqtt.connect(url, { clientId: 'naive', clean: false })
client.handleMessage = (packet, done) => {
  const arrived = performance.now()
  const values = JSON.parse(packet.payload.toString())
  const { type, dateObserved } = values
  const entity = packet.topic.split('/')[3] ?? ''
  journal.append([{ kind: 'reading', entity, source: entity, payload: { type, dateObserved, values } }]).then(
    () => {
      stored++
      acknowledgedAfter.push(performance.now() - arrived)
      done()
    },
    (error) => done(error)
  )
}
await new Promise<void>((resolve) => client.once('connect', () => resolve()))
await client.subscribeAsync('city/+/+/+/obs', { qos: 1 })

answerParent({
  stored: () => stored,
  late() {
    acknowledgedAfter = []
  },
  async finish() {
    await client.endAsync(true)
    const found = await countReadings()
    await close()
    return { kind: 'done', acknowledgedAfter: quantiles(acknowledgedAfter), found }
  }
})
