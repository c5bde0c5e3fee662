import { Environment } from '@marcbachmann/cel-js'

/**
 * What a feed's expressions may use: `payload` (the decoded JSON, or one record of it), `topic` (its levels), `receivedAt`
 * (RFC 3339), CEL's own functions, and those below. Every number of a JSON payload is a double, so arithmetic with an
 * integer literal (`payload.fill / 100`) is defined here; without it CEL refuses to mix the two at run time.
 */
export function createFeedEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    // A feed is a few short expressions; the limits keep a mistake from becoming a slow pipeline.
    limits: { maxAstNodes: 500, maxDepth: 30, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 8 }
  })
    .registerVariable('payload', 'dyn')
    .registerVariable('topic', 'list<string>')
    .registerVariable('receivedAt', 'string')
  for (const [operator, apply] of Object.entries(arithmetic)) {
    const mixed = (left: number | bigint, right: number | bigint) => apply(Number(left), Number(right))
    environment.registerOperator(`double ${operator} int: double`, mixed)
    environment.registerOperator(`int ${operator} double: double`, mixed)
  }
  environment
    .registerOperator('double % double: double', arithmetic['%'])
    .registerFunction('round(double): double', (value: number) => Math.round(value))
    .registerFunction('instant(double): string', instantOf)
    .registerFunction('instant(int): string', instantOf)
    .registerFunction('fromBase64(string): bytes', fromBase64)
    .registerFunction('fromHex(string): bytes', fromHex)
    .registerFunction('bytes.bit(int, int): bool', (bytes: Uint8Array, at: bigint, bit: bigint) =>
      bitAt(bytes, Number(at), Number(bit))
    )
  for (const [name, read] of Object.entries(integers)) {
    environment.registerFunction(`bytes.${name}(int, int): double`, (bytes: Uint8Array, at: bigint, length: bigint) =>
      read(bufferOf(bytes), ...within(bytes, Number(at), Number(length)))
    )
  }
  return environment
}

const arithmetic = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b
}

/** RFC 3339 for milliseconds since 1970. */
function instantOf(milliseconds: number | bigint): string {
  const date = new Date(Number(milliseconds))
  if (Number.isNaN(date.getTime())) throw new RangeError('instant(): no point in time')
  return date.toISOString()
}

function fromBase64(text: string): Uint8Array {
  const digits = text.replace(/={0,2}$/, '')
  // A last group of one digit holds no byte; Node would pass over it in silence.
  if (!/^[A-Za-z0-9+/_-]*$/.test(digits) || digits.length % 4 === 1) throw new RangeError('fromBase64(): not base64')
  return new Uint8Array(Buffer.from(digits, 'base64'))
}

function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(text)) throw new RangeError('fromHex(): not hexadecimal')
  return new Uint8Array(Buffer.from(text, 'hex'))
}

/** Integers of 1 to 6 bytes at a place, as sensors pack their frames: the largest byte first, or the smallest (`…Little`). */
const integers: Record<string, (bytes: Buffer, at: number, length: number) => number> = {
  unsigned: (bytes, at, length) => bytes.readUIntBE(at, length),
  signed: (bytes, at, length) => bytes.readIntBE(at, length),
  unsignedLittle: (bytes, at, length) => bytes.readUIntLE(at, length),
  signedLittle: (bytes, at, length) => bytes.readIntLE(at, length)
}

/** Bit 0 is the lowest of its byte. */
function bitAt(bytes: Uint8Array, at: number, bit: number): boolean {
  if (bit < 0 || bit > 7) throw new RangeError(`a byte has the bits 0 to 7, not ${bit}`)
  within(bytes, at, 1)
  return (((bytes[at] as number) >> bit) & 1) === 1
}

function within(bytes: Uint8Array, at: number, length: number): [at: number, length: number] {
  if (length < 1 || length > 6) throw new RangeError(`an integer has 1 to 6 bytes, not ${length}`)
  if (at < 0 || at + length > bytes.length) throw new RangeError(`no ${length} bytes at ${at} of ${bytes.length}`)
  return [at, length]
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
