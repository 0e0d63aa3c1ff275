import { setTimeout as wait } from 'node:timers/promises'
import type { Static } from 'typebox'
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Wire } from '../wire.ts'

const List = Type.Object({
  items: Type.Array(
    Type.Object({
      consumer: Type.Object({ name: Type.String() }),
      waiting: Type.Integer(),
      parked: Type.Integer(),
      refused: Type.Integer(),
      delivered: Type.Integer(),
      fault: Type.Union([Type.Null(), Type.Object({ code: Type.String() })]),
    }),
  ),
  open: Type.Array(
    Type.Object({
      id: Type.String(),
      consumer: Type.String(),
      state: Type.Enum(['parked', 'refused']),
      fault: Type.Union([Type.Null(), Type.Object({ code: Type.String() })]),
    }),
  ),
})
type List = Static<typeof List>

/** How everything that waited came to its end. */
export interface Ending {
  /** Decided by a person, by consumer, state and code. */
  readonly decided: ReadonlyMap<string, number>
  /** Sent again in a replay, after everything else. */
  readonly replayed: number
  readonly delivered: Readonly<Record<string, number>>
  /** What still waits, or waits for a person again after a decision. */
  readonly left: readonly string[]
}

const LOOK_MS = 100
/** Nothing was delivered for so long: nothing ever will be. */
const IDLE_LIMIT_MS = 45_000
/** A person sends the same one again so often. */
const DECISIONS = 2

/**
 * Waits until nothing is on its way any more, has what `replay` gives sent again, and waits once more.
 * What is parked is decided at once, as others wait behind it; what was refused is sent again once
 * nothing else waits.
 */
export async function endDeliveries(office: Wire, replay: () => Promise<number>): Promise<Ending> {
  const person = openPerson(office)
  await idle(office, person)
  const replayed = await replay()
  return endingOf(await idle(office, person), person.decided, replayed)
}

/** The deliveries once nothing moves any more. */
async function idle(office: Wire, person: Person): Promise<List | undefined> {
  const isMoving = openWatch()
  for (;;) {
    const list = await listOf(office)
    const isWaiting = list === undefined || list.items.some(({ waiting }) => waiting > 0)
    const due = person.due(list, isWaiting)
    for (const one of due) await person.decide(one)
    const isOver = due.length === 0 && !isWaiting
    if (isOver || !isMoving(list)) return list
    await wait(LOOK_MS)
  }
}

interface Person {
  readonly decided: ReadonlyMap<string, number>
  due(list: List | undefined, isWaiting: boolean): List['open']
  decide(one: List['open'][number]): Promise<void>
}

/** Decides what waits for a person, each up to so many times. */
function openPerson(office: Wire): Person {
  const decided = new Map<string, number>()
  const times = new Map<string, number>()
  return {
    decided,
    due: (list, isWaiting) =>
      (list?.open ?? []).filter(
        ({ id, state }) => (times.get(id) ?? 0) < DECISIONS && (state === 'parked' || !isWaiting),
      ),
    async decide({ id, consumer, state, fault }) {
      const path = `/v1/deliveries/${id}/retry`
      const answer = await office.post(path, { by: '医事', decision: 'ok' })
      if (answer?.status !== 200) return
      times.set(id, (times.get(id) ?? 0) + 1)
      const what = `${consumer} ${state} ${fault?.code}`
      decided.set(what, (decided.get(what) ?? 0) + 1)
    },
  }
}

/** Whether anything has moved of late. */
function openWatch(): (list: List | undefined) => boolean {
  let before = ''
  let movedAt = performance.now()
  return (list) => {
    const now = JSON.stringify(
      list?.items.map(({ waiting, parked, refused, delivered }) => [
        waiting,
        parked,
        refused,
        delivered,
      ]) ?? null,
    )
    if (now !== before) movedAt = performance.now()
    before = now
    return performance.now() - movedAt < IDLE_LIMIT_MS
  }
}

function endingOf(
  list: List | undefined,
  decided: ReadonlyMap<string, number>,
  replayed: number,
): Ending {
  if (list === undefined)
    return { decided, replayed, delivered: {}, left: ['the agent does not answer'] }
  return {
    decided,
    replayed,
    delivered: Object.fromEntries(
      list.items.map(({ consumer, delivered }) => [consumer.name, delivered]),
    ),
    left: [
      ...list.items
        .filter(({ waiting }) => waiting > 0)
        .map(({ consumer, waiting, fault }) => `${consumer.name}: ${waiting} wait, ${fault?.code}`),
      ...list.open.map(({ consumer, state, fault }) => `${consumer}: ${state} ${fault?.code}`),
    ],
  }
}

async function listOf(office: Wire): Promise<List | undefined> {
  const answer = await office.get('/v1/deliveries')
  if (answer?.status !== 200) return undefined
  if (Check(List, answer.body)) return answer.body
  throw new Error('the list of deliveries has another form')
}
