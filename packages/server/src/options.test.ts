import { expect, test } from 'vitest'
import { parseOptions } from './options.ts'
import { StartFault } from './start-fault.ts'

test('without arguments it is the demo city on this machine only', () => {
  expect(parseOptions([])).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    mqttPort: 1883,
    simulate: true,
    history: 'duckdb'
  })
})

test('reads every option', () => {
  const args = '--city c --data d --port 0 --mqtt-port 1884 --host 0.0.0.0 --no-simulate --history influx'.split(' ')
  expect(parseOptions([...args, '--influx-url', 'http://db:8086'])).toEqual({
    city: `${process.cwd()}/c`,
    data: `${process.cwd()}/d`,
    port: 0,
    mqttPort: 1884,
    host: '0.0.0.0',
    simulate: false,
    history: 'influx',
    influxUrl: 'http://db:8086'
  })
  expect(parseOptions(['--help'])).toBe('help')
})

test('the plain port can be switched off; a conformance suite gets a port of loopback only', () => {
  expect(parseOptions(['--mqtt-port', 'off'])).toMatchObject({ mqttPort: 'off' })
  expect(parseOptions(['--mqtt-conformance-port', '1884'])).toMatchObject({ mqttPort: 1883, conformancePort: 1884 })
  expect(parseOptions(['--mqtt-conformance-port', '0', '--host', '::1'])).toMatchObject({ conformancePort: 0 })
  expect(parseOptions([])).not.toHaveProperty('conformancePort')
})

test.each([
  [['--mqtt-port', 'on'], /--mqtt-port must be a port/],
  [['--mqtt-conformance-port', '1884', '--host', '0.0.0.0'], /needs a --host of this machine/],
  [['--mqtt-conformance-port', '1884', '--host', '127.0.0.1.example.com'], /needs a --host of this machine/],
  [['--colour'], /There is no option --colour\./],
  [['--porto=1'], /There is no option --porto\./],
  [['demo'], /"demo" is not an option\./],
  [['--port'], /--port needs a value\./],
  [['--data='], /--data needs a value\./],
  [['--no-simulate=yes'], /--no-simulate takes no value\./],
  [['--port', '80a'], /--port must be a port/],
  [['--mqtt-port', '65536'], /--mqtt-port must be a port/],
  [['--history', 'postgres'], /--history must be duckdb or influx/],
  [['--history', 'influx'], /needs --influx-url/],
  [['--influx-url', 'http://db'], /only has a meaning/],
  [['--history', 'influx', '--influx-url', 'db:8086'], /http or https/]
])('%j is one clear line', (args, message) => {
  const call = () => parseOptions(args)
  expect(call).toThrow(StartFault)
  expect(call).toThrow(message)
  try {
    call()
  } catch (error) {
    expect((error as Error).message).not.toContain('\n')
  }
})
