import type { Check } from '../check.ts'
import { type Item, idsOf, pathOf, readOn, readPage } from '../feed.ts'
import { expect, expectSame, Inapplicable, Refuted } from '../finding.ts'
import { type Agent, shownHeader } from '../http.ts'
import { textAt } from '../json.ts'
import { complaint, expectProblem, expectStatus } from '../problem.ts'

const common = { player: 'receipt-computer', section: 'The cursor' } as const

/** How much of a long feed is read anew by a check. */
const SAMPLE = 40

/** Pages, and the cursor between them. */
export const pageChecks: readonly Check[] = [
  {
    ...common,
    id: 'pages-agree',
    says: 'Small pages and large ones give the same events in the same order, none lost and none twice.',
    title: '小さいページでも大きいページでも、同じ結果が同じ順で漏れも重複もなく届く',
    run: async ({ agent, history }) => {
      const items = (await history()).slice(0, SAMPLE)
      for (const limit of [1, 2, 3]) {
        const again = await readOn(agent, { limit }, items.length)
        expectSame(idsOf(items), idsOf(again.items), `in pages of ${limit}`)
        const moved = again.items.some(({ cursor }, at) => cursor !== items[at]?.cursor)
        expect(!moved, 'the same cursor for an event every time', 'another one')
      }
    },
  },
  {
    ...common,
    id: 'events-once',
    says: 'An event has an id and a place of its own, and a verification is in the feed once.',
    title: '各イベントの id と位置は一つだけで、同じ確認結果は一度だけ現れる',
    run: async ({ history }) => {
      const items = await history()
      const verifications = items.filter(({ type }) => type === 'verification')
      for (const [what, ids] of [
        ['id', idsOf(items)],
        ['cursor', items.map(({ cursor }) => cursor)],
        ['verification', verifications.map(({ verificationId }) => verificationId)],
      ] as const) {
        const twice = ids.length - new Set(ids).size
        expect(twice === 0, `each ${what} once in the feed`, `${twice} more than once`)
      }
    },
  },
  {
    ...common,
    id: 'cursor-exclusive',
    says: 'After the cursor of an event comes the event behind it.',
    title: 'イベントの cursor の続きは、その次のイベントから始まる',
    run: async ({ agent, history }) => {
      const items = (await history()).slice(0, SAMPLE)
      if (items.length < 2) throw tooShort()
      for (const [place, { cursor }] of items.slice(0, -1).entries()) {
        const page = await readPage(agent, { after: cursor, limit: 1 })
        expectSame([items[place + 1]?.id ?? ''], idsOf(page.items), `after event ${place + 1}`)
      }
    },
  },
  {
    ...common,
    id: 'page-repeats',
    says: 'Reading acknowledges nothing: the same request gives the same bytes again.',
    title: '読んでも何も消費されず、同じ要求には同じ内容が返る',
    run: async ({ agent, history }) => {
      const limit = Math.min((await history()).length, SAMPLE)
      const [first, second] = [
        await agent.send(pathOf({ limit })),
        await agent.send(pathOf({ limit })),
      ]
      expect(first.bytes.equals(second.bytes), 'the same bytes', 'others')
    },
  },
  {
    ...common,
    id: 'unchanged-page',
    says: 'A page that the program has already is 304 by its ETag; another page has another ETag.',
    title: '手元にあるページは ETag により 304 となり、別のページの ETag は異なる',
    run: async ({ agent, history }) => expectTag(agent, await history()),
  },
  {
    ...common,
    id: 'limit-bounds',
    says: 'A page holds what `limit` says, from 1 to 500; anything else is refused.',
    title: '件数 limit は 1〜500 で、それ以外は断られる',
    run: async ({ agent }) => {
      for (const limit of ['0', '501', '-1', 'ten'])
        expectProblem(await agent.send(`/v1/events?limit=${limit}`), 400, 'REQUEST_INVALID')
      for (const limit of [1, 500]) {
        const { items } = await readPage(agent, { limit })
        expect(items.length <= limit, `${limit} items at most`, `${items.length}`)
      }
    },
  },
  {
    ...common,
    id: 'cursor-foreign',
    says: 'A cursor that was never given out is refused.',
    title: '発行していない cursor は断られる',
    run: async ({ agent }) => {
      for (const after of ['x', '%00', 'not-a-cursor-of-yours'])
        expectProblem(await agent.send(`/v1/events?after=${after}`), 400, 'CURSOR_INVALID')
    },
  },
  {
    ...common,
    id: 'cursor-gone',
    says: 'A cursor of another time is 410 with the oldest one, from which the program goes on.',
    title: '古すぎる cursor は 410 となり、示された oldest から続けられる',
    run: async ({ agent, history }) => expectGone(agent, await history()),
  },
]

const tooShort = () =>
  new Inapplicable('the feed has less than two events', '結果が二件ありません。')

async function expectTag(agent: Agent, items: readonly Item[]): Promise<void> {
  const limit = Math.min(items.length, SAMPLE)
  const { etag } = (await agent.send(pathOf({ limit }))).headers
  if (etag === undefined) throw new Refuted('an ETag', 'none')
  const known = await agent.send(pathOf({ limit }), { headers: { 'if-none-match': etag } })
  expectStatus(known, 304)
  expect(known.bytes.length === 0, 'no body with 304', `${known.bytes.length} bytes`)
  expect(known.headers.etag === etag, 'the ETag with 304', shownHeader(known.headers.etag))
  const after = items[0]?.cursor
  const other = await agent.send(pathOf({ after, limit }), { headers: { 'if-none-match': etag } })
  expectStatus(other, 200)
  expect(other.headers.etag !== etag, 'another ETag for another page', 'the same')
}

/** A cursor is opaque, so one of another epoch can only be guessed: a given one with its first bits turned. */
async function expectGone(agent: Agent, items: readonly Item[]): Promise<void> {
  const bytes = Buffer.from(items[0]?.cursor ?? '', 'base64url')
  bytes[0] = (bytes[0] ?? 0) ^ 0xff
  const after = bytes.toString('base64url')
  const reply = await agent.send(pathOf({ after, limit: 1 }))
  if (reply.status === 400 && complaint(reply) === undefined)
    throw new Inapplicable(
      'no cursor of another time could be made for this agent',
      '古い cursor を作れませんでした。',
    )
  expectProblem(reply, 410, 'CURSOR_GONE')
  const oldest = textAt(reply.json, 'oldest')
  expect(oldest !== '', 'oldest', 'none')
  const sample = items.slice(0, SAMPLE)
  const page = await readOn(agent, { after: oldest, limit: 500 }, sample.length)
  expectSame(idsOf(sample), idsOf(page.items), 'from oldest on')
}
