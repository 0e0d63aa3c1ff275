import type { Check } from '../check.ts'
import { type Item, idsOf, pathOf, readOn, readPage } from '../feed.ts'
import { difference, expectSame, Refuted } from '../finding.ts'
import type { Agent } from '../http.ts'
import { openStream, take } from '../stream.ts'

const common = { player: 'crashing', section: 'The cursor' } as const
const SAMPLE = 60

/** A program that dies, and knows after its restart only what it had kept. */
export const crashingChecks: readonly Check[] = [
  {
    ...common,
    id: 'crash-in-a-page',
    says: 'A program that dies in mid-page and goes on from an old cursor ends, by id, with exactly the feed in order.',
    title: '途中で落ちて古い cursor から再開しても、id で重複を除けば、すべてが順に揃う',
    run: async ({ agent, history }) => {
      const items = (await history()).slice(0, SAMPLE)
      const kept = await crashingReader(agent, items)
      expectSame(idsOf(items), [...kept], 'after the crashes')
    },
  },
  {
    ...common,
    section: 'The same as a stream',
    id: 'crash-in-a-stream',
    says: 'A program that dies in mid-stream and resumes with an old id ends, by id, with exactly the feed in order.',
    title: 'ストリームの途中で落ちて再開しても、id で重複を除けば、すべてが順に揃う',
    run: async ({ agent, history }) => {
      const items = (await history()).slice(0, SAMPLE)
      const kept = await crashingListener(agent, items.length)
      expectSame(idsOf(items), kept.slice(0, items.length), 'after the crashes')
    },
  },
  {
    ...common,
    id: 'crash-among-others',
    says: 'Programs that read at the same time, at their own pace, each get the whole feed.',
    title: '複数のプログラムが同時に読んでも、それぞれにすべてが届く',
    run: async ({ agent, history }) => {
      const items = (await history()).slice(0, SAMPLE)
      const paces = [1, 2, 3, 5, 500]
      const reads = await Promise.all(paces.map((limit) => readOn(agent, { limit }, items.length)))
      reads.forEach((read, which) => {
        const found = difference(idsOf(items), idsOf(read.items))
        if (found !== undefined)
          throw new Refuted(`the whole feed in pages of ${paces[which]}`, found)
      })
    },
  },
]

/** Keeps what it read by id, and its cursor only at every second page; dies in every third. */
async function crashingReader(agent: Agent, items: readonly Item[]): Promise<Set<string>> {
  const kept = new Set<string>()
  const limit = Math.max(1, Math.floor(items.length / 5))
  let cursor: string | undefined
  let readCursor: string | undefined
  for (let turn = 1; kept.size < items.length; turn += 1) {
    if (turn > items.length * 4 + 20) break
    const isCrash = turn % 3 === 0
    if (isCrash) {
      const response = await agent.open(pathOf({ after: readCursor, limit }))
      response.destroy()
      // The restart: what was not kept is not known any more.
      readCursor = cursor
      continue
    }
    const page = await readPage(agent, { after: readCursor, limit })
    for (const { id } of page.items) if (kept.size < items.length) kept.add(id)
    readCursor = page.cursor
    if (turn % 3 === 2) cursor = readCursor
    if (page.items.length === 0) break
  }
  return kept
}

/** Takes three, dies, and resumes one before the last that it had. */
async function crashingListener(agent: Agent, count: number): Promise<string[]> {
  const kept = new Set<string>()
  let resumeAfter: string | undefined
  for (let turn = 0; kept.size < count && turn <= count; turn += 1) {
    const stream = await openStream(agent, resumeAfter)
    const frames = await take(stream, Math.min(3, count - kept.size + 1)).finally(() =>
      stream.close(),
    )
    for (const { item } of frames) kept.add(item.id)
    resumeAfter = frames.at(-2)?.id ?? resumeAfter
  }
  return [...kept]
}
