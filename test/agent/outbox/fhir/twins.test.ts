import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, Stored } from '../../../../agent/outbox/fhir/json.ts'
import { chart, startFakeFhir } from './server.ts'
import { CHART_SYSTEM, insurance, openStage, verified } from './stage.ts'

const valid = verified('valid', [insurance])
const lost = verified('invalid', [{ ...insurance, disqualificationDate: '20260301' }], {
  id: 'v-lost',
})

/** A server with the Coverage of `insurance` as the EHR itself might have made it, in `twins`. */
async function open(twins: Readonly<Record<string, JsonObject>>) {
  const server = await startFakeFhir()
  server.put(chart(CHART_SYSTEM), 'chart-1')
  const stage = openStage({ url: server.url, settings: { eligibilityResponse: true } })
  await stage.deliver(valid)
  const [made] = server.all('Coverage')
  assert.ok(made)
  const { meta: _, ...bare } = made
  // Ours becomes the first of the twins.
  for (const [n, [id, more]] of Object.entries(twins).entries())
    server.put({ ...bare, ...more }, n === 0 ? made.id : id)
  const statuses = () =>
    Object.fromEntries(
      server
        .all('Coverage')
        .map(({ id, status }): [string, unknown] => [id === made.id ? 'first' : id, status]),
    )
  return {
    server,
    statuses,
    made,
    deliver: async (verification = valid) => {
      const done = await stage.deliver(verification)
      return done.is === 'delivered' ? done.comparison?.result : done.code
    },
    async [Symbol.asyncDispose]() {
      await stage.close()
      await server.close()
    },
  }
}

const error = { status: 'entered-in-error' }
const over = { status: 'cancelled' }
const current = { status: 'active' }

test('what the EHR marked as an error stays one, and the insurance is written beside it', async () => {
  await using on = await open({ first: error })
  assert.equal(await on.deliver(), 'written')
  const [marked, anew, ...more] = on.server.all('Coverage')
  assert.deepEqual([marked?.['status'], anew?.['status'], more], [error.status, 'active', []])
  assert.equal(await on.deliver(), 'same')
  assert.equal(await on.deliver(lost), 'written')
  assert.deepEqual(
    on.server.all('Coverage').map(({ status }) => status),
    [error.status, over.status],
  )
})

test('one of ours that the EHR marked as an error stays one as well', async () => {
  await using on = await open({})
  on.server.put({ ...on.made, ...error }, on.made.id)
  assert.equal(await on.deliver(), 'written')
  assert.deepEqual(
    on.server.all('Coverage').map(({ status }) => status),
    [error.status, 'active'],
  )
})

test('a response that was marked as an error stays one', async () => {
  await using on = await open({})
  const [response] = on.server.all('CoverageEligibilityResponse')
  assert.ok(response)
  on.server.put({ ...response, ...error }, response.id)
  assert.equal(await on.deliver(), 'same')
  const after: readonly Stored[] = on.server.all('CoverageEligibilityResponse')
  assert.deepEqual(
    after.map(({ status }) => status),
    [error.status],
  )
})

test('what is over in the EHR beside its successor is no second one, and stays over', async () => {
  await using on = await open({ first: over, second: current, third: over })
  await on.deliver()
  const before = on.server.writes().length
  assert.equal(await on.deliver(), 'same')
  assert.equal(on.server.writes().length, before)
  assert.deepEqual(on.statuses(), { first: 'cancelled', second: 'active', third: 'cancelled' })
  assert.equal(await on.deliver(lost), 'written')
  assert.equal(on.statuses()['second'], 'cancelled')
  assert.equal(await on.deliver(lost), 'same')
})

test('several that are current, or all over when one is to be current, are for a person', async () => {
  for (const twins of [
    { first: current, second: current, third: over },
    { first: over, second: over },
  ]) {
    await using on = await open(twins)
    const before = on.server.writes().length
    assert.equal(await on.deliver(), 'FHIR_AMBIGUOUS')
    assert.equal(on.server.writes().length, before)
  }
})
