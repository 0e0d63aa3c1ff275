const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
]

/** The square of a QR code: what readers find it by, the data, and a mask. [ISO/IEC 18004, 6 and 7.7 to 7.10] */
export class Square {
  readonly size: number
  readonly #dark: boolean[][]
  /** What readers find the code by; no data and no mask there. */
  readonly #fixed: boolean[][]

  constructor(version: number) {
    this.size = version * 4 + 17
    const empty = () =>
      Array.from({ length: this.size }, () => new Array<boolean>(this.size).fill(false))
    this.#dark = empty()
    this.#fixed = empty()
    this.#finders()
    this.#alignments(version)
    this.#format(0)
    if (version >= 7) this.#version(version)
  }

  #set(x: number, y: number, isDark: boolean): void {
    const [dark, fixed] = [this.#dark[y], this.#fixed[y]]
    if (dark === undefined || fixed === undefined || x < 0 || x >= this.size) return
    dark[x] = isDark
    fixed[x] = true
  }

  #ring(x: number, y: number, reach: number, isDark: (distance: number) => boolean): void {
    for (let dy = -reach; dy <= reach; dy += 1)
      for (let dx = -reach; dx <= reach; dx += 1)
        this.#set(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))))
  }

  #finders(): void {
    for (let at = 0; at < this.size; at += 1) {
      this.#set(6, at, at % 2 === 0)
      this.#set(at, 6, at % 2 === 0)
    }
    const end = this.size - 4
    for (const [x, y] of [
      [3, 3],
      [end, 3],
      [3, end],
    ] as const)
      this.#ring(x, y, 4, (distance) => distance !== 2 && distance !== 4)
  }

  #alignments(version: number): void {
    if (version === 1) return
    const count = Math.floor(version / 7) + 2
    const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2
    const places = [
      6,
      ...Array.from({ length: count - 1 }, (_, n) => this.size - 7 - (count - 2 - n) * step),
    ]
    const last = count - 1
    places.forEach((y, row) => {
      places.forEach((x, column) => {
        const isFinder =
          (row === 0 && (column === 0 || column === last)) || (row === last && column === 0)
        if (!isFinder) this.#ring(x, y, 2, (distance) => distance !== 1)
      })
    })
  }

  /** Level L and the mask, twice, each bit with its correction. */
  #format(mask: number): void {
    const data = (0b01 << 3) | mask
    const bits = ((data << 10) | remainder(data, 10, 0x537)) ^ 0x5412
    const bit = (at: number) => ((bits >>> at) & 1) === 1
    const { size } = this
    for (let at = 0; at < 6; at += 1) this.#set(8, at, bit(at))
    this.#set(8, 7, bit(6))
    this.#set(8, 8, bit(7))
    this.#set(7, 8, bit(8))
    for (let at = 9; at < 15; at += 1) this.#set(14 - at, 8, bit(at))
    for (let at = 0; at < 8; at += 1) this.#set(size - 1 - at, 8, bit(at))
    for (let at = 8; at < 15; at += 1) this.#set(8, size - 15 + at, bit(at))
    this.#set(8, size - 8, true)
  }

  #version(version: number): void {
    const bits = (version << 12) | remainder(version, 12, 0x1f25)
    for (let at = 0; at < 18; at += 1) {
      const isDark = ((bits >>> at) & 1) === 1
      const [long, short] = [this.size - 11 + (at % 3), Math.floor(at / 3)]
      this.#set(long, short, isDark)
      this.#set(short, long, isDark)
    }
  }

  /** From the lower right corner up and down in columns of two. */
  fill(codewords: readonly number[]): void {
    let at = 0
    for (const [x, y] of this.#path()) {
      const row = this.#dark[y]
      if (row === undefined || this.#fixed[y]?.[x] === true) continue
      row[x] = (((codewords[at >>> 3] ?? 0) >>> (7 - (at & 7))) & 1) === 1
      at += 1
    }
  }

  *#path(): Generator<readonly [number, number]> {
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5
      const isUp = ((right + 1) & 2) === 0
      for (let n = 0; n < this.size; n += 1) {
        const y = isUp ? this.size - 1 - n : n
        yield [right, y]
        yield [right - 1, y]
      }
    }
  }

  /** Under the mask that leaves the least to confuse a reader. */
  masked(): string {
    const pictures = MASKS.map((mask, number) => {
      this.#format(number)
      return this.#dark
        .map((row, y) =>
          row
            .map((isDark, x) => Number(isDark !== (this.#fixed[y]?.[x] === false && mask(x, y))))
            .join(''),
        )
        .join('\n')
    })
    const [best = ''] = pictures.toSorted((one, other) => penalty(one) - penalty(other))
    return best
  }
}

/** Of a BCH code. */
function remainder(data: number, degree: number, generator: number): number {
  let rest = data
  for (let n = 0; n < degree; n += 1) rest = (rest << 1) ^ ((rest >>> (degree - 1)) * generator)
  return rest
}

/** What reads badly: long runs, squares, what looks like a finder, an uneven share of dark. [7.8.3] */
function penalty(picture: string): number {
  const rows = picture.split('\n')
  const columns = rows.map((_, x) => rows.map((row) => row.charAt(x)).join(''))
  const lines = [...rows, ...columns]
  const runs = lines
    .flatMap((line) => line.match(/0{5,}|1{5,}/g) ?? [])
    .reduce((sum, { length }) => sum + length - 2, 0)
  const finders = lines.flatMap((line) => [...line.matchAll(/(?=00001011101|10111010000)/g)]).length
  const squares = rows.slice(1).reduce((sum, row, y) => sum + squaresIn(rows[y] ?? '', row), 0)
  const dark = picture.match(/1/g)?.length ?? 0
  const uneven = Math.ceil(Math.abs(dark * 20 - rows.length ** 2 * 10) / rows.length ** 2) - 1
  return runs + 40 * finders + 3 * squares + 10 * Math.max(0, uneven)
}

const squaresIn = (above: string, below: string): number =>
  [...below].filter((cell, x) => {
    const next = below.charAt(x + 1)
    return (
      x + 1 < below.length &&
      [next, above.charAt(x), above.charAt(x + 1)].every((one) => one === cell)
    )
  }).length
