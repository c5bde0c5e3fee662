import { createInterface } from 'node:readline'

/**
 * The secrets that the parent hands over: the first line of an input that stays open. When it closes, the parent is gone,
 * however it went.
 * @throws Error where the line is missing or not `{"secrets":{"device":"secret"}}`; never with its text
 */
export async function readSecrets(
  input: NodeJS.ReadableStream,
  onClose: () => void = () => process.exit(0)
): Promise<Record<string, string>> {
  const lines = createInterface({ input })
  const line = await new Promise<string | undefined>((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(undefined))
  })
  if (line === undefined) throw new Error('Standard input closed before the secrets came')
  lines.once('close', onClose)
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new Error('The first line of standard input is not JSON')
  }
  const secrets = (value as { secrets?: unknown } | null)?.secrets
  const isRecord = typeof secrets === 'object' && secrets !== null && !Array.isArray(secrets)
  if (!isRecord || Object.values(secrets).some((secret) => typeof secret !== 'string')) {
    throw new Error('The first line of standard input is not {"secrets":{"device":"secret"}}')
  }
  return secrets as Record<string, string>
}
