import { setTimeout as sleep } from 'node:timers/promises'
import type { Check } from '../check.ts'
import { idsOf, pathOf, readPage } from '../feed.ts'
import { expectSame } from '../finding.ts'
import type { Agent } from '../http.ts'
import { expectStatus } from '../problem.ts'
import { type EventStream, type Frame, openStream, take } from '../stream.ts'
import type { World } from '../world.ts'
import { framedIds } from './streams.ts'

const common = { player: 'slow' } as const
const SAMPLE = 40
const STANDSTILL_MS = 1_500
const PAUSE_MS = 20

/** A reader that does not keep up. */
export const slowChecks: readonly Check[] = [
  {
    ...common,
    section: 'The same as a stream',
    id: 'slow-stream',
    says: 'A program that stops reading its stream for a while loses nothing, whether it is fed on or dropped.',
    title: '読むのが止まっても、続きから何も失わずに読める',
    run: async (world) => readSlowly(world),
  },
  {
    ...common,
    section: 'The cursor',
    id: 'slow-half-page',
    says: 'A page of which only half was read is there again, whole.',
    title: '途中までしか読めなかったページは、もう一度すべて読める',
    run: async ({ agent, history }) => {
      const items = (await history()).slice(0, SAMPLE)
      const path = pathOf({ limit: items.length })
      for (let times = 0; times < 3; times += 1) await readHalf(agent, path)
      const again = await readPage(agent, { limit: items.length })
      expectSame(idsOf(items), idsOf(again.items), 'after half a page')
    },
  },
  {
    ...common,
    section: 'The same as a stream',
    id: 'slow-neighbour',
    says: 'Programs that do not read what they asked for hold up nobody else.',
    title: '読まないプログラムがあっても、ほかのプログラムは待たされない',
    run: async ({ agent, history }) => {
      await history()
      const streams = await Promise.all(
        Array.from({ length: 8 }, () => openStream(agent, undefined)),
      )
      try {
        expectStatus(await agent.send(pathOf({ limit: 1 }), { timeoutMs: 10_000 }), 200)
      } finally {
        for (const stream of streams) stream.close()
      }
    },
  },
]

/** One event, a standstill in which another may come, then the rest, and where it was dropped a new stream. */
async function readSlowly(world: World): Promise<void> {
  const items = (await world.history()).slice(0, SAMPLE)
  const from = await openStream(world.agent, undefined)
  const [first] = await take(from, 1)
  await sleep(STANDSTILL_MS)
  const frames: Frame[] = first === undefined ? [] : [first]
  frames.push(...(await drip(from, items.length - frames.length)))
  from.close()
  if (frames.length < items.length) {
    const resumed = await openStream(world.agent, frames.at(-1)?.id)
    frames.push(...(await drip(resumed, items.length - frames.length)))
    resumed.close()
  }
  expectSame(idsOf(items), framedIds(frames), 'read slowly')
}

/** One at a time, with a pause after each. */
async function drip(stream: EventStream, count: number) {
  const frames: Frame[] = []
  while (frames.length < count) {
    const frame = await stream.next()
    if (frame === undefined) break
    frames.push(frame)
    await sleep(PAUSE_MS)
  }
  return frames
}

/** Goes away in the middle of a body. */
async function readHalf(agent: Agent, path: string): Promise<void> {
  const response = await agent.open(path)
  response.on('error', () => undefined)
  response.once('readable', () => {
    response.read(1)
    response.destroy()
  })
  await new Promise<void>((resolve) => response.once('close', () => resolve()))
}
