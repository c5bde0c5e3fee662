import { createConnection } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** New secrets for devices of the running city, as `city-brain device secret ID` gets them, without a process for each. */
export async function deviceSecrets(data: string, devices: readonly string[]): Promise<string[]> {
  const secrets: string[] = []
  for (const device of devices) secrets.push(await askSecret(join(data, 'control.sock'), device))
  return secrets
}

function askSecret(path: string, device: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`The city gave no secret for ${device}`)))
    socket.on('connect', () => socket.write(`${JSON.stringify({ name: 'device-secret', ask: { device } })}\n`))
    const lines = createInterface({ input: socket })
    lines.on('error', () => undefined)
    lines.once('line', (line) => {
      const reply = JSON.parse(line) as { ok: boolean; answer?: { secret: string }; message?: string }
      if (reply.ok && reply.answer) resolve(reply.answer.secret)
      else reject(new Error(reply.message))
      socket.end()
    })
  })
}
