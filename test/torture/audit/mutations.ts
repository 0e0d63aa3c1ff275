import type { World } from './world.ts'

/** A number from 0 on, below `limit`. */
export type Draw = (limit: number) => number

interface Row {
  readonly seq: number
  readonly id: string
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly hash: Buffer
}

/** Changes a world at random; false: it came out as it was. */
type Mutation = (world: World, draw: Draw) => boolean

const rowsOf = ({ sql }: World): Row[] => sql<Row>('SELECT * FROM audit ORDER BY seq').all()
const drawRow = (world: World, draw: Draw): Row => pick(rowsOf(world), draw)

function pick<T>(list: readonly T[], draw: Draw): T {
  const one = list[draw(list.length)]
  if (one === undefined) throw new Error('nothing to draw from')
  return one
}

const put = ({ sql }: World, { seq, id, at, actor, action, subject, hash }: Row) =>
  sql(
    'INSERT INTO audit (seq, id, at, actor, action, subject, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(seq, id, at, actor, action, subject, hash)

/** Everything from a record on moves by so many places, the last one first. */
const shift = ({ sql }: World, from: number, by: number) => {
  sql('UPDATE audit SET seq = -seq WHERE seq >= ?').run(from)
  sql('UPDATE audit SET seq = -seq + ? WHERE seq < 0').run(by)
}

function flipped(bytes: Buffer, draw: Draw): Buffer {
  const copy = Buffer.from(bytes)
  const at = draw(copy.length)
  copy[at] = (copy[at] ?? 0) ^ (1 << draw(8))
  return copy
}

const changed = (text: string, draw: Draw) => flipped(Buffer.from(text), draw).toString('latin1')

/** Puts rows in the places of others: what stood at `from[i]` stands at `to[i]`. */
function reorder(
  world: World,
  from: readonly Row[],
  to: readonly Row[],
  withHash: boolean,
): boolean {
  const { sql } = world
  for (const { seq } of from) sql('DELETE FROM audit WHERE seq = ?').run(seq)
  for (const [index, row] of from.entries()) {
    const place = to[index] ?? row
    put(world, { ...row, seq: place.seq, hash: withHash ? row.hash : place.hash })
  }
  return from.some(({ id }, index) => id !== to[index]?.id)
}

const ofDatabase: Readonly<Record<string, Mutation>> = {
  'a byte of a text': (world, draw) => {
    const row = drawRow(world, draw)
    const column = pick(['id', 'actor', 'action', 'subject'] as const, draw)
    const text = changed(row[column], draw)
    if (column === 'id' && rowsOf(world).some(({ id }) => id === text)) return false
    world.sql(`UPDATE audit SET ${column} = ? WHERE seq = ?`).run(text, row.seq)
    return true
  },
  'a bit of a time': (world, draw) => {
    const row = drawRow(world, draw)
    world.sql('UPDATE audit SET at = ? WHERE seq = ?').run(row.at + 2 ** draw(40), row.seq)
    return true
  },
  'a bit of a hash': (world, draw) => {
    const row = drawRow(world, draw)
    world.sql('UPDATE audit SET hash = ? WHERE seq = ?').run(flipped(row.hash, draw), row.seq)
    return true
  },
  'a record removed': (world, draw) => {
    world.sql('DELETE FROM audit WHERE seq = ?').run(drawRow(world, draw).seq)
    return true
  },
  'a record removed, the gap closed': (world, draw) => {
    const { seq } = drawRow(world, draw)
    world.sql('DELETE FROM audit WHERE seq = ?').run(seq)
    shift(world, seq + 1, -1)
    return true
  },
  'a record inserted': (world, draw) => {
    const row = drawRow(world, draw)
    shift(world, row.seq, 1)
    const hash = pick([row.hash, Buffer.alloc(32, draw(256))], draw)
    put(world, { ...row, id: `new-${draw(1e9)}`, hash })
    return true
  },
  'a record without a hash': (world, draw) => {
    const row = drawRow(world, draw)
    shift(world, row.seq, 1)
    world
      .sql(
        "INSERT INTO audit (seq, id, at, actor, action, subject) VALUES (?, ?, ?, 'c1', 'events', '')",
      )
      .run(row.seq, `new-${draw(1e9)}`, row.at)
    return true
  },
  'a tail without hashes': (world, draw) => {
    const { seq } = drawRow(world, draw)
    const change = pick(["actor = 'c2', hash = NULL", 'hash = NULL'], draw)
    world.sql(`UPDATE audit SET ${change} WHERE seq >= ?`).run(seq)
    return true
  },
  'two records swapped': (world, draw) => {
    const [one, other] = [drawRow(world, draw), drawRow(world, draw)]
    if (one.seq === other.seq) return false
    return reorder(world, [one, other], [other, one], draw(2) === 0)
  },
  'a run of records turned round': (world, draw) => {
    const rows = rowsOf(world)
    const from = draw(rows.length - 2)
    const run = rows.slice(from, from + 2 + draw(8))
    return reorder(world, run, run.toReversed(), draw(2) === 0)
  },
  'the tail cut': (world, draw) => {
    world.sql('DELETE FROM audit WHERE seq >= ?').run(drawRow(world, draw).seq)
    return true
  },
  'the beginning cut': (world, draw) => {
    world.sql('DELETE FROM audit WHERE seq <= ?').run(drawRow(world, draw).seq)
    return true
  },
  'one action written over all': (world, draw) => {
    const row = drawRow(world, draw)
    return (
      world.sql('UPDATE audit SET subject = ? WHERE actor = ?').run('gone', row.actor).changes > 0
    )
  },
}

const linesIn = (bytes: Buffer): string[] => bytes.toString('latin1').split('\n').slice(0, -1)
const written = (lines: readonly string[]) =>
  Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1')

/** What can be done to a file of lines. */
const ofLines: Readonly<Record<string, (bytes: Buffer, draw: Draw) => Buffer>> = {
  'a bit': flipped,
  'a byte removed': (bytes, draw) => {
    const at = draw(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
  },
  'a byte inserted': (bytes, draw) => {
    const at = draw(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), Buffer.from([draw(256)]), bytes.subarray(at)])
  },
  'a line removed': (bytes, draw) =>
    written(linesIn(bytes).toSpliced(draw(linesIn(bytes).length), 1)),
  'a line doubled': (bytes, draw) => {
    const lines = linesIn(bytes)
    return written(lines.toSpliced(draw(lines.length + 1), 0, pick(lines, draw)))
  },
  'a line invented': (bytes, draw) => {
    const lines = linesIn(bytes)
    return written(lines.toSpliced(draw(lines.length), 0, changed(pick(lines, draw), draw)))
  },
  'two lines swapped': (bytes, draw) => {
    const lines = linesIn(bytes)
    const [one, other] = [draw(lines.length), draw(lines.length)]
    const moved = lines.with(one, lines[other] ?? '').with(other, lines[one] ?? '')
    return written(moved)
  },
  'the tail cut': (bytes, draw) => written(linesIn(bytes).slice(0, draw(linesIn(bytes).length))),
  'bytes cut off': (bytes, draw) => bytes.subarray(0, draw(bytes.length)),
  emptied: () => Buffer.alloc(0),
}

const ofAnchor = named('anchor', (world, change) => {
  const before = world.anchor
  world.anchor = change(before)
  return !world.anchor.equals(before)
})
const ofJournals = named('journal', (world, change, draw) => {
  const file = draw(world.journals.length)
  const before = world.journals[file] ?? Buffer.alloc(0)
  const after = change(before)
  world.journals[file] = after
  return !after.equals(before)
})

function named(
  where: string,
  apply: (world: World, change: (bytes: Buffer) => Buffer, draw: Draw) => boolean,
): [string, Mutation][] {
  return Object.entries(ofLines).map(([what, change]) => [
    `${where}: ${what}`,
    (world, draw) => apply(world, (bytes) => change(bytes, draw), draw),
  ])
}

/** Every way, each as likely as the others. */
export const mutations: readonly (readonly [string, Mutation])[] = [
  ...Object.entries(ofDatabase).map(([what, mutation]) => [`database: ${what}`, mutation] as const),
  ...ofAnchor,
  ...ofJournals,
]
