/** A device's last messages are remembered so far back. */
export const windowSize = 1_000

const smallest = 16

/**
 * The fingerprints (52-bit numbers) of a device's last messages, oldest forgotten first. Two flat arrays, a ring in the
 * order of arrival and an open hash table over it, because a Set of a thousand doubles takes six times the memory and
 * there is one for every device; both start small and grow with what the device sends.
 */
export class FingerprintWindow {
  #ring = new Float64Array(smallest)
  /** Zero is an empty slot; fingerprints are stored one up. */
  #table = new Float64Array(smallest * 2)
  #count = 0
  #next = 0

  get size(): number {
    return this.#count
  }

  has(fingerprint: number): boolean {
    return this.#table[this.#find(fingerprint + 1)] !== 0
  }

  /** False where it was there already; then nothing changes. */
  add(fingerprint: number): boolean {
    const key = fingerprint + 1
    if (this.#table[this.#find(key)] !== 0) return false
    if (this.#count === this.#ring.length && this.#ring.length < windowSize) this.#grow()
    if (this.#count === this.#ring.length) this.#erase(this.#ring[this.#next] as number)
    else this.#count++
    this.#ring[this.#next] = key
    this.#next = (this.#next + 1) % this.#ring.length
    this.#table[this.#find(key)] = key
    return true
  }

  /** Takes back a message that could not be stored, so that its repeat is not taken for a repeat. */
  remove(fingerprint: number): void {
    if (!this.has(fingerprint)) return
    const kept = this.values().filter((value) => value !== fingerprint)
    this.#ring = new Float64Array(this.#ring.length)
    this.#table = new Float64Array(this.#table.length)
    this.#count = 0
    this.#next = 0
    for (const value of kept) this.add(value)
  }

  /** Oldest first. */
  values(): number[] {
    const values: number[] = []
    const start = this.#next - this.#count + this.#ring.length
    for (let i = 0; i < this.#count; i++) values.push((this.#ring[(start + i) % this.#ring.length] as number) - 1)
    return values
  }

  /** The slot where the key is, or where it would be put. */
  #find(key: number): number {
    const mask = this.#table.length - 1
    // Spreads the low 32 bits; the fingerprints are a hash already.
    let slot = (key >>> 0) & mask
    for (let there = this.#table[slot]; there !== 0 && there !== key; there = this.#table[slot])
      slot = (slot + 1) & mask
    return slot
  }

  /** Deletion by shifting back, so that no tombstones gather. */
  #erase(key: number): void {
    const table = this.#table
    const mask = table.length - 1
    let hole = this.#find(key)
    table[hole] = 0
    for (let slot = (hole + 1) & mask; table[slot] !== 0; slot = (slot + 1) & mask) {
      const home = ((table[slot] as number) >>> 0) & mask
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      table[hole] = table[slot] as number
      table[slot] = 0
      hole = slot
    }
  }

  #grow(): void {
    const values = this.values()
    const length = Math.min(windowSize, this.#ring.length * 2)
    this.#ring = new Float64Array(length)
    this.#table = new Float64Array(2 ** Math.ceil(Math.log2(length * 2)))
    this.#count = 0
    this.#next = 0
    for (const value of values) this.add(value)
  }

  /** Base64 of the values as 64-bit floats, oldest first. */
  encode(): string {
    return Buffer.from(Float64Array.from(this.values()).buffer).toString('base64')
  }

  static decode(text: string): FingerprintWindow {
    const window = new FingerprintWindow()
    const bytes = Buffer.from(text, 'base64')
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      const value = bytes.readDoubleLE(at)
      if (Number.isSafeInteger(value) && value >= 0) window.add(value)
    }
    return window
  }
}
