/**
 * 53 bits of a name: two lanes of 32 bits with unrelated multipliers, mixed at the end. Among
 * 200,000 names a new one meets an old one’s number once in 4 * 10^10. Never 0.
 */
export function hashOf(name: string): number {
  let low = 0x9e3779b1
  let high = 0x41c6ce57
  for (let at = 0; at < name.length; at += 1) {
    const unit = name.charCodeAt(at)
    low = Math.imul(low ^ unit, 0x9e3779b1)
    high = Math.imul(high ^ unit, 0x5f356495)
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
  return (high & 0x1f_ffff) * 2 ** 32 + (low >>> 0) || 1
}

const FREE = 0
const DELETED = -1
const LEAST_SLOTS = 1024

/** A set of name hashes, 8 bytes a slot: a folder’s 200,000 leftovers are 4 MB, without strings. */
export class NameSet {
  #slots: Float64Array
  /** Slots that are not free. */
  #used = 0

  /** Room for `count` without growing. */
  constructor(count = 0) {
    this.#slots = new Float64Array(slotsFor(count))
  }

  has(hash: number): boolean {
    return this.#slots[this.#find(hash)] === hash
  }

  add(hash: number): void {
    const at = this.#find(hash)
    if (this.#slots[at] === hash) return
    this.#slots[at] = hash
    this.#used += 1
    if (this.#used * 2 > this.#slots.length) this.#grow()
  }

  delete(hash: number): void {
    const at = this.#find(hash)
    if (this.#slots[at] === hash) this.#slots[at] = DELETED
  }

  /** Where the hash is, or the free slot where it would go. */
  #find(hash: number): number {
    const mask = this.#slots.length - 1
    let at = (hash >>> 0) & mask
    for (;;) {
      const slot = this.#slots[at]
      if (slot === hash || slot === FREE) return at
      at = (at + 1) & mask
    }
  }

  #grow(): void {
    const held = this.#slots.filter((slot) => slot > FREE)
    this.#slots = new Float64Array(slotsFor(held.length))
    for (const hash of held) this.#slots[this.#find(hash)] = hash
    this.#used = held.length
  }
}

/** A power of two, at most a quarter full. */
const slotsFor = (count: number) =>
  Math.max(LEAST_SLOTS, 2 ** Math.ceil(Math.log2(Math.max(1, count * 2)) + 1))
