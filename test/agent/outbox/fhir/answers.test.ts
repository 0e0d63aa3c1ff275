import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import type { Answer, Seen } from './server.ts'
import { insurance, openBeside, verified } from './stage.ts'

const SECRET = '検証一郎06139992'
const outcome = (code = 'invariant') => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code, diagnostics: SECRET, expression: [SECRET] }],
})

/** What a delivery ends in when the server answers so. */
async function meeting(answer: Answer | 'drop', at: (seen: Seen) => boolean) {
  await using on = await openBeside()
  on.server.before = (seen) => (at(seen) ? answer : undefined)
  return await on.deliver(verified('valid', [insurance])).catch((error: unknown) => {
    if (!(error instanceof AgentError)) throw error
    const { code, facts } = error
    assert.doesNotMatch(JSON.stringify({ message: error.message, facts }), /検証|0613/)
    return { is: 'thrown' as const, code, facts }
  })
}

const isInvalid = (error: unknown) =>
  error instanceof AgentError && error.code === 'SINK_ANSWER_INVALID'

const onWrite = ({ method, path }: Seen) => method === 'POST' && path === 'Coverage'
const onSearch = ({ path }: Seen) => path.endsWith('/_search')

test('a refusal ends the delivery, with status and issue code and nothing of what the server says', async () => {
  for (const status of [400, 422])
    assert.deepEqual(await meeting({ status, body: outcome() }, onWrite), {
      is: 'refused',
      code: 'SINK_REFUSED',
      facts: { status, issue: 'invariant' },
    })
  assert.deepEqual(await meeting({ status: 422, body: outcome(SECRET) }, onWrite), {
    is: 'refused',
    code: 'SINK_REFUSED',
    facts: { status: 422, issue: 'unknown' },
  })
})

test('a refusal that would meet every patient refuses nobody: everything waits', async () => {
  const cases = [
    ['not-supported', 'SINK_ANSWER_INVALID'],
    ['security', 'SINK_UNAUTHORIZED'],
    ['login', 'SINK_UNAUTHORIZED'],
    ['forbidden', 'SINK_UNAUTHORIZED'],
    ['expired', 'SINK_UNAUTHORIZED'],
    ['throttled', 'SINK_BUSY'],
    ['lock-error', 'SINK_BUSY'],
    ['transient', 'SINK_FAILED'],
    ['timeout', 'SINK_FAILED'],
    ['exception', 'SINK_FAILED'],
    ['no-store', 'SINK_FAILED'],
  ] as const
  for (const status of [400, 413, 422])
    for (const [issue, code] of cases)
      assert.deepEqual(await meeting({ status, body: outcome(issue) }, onWrite), {
        is: 'thrown',
        code,
        facts: { status, issue },
      })
})

test('of several issues a general one counts, and no mere warning', async () => {
  const { issue: own } = outcome()
  const [general] = outcome('not-supported').issue
  const answer = (issue: readonly object[]): Answer => ({
    status: 422,
    body: { resourceType: 'OperationOutcome', issue: issue.map((one) => ({ ...one })) },
  })
  const waits = await meeting(answer([...own, { ...general }]), onWrite)
  assert.ok(waits.is === 'thrown' && waits.code === 'SINK_ANSWER_INVALID')
  const warned = await meeting(answer([{ ...general, severity: 'warning' }, ...own]), onWrite)
  assert.deepEqual(warned, {
    is: 'refused',
    code: 'SINK_REFUSED',
    facts: { status: 422, issue: 'invariant' },
  })
})

test('a page in the place of a refusal refuses nothing: it is not the server that speaks', async () => {
  const done = await meeting({ status: 400, body: '<html>Bad Request</html>' }, onWrite)
  assert.ok(done.is === 'thrown' && done.code === 'SINK_ANSWER_INVALID')
})

test('what may pass is thrown by its name', async () => {
  const cases = [
    [401, 'SINK_UNAUTHORIZED'],
    [403, 'SINK_UNAUTHORIZED'],
    [404, 'SINK_ANSWER_INVALID'],
    [405, 'SINK_ANSWER_INVALID'],
    [302, 'SINK_ANSWER_INVALID'],
    [429, 'SINK_BUSY'],
    [500, 'SINK_FAILED'],
    [503, 'SINK_BUSY'],
  ] as const
  for (const [status, code] of cases)
    for (const at of [onWrite, onSearch]) {
      const done = await meeting({ status, body: outcome(), headers: { 'retry-after': '7' } }, at)
      assert.ok(done.is === 'thrown' && done.code === code, `${status}: ${JSON.stringify(done)}`)
      if (code === 'SINK_BUSY') assert.equal(done.facts['retryAfterSeconds'], 7)
    }
})

test('somebody else’s page, half an answer and another resource are no answer', async () => {
  const bodies = ['<html>ログイン</html>', '{"resourceType":"Bundle","entry":[', '[]']
  for (const body of bodies)
    for (const at of [onWrite, onSearch]) {
      const done = await meeting({ status: 200, body }, at)
      assert.ok(done.is === 'thrown' && done.code === 'SINK_ANSWER_INVALID', body)
    }
  const other = await meeting({ status: 200, body: outcome() }, onSearch)
  assert.ok(other.is === 'thrown' && other.code === 'SINK_ANSWER_INVALID')
})

test('a resource without a version is not changed: that could undo another change', async () => {
  await using on = await openBeside()
  await on.deliver(verified('valid', [insurance]))
  const [made] = on.server.all('Coverage')
  assert.ok(made)
  const { meta: _, ...versionless } = made
  const changed = { ...versionless, status: 'draft' }
  on.server.before = ({ path, query }) =>
    path === 'Coverage/_search' && query.has('identifier')
      ? { status: 200, body: { resourceType: 'Bundle', entry: [{ resource: changed }] } }
      : undefined
  await assert.rejects(on.deliver(verified('valid', [insurance])), isInvalid)
})

test('a search in pages is followed to its end, at the same address and below it only', async () => {
  await using on = await openBeside({ assumptions: { search: 'get' } })
  const { url } = on.server
  const [patient] = on.server.all('Patient')
  assert.ok(patient)
  let next = ''
  on.server.before = ({ path, query }) => {
    const isSecond = query.get('page') === '2'
    if (path !== 'Patient' && !isSecond) return undefined
    return {
      status: 200,
      body: {
        resourceType: 'Bundle',
        ...(!isSecond && { link: [{ relation: 'next', url: next }] }),
        entry: isSecond ? [{ resource: patient }] : [],
      },
    }
  }
  for (next of [`${url}/Patient?page=2`, `${url}?_getpages=x&page=2`, 'Patient?page=2']) {
    const done = await on.deliver(verified('valid', [insurance]))
    assert.ok(done.is === 'delivered' && done.comparison?.result !== 'unknown-patient', next)
  }
  for (next of ['http://127.0.0.1:1/fhir/Patient?page=2', `${url}-of-others/Patient?page=2`])
    await assert.rejects(on.deliver(verified('valid', [insurance])), isInvalid, next)
})
