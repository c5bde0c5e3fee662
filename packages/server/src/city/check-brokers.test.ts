import { type CityFile, type DeviceRegister, parseYamlDocument } from '@city-brain/model'
import { expect, test } from 'vitest'
import { checkBrokers } from './check-brokers.ts'

const city = (broker: CityFile['broker']) => ({ id: 'linden', ...(broker && { broker }) }) as CityFile
const gateway = (id: string, broker?: NonNullable<DeviceRegister['gateways']>[number]['broker']) => ({
  id,
  topics: [`${id}/up`],
  ...(broker && { broker })
})
const problemsOf = (file: CityFile, register: DeviceRegister) =>
  checkBrokers(
    { document: parseYamlDocument('city.yaml', JSON.stringify(file)), file },
    { document: parseYamlDocument('devices.yaml', JSON.stringify(register)), register }
  ).map(({ file: name, path, message }) => `${name} ${path}: ${message}`)

test('an external broker and gateways that bring their own are right', () => {
  const external = {
    url: 'mqtts://mqtt.example.org:8883',
    username: 'city',
    passwordVariable: 'SECRET',
    authority: 'a.pem'
  }
  const gateways = [
    gateway('lora', { url: 'mqtt://127.0.0.1:1883' }),
    gateway('other', { url: 'mqtt://127.0.0.1:1883' })
  ]
  expect(problemsOf(city({ external }), { gateways })).toEqual([])
})

test.each<[string, CityFile['broker'], DeviceRegister, string]>([
  [
    'an address that is none',
    { external: { url: 'mqtt://a:b:c' } },
    {},
    'city.yaml /broker/external/url: must be mqtt:// or mqtts:// with host and port'
  ],
  [
    'a password without a name',
    { external: { url: 'mqtt://a', passwordVariable: 'SECRET' } },
    {},
    'city.yaml /broker/external: MQTT 3.1.1 has no password without a username'
  ],
  [
    'an authority without TLS',
    undefined,
    { gateways: [gateway('lora', { url: 'mqtt://a', authority: 'a.pem' })] },
    'devices.yaml /gateways/0/broker/authority: only mqtts:// shows a certificate'
  ],
  [
    'TLS of a broker that is not there',
    { external: { url: 'mqtt://a' }, tls: { port: 8883, certificate: 'c.pem', key: 'k.pem' } },
    {},
    'city.yaml /broker/tls: with an external broker nothing listens here, with or without TLS'
  ],
  [
    'two sessions of one name',
    undefined,
    {
      gateways: [gateway('one', { url: 'mqtt://a', clientId: 'x' }), gateway('two', { url: 'mqtt://a', clientId: 'x' })]
    },
    'devices.yaml /gateways/1/broker: has the same url and clientId as devices.yaml/gateways/0/broker: they would take the session from each other'
  ],
  [
    'a device that has the name of the external broker',
    undefined,
    { devices: [{ id: 'external-broker', area: 'a', domain: 'waste' }] },
    'devices.yaml : external-broker stands for the external broker and can be no device'
  ]
])('%s is a fault with its place', (_, broker, register, message) => {
  expect(problemsOf(city(broker), register)).toEqual([message])
})
