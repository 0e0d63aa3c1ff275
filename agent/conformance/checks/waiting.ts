import { setTimeout as sleep } from 'node:timers/promises'
import type { Check } from '../check.ts'
import { type Item, pageIn, pathOf, readPage } from '../feed.ts'
import { expect, Inapplicable } from '../finding.ts'
import type { Agent } from '../http.ts'
import { faces, type World } from '../world.ts'

const common = { player: 'receipt-computer', section: 'Waiting for the next event' } as const

const WAIT_S = 20
/** An agent under load is late; one that only looks when the time is over is later. */
const AT_ONCE_MS = 10_000
const SHORT_WAIT_S = 2
const HELD_MS = 1_000
/** So that the polls are there before the event is. */
const SETTLE_MS = 200
const TRIES = 5

/** Waits, and what ends them. */
export const waitingChecks: readonly Check[] = [
  {
    ...common,
    id: 'wait-is-kept',
    says: 'A poll at the end of the feed is held as long as it asked, and then is an empty page.',
    title: '新しい結果がなければ、頼んだ秒数だけ待ち、空のページが返る',
    run: async (world) => {
      for (let tries = 0; tries < TRIES; tries += 1) if (await isHeld(world)) return
      throw new Inapplicable(
        'events came all the time, so no poll had to wait',
        '結果が次々に届いたため、待つことがありませんでした。',
      )
    },
  },
  {
    ...common,
    id: 'wait-not-needed',
    says: 'A poll with something to read does not wait.',
    title: '未読の結果があれば、待たずに返る',
    run: async ({ agent, history }) => {
      await history()
      const from = performance.now()
      const page = await readPage(agent, { limit: 1, waitS: WAIT_S })
      expect(page.items.length === 1, 'one event', `${page.items.length}`)
      expectAtOnce(performance.now() - from)
    },
  },
  {
    ...common,
    id: 'wait-is-woken',
    says: 'A new event wakes every poll that waits for it.',
    title: '新しい結果は、待っているすべてのポーリングにすぐ届く',
    run: async (world) => {
      world.mayAsk()
      const after = await world.end()
      const polls = [1, 2, 3].map(() => poll(world.agent, after))
      const seen = Promise.allSettled(polls)
      await sleep(SETTLE_MS)
      const { id } = await world.ask(faces.child)
      const answeredAt = performance.now()
      for (const one of await seen) {
        if (one.status === 'rejected') throw one.reason
        const { items, at } = one.value
        expect(items.length > 0, 'the event', 'an empty page')
        expectAtOnce(at - answeredAt)
      }
      await expectInFeed(world, after, id)
    },
  },
]

async function isHeld(world: World): Promise<boolean> {
  const after = await world.end()
  const reply = await world.agent.send(pathOf({ after, limit: 1 }), {
    headers: { prefer: `wait=${SHORT_WAIT_S}` },
  })
  const { items, cursor } = pageIn(reply)
  if (items.length > 0) return false
  const held = reply.tookMs >= HELD_MS
  expect(held, `an answer after ${SHORT_WAIT_S} s`, 'one at once, as if nothing had been asked')
  // Events that a role may not see move the cursor, so it may be another one: it must be good too.
  await readPage(world.agent, { after: cursor, limit: 1 })
  return true
}

async function poll(agent: Agent, after: string): Promise<{ items: readonly Item[]; at: number }> {
  const { items } = await readPage(agent, { after, limit: 10, waitS: WAIT_S })
  return { items, at: performance.now() }
}

function expectAtOnce(tookMs: number): void {
  const came = `it after ${Math.round(tookMs / 1000)} s`
  expect(tookMs < AT_ONCE_MS, 'the answer at once', came)
}

/** Throws unless the verification is behind a cursor once. */
export async function expectInFeed({ agent }: World, after: string, id: string): Promise<void> {
  const times = (await readPage(agent, { after, limit: 500 })).items.filter(
    ({ type, verificationId }) => type === 'verification' && verificationId === id,
  ).length
  const came = times === 0 ? 'not at all: an event is lost' : `${times} times`
  expect(times === 1, 'the verification in the feed once', came)
}
