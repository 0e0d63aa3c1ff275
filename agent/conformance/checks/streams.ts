import { setTimeout as sleep } from 'node:timers/promises'
import type { Check } from '../check.ts'
import { idsOf } from '../feed.ts'
import { expect, expectSame } from '../finding.ts'
import { expectProblem } from '../problem.ts'
import { type Frame, openStream, take } from '../stream.ts'
import { faces, type World } from '../world.ts'

const common = { player: 'receipt-computer', section: 'The same as a stream' } as const
const SAMPLE = 40
const SETTLE_MS = 200

export const framedIds = (frames: readonly Frame[]): string[] => frames.map(({ item }) => item.id)

/** The feed over an open stream. */
export const streamChecks: readonly Check[] = [
  {
    ...common,
    id: 'stream-same',
    says: 'A stream gives the same events in the same order as the pages; the id of each is its cursor.',
    title: 'ストリームはページと同じ結果を同じ順で届け、その id は cursor である',
    run: async ({ agent, history }) => {
      const items = (await history()).slice(0, SAMPLE)
      const stream = await openStream(agent, undefined)
      const frames = await take(stream, items.length).finally(() => stream.close())
      expectSame(idsOf(items), framedIds(frames), 'in the stream')
      const strange = frames.filter(({ id, item }) => id !== item.cursor).length
      expect(strange === 0, 'the cursor as id of each event', `${strange} with another`)
    },
  },
  {
    ...common,
    id: 'stream-resumes',
    says: 'A stream goes on after the Last-Event-ID.',
    title: 'ストリームは Last-Event-ID の次から続く',
    run: async ({ agent, history }) => {
      const items = (await history()).slice(0, SAMPLE)
      const middle = Math.floor((items.length - 1) / 2)
      const rest = items.slice(middle + 1)
      if (rest.length === 0) return
      const stream = await openStream(agent, items[middle]?.cursor)
      const frames = await take(stream, rest.length).finally(() => stream.close())
      expectSame(idsOf(rest), framedIds(frames), 'after the Last-Event-ID')
    },
  },
  {
    ...common,
    id: 'stream-bad-id',
    says: 'A Last-Event-ID that was never given out is refused before a stream begins.',
    title: '発行していない Last-Event-ID は、ストリームの開始前に断られる',
    run: async ({ agent }) => {
      const headers = { accept: 'text/event-stream', 'last-event-id': 'not-a-cursor' }
      const response = await agent.open('/v1/events', { headers })
      response.destroy()
      expect(response.statusCode !== 200, '400 CURSOR_INVALID', 'a stream')
      expectProblem(await agent.send('/v1/events', { headers }), 400, 'CURSOR_INVALID')
    },
  },
  {
    ...common,
    id: 'stream-is-woken',
    says: 'A new event comes over an open stream by itself.',
    title: '新しい結果は、開いたストリームに自動で届く',
    run: async (world) => wakes(world),
  },
]

async function wakes(world: World): Promise<void> {
  world.mayAsk()
  const stream = await openStream(world.agent, await world.end())
  try {
    const first = stream.next()
    // Awaited below; until then its failure is nobody's.
    first.catch(() => undefined)
    await sleep(SETTLE_MS)
    const { id } = await world.ask(faces.child)
    let frame = await first
    while (frame !== undefined && frame.item.verificationId !== id) frame = await stream.next()
    expect(frame !== undefined, 'the event', 'the end of the stream')
  } finally {
    stream.close()
  }
}
