import { CARDS_MOST, crowdAnswer, crowdPatient } from '../../../agent/sim/patients/crowd.ts'
import { pause } from '../asking.ts'
import type { Chance } from '../random.ts'
import type { Wire } from '../wire.ts'
import type { Sent } from './checker.ts'
import { verificationIn } from './item.ts'

/** Clients that ask and add notes, each until it is answered, whatever happens to the agent. */
export interface Source {
  readonly sent: readonly Sent[]
  /** Answers that no client may get here. */
  readonly refusals: readonly string[]
  /** Answers 5xx or 429, and none at all. */
  putOff(): number
  /** Resolves when so many were answered, or can be answered no more. */
  reached(count: number): Promise<void>
  /** Resolves when everything is answered, or `signal` aborts. */
  readonly done: Promise<void>
}

export interface SourceOptions {
  readonly wire: Wire
  readonly events: number
  readonly people: number
  readonly chance: Chance
  readonly signal: AbortSignal
}

/** Questions that the gateway takes at a time, and as many that add notes meanwhile. */
const CLIENTS = 24
/** A start takes ten times as long. */
const RETRY_MS = 50
const ASKS = 0.5
const NEXT_CARD = 0.35
const UNKNOWN_CARD = 0.04
/** Referrals are what the liaison office is told of. */
const KINDS = ['original-sighted', 'original-sighted', 'original-sighted', 'referral'] as const

/** One person, and what the clinic did last about them. */
interface Visitor {
  readonly person: number
  card: number
  verificationId: string | null
}

/** Each client has people of its own, so that what is asked about one of them has an order. */
export function startSource(options: SourceOptions): Source {
  const { events, people, chance, signal } = options
  const sent: Sent[] = []
  const refusals: string[] = []
  const waiting = new Set<{ readonly count: number; resolve(): void }>()
  let begun = 0
  let putOff = 0
  const tell = () => {
    for (const one of waiting) if (sent.length >= one.count) one.resolve()
  }
  const world: World = {
    ...options,
    next: () => {
      if (begun >= events || signal.aborted || refusals.length > 0) return undefined
      begun += 1
      return `mark-${begun}`
    },
    answered: (one) => {
      sent.push(one)
      tell()
    },
    putOff: () => {
      putOff += 1
    },
    refuse: (what) => void refusals.push(what),
  }
  const clients = Math.min(CLIENTS, people)
  const work = Array.from({ length: clients }, (_, n) => {
    const own = Array.from({ length: Math.floor(people / clients) }, (__, at): Visitor => {
      return { person: 1 + n + at * clients, card: 0, verificationId: null }
    })
    return runClient(world, chance.fork(), own)
  })
  const done = Promise.all(work).then(() => undefined)
  return {
    sent,
    refusals,
    putOff: () => putOff,
    done,
    reached: (count) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.add({ count, resolve })
      tell()
      return Promise.race([promise, done])
    },
  }
}

interface World extends Pick<SourceOptions, 'wire' | 'signal'> {
  /** The mark of what is to be sent next; undefined when it is enough. */
  next(): string | undefined
  answered(sent: Sent): void
  putOff(): void
  refuse(what: string): void
}

async function runClient(world: World, chance: Chance, own: readonly Visitor[]): Promise<void> {
  for (let mark = world.next(); mark !== undefined; mark = world.next()) {
    const visitor = chance.of(own)
    const { verificationId } = visitor
    if (verificationId === null || chance.happens(ASKS)) await ask(world, chance, visitor, mark)
    else await note(world, chance, verificationId, mark)
  }
}

async function ask(world: World, chance: Chance, visitor: Visitor, mark: string): Promise<void> {
  const isFirst = visitor.verificationId === null
  if (!isFirst && chance.happens(NEXT_CARD)) visitor.card = Math.min(visitor.card + 1, CARDS_MOST)
  const { cardFace } = crowdPatient(visitor.person, visitor.card)
  const isUnknown = !isFirst && chance.happens(UNKNOWN_CARD)
  const body = {
    ...cardFace,
    ...(isUnknown && { insuredCardSymbol: '無' }),
    patientNumber: String(visitor.person).padStart(5, '0'),
    arbitraryIdentifier: mark,
  }
  const answer = await untilCreated(world, chance, '/v1/verifications', body, mark)
  if (answer === undefined) return
  visitor.verificationId = verificationIn(answer)
  world.answered({ mark, outcome: isUnknown ? 'not-found' : crowdAnswer(visitor.card) })
}

async function note(world: World, chance: Chance, id: string, mark: string): Promise<void> {
  const body = { kind: chance.of(KINDS), by: '受付', text: mark }
  const answer = await untilCreated(world, chance, `/v1/verifications/${id}/notes`, body, mark)
  if (answer !== undefined) world.answered({ mark, outcome: null })
}

/** Repeats a request under its key until it is answered with 201; the body of that. */
async function untilCreated(
  world: World,
  chance: Chance,
  path: string,
  body: unknown,
  mark: string,
): Promise<unknown> {
  const headers = { 'idempotency-key': `key-${mark}` }
  while (!world.signal.aborted) {
    const answer = await world.wire.post(path, body, headers)
    if (answer?.status === 201) return answer.body
    if (answer !== undefined && answer.status < 500 && ![202, 429].includes(answer.status)) {
      world.refuse(`${mark}: ${answer.status} ${JSON.stringify(answer.body)}`)
      return undefined
    }
    world.putOff()
    await pause(world, chance, RETRY_MS)
  }
  return undefined
}
