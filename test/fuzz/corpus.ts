import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, 'corpus')

/** The cases of one target: each a file of `corpus/TARGET/` whose name says what it is about. */
export function readCorpus(target: string): { name: string; text: string }[] {
  return readdirSync(join(folder, target))
    .sort()
    .map((file) => ({ name: file.replace(/\.\w+$/, ''), text: readFileSync(join(folder, target, file), 'utf8') }))
}

/** Hexadecimal with `#` comments. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text.replace(/#.*/g, '').replace(/\s/g, ''), 'hex')
}

/** A payload as a corpus file writes it: text, hexadecimal, or something many times over. */
export type WrittenPayload = { text: string } | { hex: string } | { repeat: string; times: number; end?: string }

export function payloadOf(written: WrittenPayload): Buffer {
  if ('text' in written) return Buffer.from(written.text)
  if ('hex' in written) return Buffer.from(written.hex, 'hex')
  return Buffer.from(written.repeat.repeat(written.times) + (written.end ?? ''))
}
