import { type AddressInfo, createServer } from 'node:net'
import { Aedes } from 'aedes'
import { answerParent } from './answer-parent.ts'

/** The same broker, bare: nobody subscribes, nothing is checked, nothing is kept. */
const broker = await Aedes.createBroker({ concurrency: 0 })
const server = createServer({ noDelay: true }, broker.handle)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

answerParent((server.address() as AddressInfo).port, async () => {
  server.close()
  await new Promise<void>((resolve) => broker.close(resolve))
})
