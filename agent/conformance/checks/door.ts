import type { Check } from '../check.ts'
import { pageIn, pathOf } from '../feed.ts'
import { expect } from '../finding.ts'
import { type Agent, type Reply, shownHeader, type Target } from '../http.ts'
import { textAt } from '../json.ts'
import { expectProblem, expectStatus } from '../problem.ts'

const common = { player: 'receipt-computer', section: 'From token to first page' } as const
const path = pathOf({ limit: 1 })

/** 401, or, from a source that tried too often, 429. */
function expectShut(reply: Reply): void {
  if (reply.status === 429) {
    expectProblem(reply, 429, 'TOO_MANY_REQUESTS')
    expect(reply.headers['retry-after'] !== undefined, 'Retry-After', 'none')
    return
  }
  expectProblem(reply, 401, 'UNAUTHENTICATED')
  const challenge = reply.headers['www-authenticate']
  expect(challenge !== undefined, 'WWW-Authenticate', 'none')
}

/** How one comes in, and who does not. */
export const doorChecks = ({ token }: Pick<Target, 'token'>): readonly Check[] => [
  {
    ...common,
    id: 'ready-without-token',
    says: 'Whether the agent can answer is told without a token, and without detail.',
    title: '応答できるかどうかは、トークンなしで分かる',
    run: async ({ agent }) => {
      const reply = await agent.send('/readyz', { authorization: null })
      expectStatus(reply, 200)
      expect(reply.bytes.length < 100, 'a word', `${reply.bytes.length} bytes`)
    },
  },
  {
    ...common,
    id: 'token-needed',
    says: 'Without a token nothing is read.',
    title: 'トークンがなければ何も読めない',
    run: async ({ agent }) => expectShut(await agent.send(path, { authorization: null })),
  },
  {
    ...common,
    id: 'token-wrong',
    says: 'With a wrong token nothing is read.',
    title: '誤ったトークンでは何も読めない',
    run: async ({ agent }) =>
      expectShut(await agent.send(path, { authorization: 'Bearer oa_of_nobody' })),
  },
  {
    ...common,
    id: 'token-as-password',
    says: 'The token also opens the door as the password of Basic authentication.',
    title: 'トークンは Basic 認証のパスワードとしても使える',
    run: async ({ agent }) => {
      const pair = Buffer.from(`receipt:${token}`).toString('base64')
      expectStatus(await agent.send(path, { authorization: `Basic ${pair}` }), 200)
    },
  },
  {
    ...common,
    id: 'first-page',
    says: 'A page of the feed is JSON with items and a cursor.',
    title: '結果のページは items と cursor を持つ JSON である',
    run: async ({ agent }) => {
      for (const value of pageIn(await agent.send(path)).raw)
        for (const field of ['id', 'cursor', 'type', 'at'])
          expect(textAt(value, field) !== '', `${field} in each item`, 'an item without')
    },
  },
  {
    ...common,
    id: 'not-cached',
    says: 'No answer may be kept by a cache on the way.',
    title: '応答は途中のキャッシュに残らない',
    run: async ({ agent }) => expectUncached(agent),
  },
]

async function expectUncached(agent: Agent): Promise<void> {
  const { 'cache-control': cache = '', vary = '' } = (await agent.send(path)).headers
  expect(
    /\bprivate\b/.test(cache) && /\bno-store\b/.test(cache),
    'Cache-Control: private, no-store',
    shownHeader(cache),
  )
  expect(/\bauthorization\b/i.test(vary), 'Vary: Authorization', shownHeader(vary))
}
