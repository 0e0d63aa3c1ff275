import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Static, type TSchema, Type } from 'typebox'
import { checked } from '../client.ts'
import type { Namespaces } from './namespaces.ts'
import type { LineName } from './plan.ts'

/** What a direction of a line does to packets. */
export interface Quality {
  readonly delayMs: number
  /** Up to so much more, in order. */
  readonly jitterMs: number
  readonly lossPercent: number
  readonly reorderPercent: number
  readonly duplicatePercent: number
  /** Longer packets vanish without a word; 0: none does. */
  readonly mtuBytes: number
  /** Everything vanishes without a word, what is under way too. */
  readonly hole: boolean
  /** TCP packets are answered with a reset, to both of their ends. */
  readonly rst: boolean
}

/** up: from the clinic. */
export type Direction = 'up' | 'down' | 'both'

export const FAULTLESS: Quality = {
  delayMs: 0,
  jitterMs: 0,
  lossPercent: 0,
  reorderPercent: 0,
  duplicatePercent: 0,
  mtuBytes: 0,
  hole: false,
  rst: false,
}

const WORDS: readonly (readonly [key: keyof Quality, word: string, factor: number])[] = [
  ['delayMs', 'delay', 1_000],
  ['jitterMs', 'jitter', 1_000],
  ['lossPercent', 'loss', 1],
  ['reorderPercent', 'reorder', 1],
  ['duplicatePercent', 'duplicate', 1],
  ['mtuBytes', 'mtu', 1],
  ['hole', 'hole', 1],
  ['rst', 'rst', 1],
]

const Count = Type.Object({
  /** That entered the line, without multicast. */
  packets: Type.Number(),
  bytes: Type.Number(),
  delivered: Type.Number(),
  dropped: Type.Number(),
})
const Counts = Type.Object({ up: Count, down: Count })
/** Of one line, since the bed was made. */
export type Counts = Static<typeof Counts>

const Talk = Type.Object({ from: Type.String(), to: Type.String(), packets: Type.Number() })
/** Packets that left the clinic, from one address to another; without multicast. */
export type Talk = Static<typeof Talk>

/** The running emulator of all lines. Every change holds when its promise resolves. */
export interface Wanline {
  set(line: LineName, quality: Partial<Quality>, direction?: Direction): Promise<void>
  /** TCP connections that began before now vanish; new ones pass. */
  forget(line: LineName): Promise<void>
  /** The cable at the clinic's end. */
  carrier(line: LineName, on: boolean): Promise<void>
  count(line: LineName): Promise<Counts>
  talks(line: LineName): Promise<readonly Talk[]>
  close(): Promise<void>
}

const SOURCE = fileURLToPath(new URL('wanline.c', import.meta.url))

let compiled: Promise<string> | undefined

/** Compiles once per process, into a folder that goes with it. */
function program(): Promise<string> {
  compiled ??= compile()
  return compiled
}

async function compile(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-wanline-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'wanline')
  await promisify(execFile)('cc', ['-O2', '-o', path, SOURCE])
  return path
}

/** The same `seed` loses the same packets. */
export async function startWanline(
  namespaces: Namespaces,
  lines: readonly LineName[],
  seed: number,
): Promise<Wanline> {
  const paths = [namespaces.path('clinic'), namespaces.path('upstream')]
  const command = [...namespaces.enter('upstream'), await program(), `${seed}`, ...paths, ...lines]
  const [first = '', ...args] = command
  const child = spawn(first, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let last = Promise.resolve('')
  const next = async () => {
    const { value, done } = await answers.next()
    if (done) throw new Error('wanline ended')
    return value
  }
  const tell = (line: string): Promise<string> => {
    child.stdin.write(`${line}\n`)
    last = last.then(next)
    return last
  }
  const order = async (line: string) => {
    const answer = await tell(line)
    if (answer !== 'ok') throw new Error(`wanline: ${line}: ${answer}`)
  }
  const report = async <S extends TSchema>(
    command: string,
    schema: S,
    line: LineName,
  ): Promise<Static<S>> => {
    const all: unknown = JSON.parse(await tell(command))
    const found = checked(Type.Record(Type.String(), schema), all)[line]
    if (found === undefined) throw new Error(`wanline knows no line ${line}`)
    return found
  }
  const hello = await next()
  if (hello !== 'ready') throw new Error(`wanline: ${hello}`)
  return {
    set: (line, quality, direction = 'both') => order(`set ${line} ${direction}${words(quality)}`),
    forget: (line) => order(`forget ${line}`),
    carrier: (line, on) => order(`carrier ${line} ${Number(on)}`),
    count: (line) => report('count', Counts, line),
    talks: (line) => report('talks', Type.Array(Talk), line),
    async close() {
      child.stdin.end()
      await ended
    },
  }
}

const words = (quality: Partial<Quality>) =>
  WORDS.map(([key, word, factor]) => {
    const value = quality[key]
    return value === undefined ? '' : ` ${word} ${Number(value) * factor}`
  }).join('')
