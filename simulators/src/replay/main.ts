import { parseArgs } from 'node:util'
import { connectAsync } from 'mqtt'
import { readSecrets } from '../read-secrets.ts'
import { replayGateway } from './places-to-city.ts'
import { readPlaces } from './read-places.ts'
import { readRecords } from './read-records.ts'
import { replay } from './replayer.ts'

/** The replayer's process: a recorded feed through MQTT. Its gateway's secret comes on standard input; it ends with its parent. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      places: { type: 'string' },
      readings: { type: 'string' },
      'mqtt-url': { type: 'string' },
      gateway: { type: 'string', default: replayGateway },
      speed: { type: 'string' }
    }
  })
  const { places: placesFile, readings, 'mqtt-url': url, gateway } = values
  if (!placesFile || !readings || !url) throw new Error('--places FILE, --readings FILE and --mqtt-url URL are needed.')
  const speed = values.speed === undefined ? undefined : Number(values.speed)
  if (speed !== undefined && !(speed > 0)) throw new Error(`--speed ${values.speed} is no number above 0.`)

  const { places, faults } = await readPlaces(placesFile)
  for (const fault of faults) console.error(fault)
  const secrets = await readSecrets(process.stdin)
  const client = await connectAsync(url, {
    username: gateway,
    password: secrets[gateway] ?? '',
    clientId: `${gateway}-replay`,
    clean: false
  }).catch((error: Error) => {
    throw new Error(`The broker refused the gateway ${gateway}: ${error.message}`)
  })
  client.on('error', (error) => console.error(`MQTT: ${error.message}`))

  let badRows = 0
  let told = 0
  const summary = await replay({
    client,
    places,
    ...(speed === undefined ? {} : { speed }),
    now: () => performance.now(),
    records: readRecords(readings, (fault) => {
      badRows++
      if (badRows <= 20) console.error(fault)
    }),
    onProgress: ({ published, acknowledged }, at) => {
      const now = performance.now()
      if (now - told < 2_000) return
      told = now
      const day = new Date(at).toISOString().slice(0, 16).replace('T', ' ')
      console.log(`replayed to ${day} UTC · ${published} published · ${acknowledged} acknowledged`)
    }
  })
  await client.endAsync()
  console.log(
    `Replayed: ${summary.read} records read, ${summary.published} published, ${summary.acknowledged} acknowledged` +
      `, ${summary.unknownPlaces} of unknown places, ${badRows} rows that could not be used.`
  )
  process.exit(0)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
