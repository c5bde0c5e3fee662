/** A message to try a feed with. */
export type Sample = { topic: string; payload: Buffer }

/**
 * A line of samples. With a topic given, the whole line is a payload. Without, the line is `{"topic":…,"payload":…}`, where
 * the payload is JSON or text (as `mosquitto_sub -F %j` and `%J` write it), or a topic, a space and the payload
 * (`mosquitto_sub -v`). Undefined for an empty line.
 */
export function readSample(line: string, topic: string | undefined): Sample | { fault: string } | undefined {
  const text = line.trim()
  if (text === '') return undefined
  if (topic !== undefined) return { topic, payload: Buffer.from(text) }
  if (text.startsWith('{')) return readEnvelope(text)
  const space = text.indexOf(' ')
  if (space > 0 && !text.startsWith('[')) {
    return { topic: text.slice(0, space), payload: Buffer.from(text.slice(space + 1)) }
  }
  return { fault: needsTopic }
}

const needsTopic =
  'has no topic: say --topic TOPIC, or write {"topic":…,"payload":…} or a topic, a space and the payload'

function readEnvelope(text: string): Sample | { fault: string } {
  let value: { topic?: unknown; payload?: unknown }
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { fault: `is not JSON: ${(error as Error).message}` }
  }
  const { topic, payload } = value
  if (typeof topic !== 'string' || payload === undefined) return { fault: needsTopic }
  return { topic, payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)) }
}
