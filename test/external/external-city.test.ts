import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openJournal } from '@city-brain/journal'
import { type CityFile, type DeadLettersAnswer, type DeviceRegister, systemClock } from '@city-brain/model'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { type OperatorSession, signIn, signInFirst } from '../city/operator-session.ts'
import { type CityOptions, type RunningCity, startCity, temporaryFolder, waitFor } from '../city/start-city.ts'
import { writeSmallCity } from '../city/write-small-city.ts'
import { findProgram } from '../programs/find-program.ts'
import { makeCertificates } from './make-certificates.ts'
import { passwordFile } from './password-file.ts'
import { type Publisher, startPublisher } from './publisher.ts'
import { readExample } from './read-example.ts'
import { type Mosquitto, startMosquitto } from './start-mosquitto.ts'

const program = findProgram('mosquitto')
const passwd = findProgram('mosquitto_passwd')
const openssl = findProgram('openssl')
const missing = program === undefined || passwd === undefined || openssl === undefined

/** The whole city's process behind a mosquitto that is configured as docs/external-broker.md says: TLS, passwords, access list. */
describe.skipIf(missing)('a city behind mosquitto', () => {
  const folder = temporaryFolder()
  const cityFolder = join(folder.path, 'city')
  const data = join(folder.path, 'data')
  const cabinets = ['cab-1', 'cab-2', 'cab-3']
  const authority = () => readFileSync(join(cityFolder, 'authority.pem'), 'utf8')
  let mosquitto: Mosquitto
  let city: RunningCity
  let publishers: Publisher[]
  let operator: OperatorSession

  const start = (given: Partial<CityOptions> = {}) =>
    startCity({ city: cityFolder, data, env: { MQTT_SECRET: 'the city’s' }, ...given })
  const obs = (cabinet: string) => `city/centre/traffic/${cabinet}/obs`
  let sequence = 0
  const reading = (cabinet: string) =>
    JSON.stringify({ id: cabinet.replace('cab', 'det'), dateObserved: new Date().toISOString(), intensity: ++sequence })
  const connect = (name: string) =>
    startPublisher(`mqtts://127.0.0.1:${mosquitto.port}`, {
      clientId: name,
      clean: false,
      username: name,
      password: `secret-${name}`,
      ca: authority()
    })
  const upstream = async () => (await city.health()).broker.upstreams?.[0]

  beforeAll(async () => {
    const { configuration, access } = readExample()
    const certificates = makeCertificates(openssl as string, folder.path)
    const lines = configuration
      .filter((line) => !/^(listener|persistence)/.test(line))
      .map((line) => line.replace(/\/etc\/mosquitto\/(certs\/)?/, 'FOLDER/'))
    const passwords = { city: 'the city’s', ...Object.fromEntries(cabinets.map((name) => [name, `secret-${name}`])) }
    mosquitto = await startMosquitto(program as string, lines, {
      ...certificates,
      access,
      passwords: passwordFile(passwd as string, passwords)
    })

    writeSmallCity(cityFolder, cabinets.length)
    const file = parse(readFileSync(join(cityFolder, 'city.yaml'), 'utf8')) as CityFile
    file.broker = {
      external: {
        url: `mqtts://127.0.0.1:${mosquitto.port}`,
        username: 'city',
        passwordVariable: 'MQTT_SECRET',
        authority: 'authority.pem'
      }
    }
    writeFileSync(join(cityFolder, 'city.yaml'), stringify(file))
    writeFileSync(join(cityFolder, 'authority.pem'), certificates['ca.pem'])
    const devices = parse(readFileSync(join(cityFolder, 'devices.yaml'), 'utf8')) as DeviceRegister
    for (const device of devices.devices ?? []) device.simulated = true
    writeFileSync(join(cityFolder, 'devices.yaml'), stringify(devices))
    city = await start({ simulate: true })
    operator = await signInFirst(city)
    publishers = await Promise.all(cabinets.map(connect))
  })
  afterAll(async () => {
    for (const publisher of publishers ?? []) await publisher.end()
    await city?.stop()
    await mosquitto?.remove()
    folder.remove()
  })

  test('says which broker it uses, listens on none, and simulates nothing', async () => {
    expect(city.output()).toContain(`mqtts://127.0.0.1:${mosquitto.port} (external; nothing listens here)`)
    expect(city.output()).toContain('Nothing is simulated')
    await waitFor(async () => (await upstream())?.state === 'connected', 10_000)
    const health = await city.health()
    expect(health).toMatchObject({ status: 'ok', problems: [] })
    expect(health.broker.port).toBeUndefined()
  })

  test('killed three times under load: all that mosquitto acknowledged is in the journal once', async () => {
    const timer = setInterval(() => {
      publishers.forEach((publisher, i) => {
        const cabinet = cabinets[i] as string
        for (let n = 0; n < 3; n++) publisher.publish(obs(cabinet), reading(cabinet))
      })
    }, 20)
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      await city.kill()
      city = await start()
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    clearInterval(timer)
    await Promise.all(publishers.map((publisher) => publisher.settled()))
    const acknowledged = publishers.reduce((sum, publisher) => sum + publisher.acknowledged.size, 0)
    await waitFor(async () => (await city.health()).counters.accepted >= acknowledged, 20_000, 200)
    expect(acknowledged).toBeGreaterThan(1_000)
    const { counters } = await city.health()
    expect(counters).toMatchObject({ accepted: acknowledged, rejected: 0 })
    expect(counters.received).toBe(counters.accepted + counters.duplicate)
  }, 120_000)

  test('a device cannot speak for another: mosquitto’s access list keeps it to its own name', async () => {
    const [first] = publishers as [Publisher]
    const before = (await upstream())?.received ?? 0
    first.publish(obs('cab-2'), reading('cab-2'))
    first.publish('city/elsewhere/traffic/cab-1/obs', reading('cab-1'))
    await first.settled()
    // Where it may publish by its name, the city looks at area and domain.
    const session = await signIn(city, operator)
    const answer = await waitFor(async () => {
      const { deadLetters } = await session.get<DeadLettersAnswer>('/api/dead-letters')
      return deadLetters.length > 0 ? deadLetters : undefined
    }, 10_000)
    expect(answer).toMatchObject([{ code: 'wrong-topic', device: 'external-broker' }])
    expect((await upstream())?.received).toBe(before + 1)
  })

  test('while mosquitto is away health says since when, and it comes back by itself', async () => {
    await mosquitto.stop()
    const health = await waitFor(async () => {
      const now = await city.health()
      return now.status === 'degraded' ? now : undefined
    }, 10_000)
    expect(health.problems[0]?.en).toMatch(/^Broker external-broker is away since 20\d\d-/)
    expect(health.broker.upstreams).toMatchObject([{ name: 'external-broker', state: 'away' }])
    await mosquitto.start()
    await waitFor(async () => (await city.health()).status === 'ok', 20_000)
  })

  test('stopped cleanly it leaves nothing to be sent again', async () => {
    const before = await city.health()
    await city.stop()
    const journal = await openJournal({ folder: join(data, 'journal'), clock: systemClock, log: () => undefined })
    expect(journal.tally().accepted).toBe(before.counters.accepted)
    await journal.close()
    city = await start()
    await waitFor(async () => (await upstream())?.state === 'connected', 10_000)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await upstream()).toMatchObject({ received: 0 })
  })

  test('a password that is not in the environment ends the start with one line', async () => {
    await expect(start({ env: { MQTT_SECRET: '' }, data: join(folder.path, 'other') })).rejects.toThrow(
      'The broker takes its password from MQTT_SECRET, which is not set.'
    )
  })
})
