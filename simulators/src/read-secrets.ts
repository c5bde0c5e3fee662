import type { Readable } from 'node:stream'

/**
 * The devices' secrets, one JSON line on standard input: `{"secrets":{"device-id":"secret"}}`. The parent keeps its end
 * open for as long as it lives; when it closes, however the parent ended, this process ends too.
 */
export function readSecrets(input: Readable, end: () => void = () => process.exit(0)): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    let text = ''
    let read = false
    input.setEncoding('utf8')
    input.on('data', (chunk: string) => {
      if (read) return
      text += chunk
      const [line, rest] = text.split('\n', 2)
      if (rest === undefined) return
      read = true
      try {
        const { secrets } = JSON.parse(line as string) as { secrets: Record<string, string> }
        resolve(secrets)
      } catch {
        reject(new Error('Standard input did not begin with a line {"secrets":{…}}.'))
      }
    })
    input.on('close', end)
    input.on('end', end)
  })
}
