import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { createBroker } from '../broker/create-broker.ts'
import { createReadGate } from '../broker/read-gate.ts'
import { defaultLimits } from '../create-ingest.ts'

/**
 * A process of its own, for what it brings about can end one: a subscriber that hears everything does not read for a
 * while, and leaves in the middle of the load. Argument `bare`: aedes as it comes; `ours`: the city's broker. Its last
 * line says `survived` and how many messages were taken.
 */
const publishers = 60
const messagesEach = 1_000
const total = publishers * messagesEach
/** The subscriber leaves when nothing more has come for so many milliseconds: all was taken, or it holds up the others. */
const quiet = 1_000
const longest = 20_000

type Target = { port: number; waiting: () => number; taken: () => number }

async function startBare(): Promise<Target> {
  const broker = await Aedes.createBroker()
  let taken = 0
  broker.authorizePublish = (_client, _packet, done) => {
    taken++
    done(null)
  }
  const server = createServer(broker.handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Not in the published type: what waits because of `concurrency`.
  const { mq } = broker as unknown as { mq: { length: number } }
  return { port: (server.address() as AddressInfo).port, waiting: () => mq.length, taken: () => taken }
}

async function startOurs(): Promise<Target> {
  let taken = 0
  const { ports } = await createBroker({
    policy: {
      owner: () => 'anybody',
      authenticate: (_client, _username, _password, done) => done(null, true),
      rate: () => undefined,
      maySubscribe: () => true,
      mayHear: () => true,
      receive: (_client, _packet, settle) => {
        taken++
        setImmediate(settle)
        return true
      }
    },
    gate: createReadGate({ maxMessages: defaultLimits.maxMessagesUnderWay, maxBytes: defaultLimits.maxBytesUnderWay }),
    listeners: [{ host: '127.0.0.1', port: 0 }],
    limits: { ...defaultLimits, maxSessionsPerSpeaker: 1_000 },
    log: (_level, message, detail) => process.stdout.write(`${message} ${JSON.stringify(detail)}\n`)
  })
  return { port: ports[0] ?? 0, waiting: () => 0, taken: () => taken }
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length >> 8, value.length & 255]), Buffer.from(value)])
}

async function join(port: number, clientId: string): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port })
  socket.on('error', () => undefined)
  const body = Buffer.concat([text('MQTT'), Buffer.from([4, 2, 0, 0]), text(clientId)])
  socket.write(Buffer.concat([Buffer.from([0x10, body.length]), body]))
  // The CONNACK: bare aedes takes few packets before it.
  await once(socket, 'data')
  return socket
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

const { port, waiting, taken } = process.argv[2] === 'bare' ? await startBare() : await startOurs()
const end = Date.now() + longest
const subscriber = await join(port, 'subscriber')
subscriber.write(Buffer.from([0x82, 6, 0, 1, 0, 1, 0x23, 0]))
await once(subscriber, 'data')
subscriber.pause()

const topic = text('load/all')
const payload = Buffer.alloc(300, 'x')
const length = topic.length + payload.length
const publish = Buffer.concat([Buffer.from([0x30, (length & 127) | 128, length >> 7]), topic, payload])
const load = Buffer.concat(Array.from({ length: messagesEach }, () => publish))
for (let i = 0; i < publishers; i++) (await join(port, `publisher-${i}`)).write(load)

for (let before = -1; taken() > before && Date.now() < end; ) {
  before = taken()
  await pause(quiet)
}
process.stdout.write(`leaves after ${taken()} messages, of which ${waiting()} wait\n`)
subscriber.destroy()
while (taken() < total && Date.now() < end) await pause(50)
await pause(200)
// It still serves others.
await join(port, 'late')
process.stdout.write(`survived with ${taken()} messages\n`)
process.exit(0)
