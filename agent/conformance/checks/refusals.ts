import type { Check } from '../check.ts'
import { expect } from '../finding.ts'
import { shownHeader } from '../http.ts'
import { complaint, expectProblem } from '../problem.ts'

const common = { player: 'receipt-computer', section: 'When something is refused' } as const
const NOBODY = '/v1/verifications/00000000-0000-7000-8000-000000000000'
/** Requests are bounded to 64 KiB. */
const TOO_MANY_BYTES = 80 * 1024

/** Refusals that no card face is needed for. */
export const refusalChecks: readonly Check[] = [
  {
    ...common,
    id: 'refuses-unknown',
    says: 'What is not there is 404: a path, a verification.',
    title: '存在しないものは 404 となる',
    run: async ({ agent }) => {
      for (const path of ['/v1/nothing-here', NOBODY, `${NOBODY}/message`])
        expectProblem(await agent.send(path), 404, 'NOT_FOUND')
    },
  },
  {
    ...common,
    id: 'refuses-method',
    says: 'A method that a path does not take is 405, with those that it does.',
    title: '使えないメソッドは 405 となり、使えるものが示される',
    run: async ({ agent }) => {
      const reply = await agent.send('/v1/events', { method: 'DELETE' })
      expectProblem(reply, 405, 'METHOD_REFUSED')
      const { allow = '' } = reply.headers
      expect(/\bGET\b/.test(allow), 'Allow: GET', shownHeader(allow))
    },
  },
  {
    ...common,
    id: 'refuses-media-type',
    says: 'A body that is not JSON is refused.',
    title: 'JSON でない本文は断られる',
    run: async ({ agent }) => {
      const request = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a=1' }
      expectProblem(await agent.send('/v1/verifications', request), 415, 'MEDIA_TYPE_REFUSED')
      const broken = { method: 'POST', body: '{"insurerNumber":' }
      expectProblem(await agent.send('/v1/verifications', broken), 400, 'REQUEST_INVALID')
    },
  },
  {
    ...common,
    id: 'refuses-large',
    says: 'A body beyond the bound is refused.',
    title: '大きすぎる本文は断られる',
    run: async ({ agent }) => {
      const request = { method: 'POST', body: ' '.repeat(TOO_MANY_BYTES) }
      expectProblem(await agent.send('/v1/verifications', request), 413, 'BODY_TOO_LARGE')
    },
  },
]

/** Looks at every refusal of the run, so it comes last. */
export const lastCheck: Check = {
  ...common,
  id: 'refusals-explained',
  says: 'Every refusal is application/problem+json with code, number, a Japanese title and action, and a detail.',
  title: 'すべてのエラーに、コード・番号・日本語の説明と対処が付く',
  run: async ({ agent }) => {
    for (const { asked, reply } of agent.refusals) {
      // /readyz and /health have answers of their own for 503.
      if (reply.status === 503 && /\/(readyz|health)$/.test(asked)) continue
      const lacking = complaint(reply)
      expect(lacking === undefined, 'a whole problem', `${asked} ${reply.status}: ${lacking}`)
    }
  },
}
