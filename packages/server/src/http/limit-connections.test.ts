import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import { limitConnections } from './limit-connections.ts'

test('one connection too many is closed, told once a minute, and the others stay', async () => {
  let now = 0
  const lines: unknown[] = []
  const server = createServer((_request, response) => response.end('ok'))
  limitConnections(server, { most: 2, clock: { monotonic: () => now }, log: (...line) => lines.push(line) })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const open = async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  const first = await open()
  const second = await open()
  for (const at of [0, 59_999, 60_000]) {
    now = at
    await once(await open(), 'close')
  }
  const told = (dropped: number) => [
    'warn',
    'Connections to the HTTP port were closed: too many are open',
    { most: 2, dropped }
  ]
  expect(lines).toEqual([told(1), told(2)])
  first.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  expect(String((await once(first, 'data'))[0])).toMatch(/^HTTP\/1.1 200/)
  first.destroy()
  second.destroy()
  server.close()
})
