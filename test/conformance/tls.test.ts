import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { deviceSecrets } from '../city/device-secrets.ts'
import { type RunningCity, startCity, temporaryFolder, waitFor } from '../city/start-city.ts'
import { writeSmallCity } from '../city/write-small-city.ts'
import { findProgram } from '../programs/find-program.ts'
import { makeCertificates } from './certificates.ts'

const publisher = findProgram('mosquitto_pub')
const canMake = findProgram('openssl') !== undefined

/** A city's process with `broker.tls`, as an integrator sets it up. `cab-1` has a certificate, `cab-2` a secret only. */
describe.skipIf(publisher === undefined || !canMake)('devices that come with TLS', () => {
  const place = temporaryFolder()
  const folder = join(place.path, 'city')
  let ours: ReturnType<typeof makeCertificates>
  let city: RunningCity
  let port: number

  beforeAll(async () => {
    writeSmallCity(folder, 2)
    const keys = join(folder, 'keys')
    mkdirSync(keys)
    ours = makeCertificates(keys, 'ca')
    ours.issue('broker', 'broker.example')
    ours.issue('cab-1', 'Cabinet No. 1')
    ours.issue('stranger', 'Somebody')
    mkdirSync(join(keys, 'foreign'))
    makeCertificates(join(keys, 'foreign'), 'ca').issue('cab-1', 'Cabinet No. 1')

    const devices = parse(readFileSync(join(folder, 'devices.yaml'), 'utf8')) as { devices: Record<string, unknown>[] }
    for (const device of devices.devices) if (device.id === 'cab-1') device.certificateSubject = 'Cabinet No. 1'
    writeFileSync(join(folder, 'devices.yaml'), stringify(devices))
  })
  afterAll(() => place.remove())

  const start = async (withAuthority: boolean, mqttPort: string) => {
    const file = parse(readFileSync(join(folder, 'city.yaml'), 'utf8')) as Record<string, unknown>
    const tls = { port: 0, certificate: 'keys/broker.pem', key: 'keys/broker.key' }
    file.broker = { tls: withAuthority ? { ...tls, clientAuthority: 'keys/ca.pem' } : tls }
    writeFileSync(join(folder, 'city.yaml'), stringify(file))
    const data = join(place.path, withAuthority ? 'mutual' : 'server')
    city = await startCity({ city: folder, data, args: ['--mqtt-port', mqttPort] })
    port = Number(/mqtts:\/\/127\.0\.0\.1:(\d+)/.exec(city.output())?.[1])
  }
  const accepted = async () => (await city.health()).counters.accepted
  let minute = 0
  /** mosquitto_pub with these arguments beside the topic of a device, its payload and QoS 1; its exit code and what it said. */
  const send = (device: string, ...args: string[]) =>
    new Promise<{ code: number; said: string }>((resolve) => {
      const dateObserved = new Date(Date.UTC(2026, 4, 4, 8, minute++)).toISOString()
      const payload = JSON.stringify({ id: device.replace('cab', 'det'), dateObserved, intensity: minute })
      const to = [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-V',
        'mqttv311',
        '-q',
        '1',
        '-t',
        `city/centre/traffic/${device}/obs`
      ]
      execFile(publisher ?? '', [...to, '-m', payload, ...args], { timeout: 15_000 }, (error, out, err) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, said: `${out}${err}` })
      )
    })
  const certificate = (name: string) => [
    '--cert',
    join(folder, `keys/${name}.pem`),
    '--key',
    join(folder, `keys/${name}.key`)
  ]

  test('with an authority for devices: the certificate says who it is, and nobody comes without one', async () => {
    await start(true, '0')
    const authority = ['--cafile', ours.authority]
    expect(await send('cab-1', ...authority, ...certificate('cab-1'))).toEqual({ code: 0, said: '' })
    expect(await send('cab-1', ...authority, ...certificate('cab-1'), '-u', 'cab-1')).toEqual({ code: 0, said: '' })
    expect(await accepted()).toBe(2)
    const [secret = ''] = await deviceSecrets(city.data, ['cab-2'])

    // Under another name, not even with that one's secret.
    const other = await send('cab-2', ...authority, ...certificate('cab-1'), '-u', 'cab-2', '-P', secret)
    expect(other.said).toContain('bad user name or password')
    // A certificate that belongs to nobody; one of another authority; none.
    expect((await send('cab-1', ...authority, ...certificate('stranger'))).said).toContain('not authorised')
    expect((await send('cab-1', ...authority, ...certificate('foreign/cab-1'))).code).not.toBe(0)
    expect((await send('cab-2', ...authority, '-u', 'cab-2', '-P', secret)).code).not.toBe(0)
    // The device checks the broker as well.
    const wrong = join(folder, 'keys/foreign/ca.pem')
    expect((await send('cab-1', '--cafile', wrong, ...certificate('cab-1'))).code).not.toBe(0)
    expect(await accepted()).toBe(2)

    // The plain port is there beside it.
    port = city.mqttPort
    expect(await send('cab-2', '-u', 'cab-2', '-P', secret)).toEqual({ code: 0, said: '' })
    expect(await accepted()).toBe(3)
    const problems = (await city.health()).problems.map(({ en }) => en)
    // Signed for thirty days.
    expect(problems.filter((problem) => /^The certificate keys\/(broker|ca)\.pem ends on /.test(problem))).toHaveLength(
      2
    )
    expect(await city.stop()).toBe(0)
  })

  test('without one: the secret, as on the plain port, which is switched off', async () => {
    await start(false, 'off')
    expect(city.output()).toContain(`MQTTS      mqtts://127.0.0.1:${port}`)
    expect(city.output()).not.toContain('mqtt://')
    const [secret = ''] = await deviceSecrets(city.data, ['cab-1'])
    const authority = ['--cafile', ours.authority]
    expect(await send('cab-1', ...authority, '-u', 'cab-1', '-P', secret)).toEqual({ code: 0, said: '' })
    expect((await send('cab-1', ...authority, '-u', 'cab-1', '-P', 'wrong')).said).toContain(
      'bad user name or password'
    )
    // Nobody asked for this certificate, so it proves nothing.
    expect((await send('cab-1', ...authority, ...certificate('cab-1'))).code).not.toBe(0)

    const client = await mqtt.connectAsync(`mqtts://127.0.0.1:${port}`, {
      ca: readFileSync(ours.authority),
      username: 'cab-1',
      password: secret,
      reconnectPeriod: 0
    })
    const topic = 'city/centre/traffic/cab-1/obs'
    const sent = Array.from({ length: 2_000 }, (_, i) => {
      const dateObserved = new Date(Date.UTC(2026, 5, 1) + i * 1_000).toISOString()
      return client.publishAsync(topic, JSON.stringify({ id: 'det-1', dateObserved, intensity: i }), { qos: 1 })
    })
    await Promise.all(sent)
    expect(await accepted()).toBe(2_001)
    await client.endAsync()
    await waitFor(async () => (await city.health()).broker.connected === 0, 5_000)
    expect(await city.stop()).toBe(0)
  })

  test('a city whose files of TLS do not fit does not start, and says which in one line', async () => {
    const file = parse(readFileSync(join(folder, 'city.yaml'), 'utf8')) as Record<string, unknown>
    file.broker = { tls: { port: 0, certificate: 'keys/broker.pem', key: 'keys/cab-1.key' } }
    writeFileSync(join(folder, 'city.yaml'), stringify(file))
    await expect(startCity({ city: folder, data: join(place.path, 'none') })).rejects.toThrow(
      'did not start:\nbroker.tls.key in city.yaml: keys/cab-1.key does not belong to the certificate in keys/broker.pem.\n'
    )
  })
})
