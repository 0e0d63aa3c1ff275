import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Verification } from '../../../agent/kernel/verification.ts'
import { card, folder, opened, verify, waiting, webhook } from './deliveries-bed.ts'

const mynumber = {
  header: { referenceClassification: '1' },
  status: '1',
  validity: '1',
  code: null,
  message: null,
}

type Said = Partial<Verification>

/** Whether the first of several verifications of one patient is superseded by the others. */
async function isOvertaken(
  t: TestContext,
  first: Said,
  ...later: readonly Said[]
): Promise<boolean> {
  const { store, add } = await opened(t)
  const receipt = await add('receipt', folder, 'receipt-computer')
  await verify(store, 'valid', '00001', first)
  const [row] = store.deliveries.next(receipt, 1)
  assert.ok(row)
  await verify(store, 'valid', '00002', { results: [card('99')] })
  for (const { outcome = 'valid', ...over } of later) await verify(store, outcome, '00001', over)
  return store.deliveries.isSuperseded(row)
}

test('an older answer is overtaken where later ones say how all its cards stand now', async (t) => {
  const [a, b, aid] = [card('  010'), card('020'), card('12', 'A1')]
  const is = (
    ...answers: Parameters<typeof isOvertaken> extends [unknown, ...infer R] ? R : never
  ) => isOvertaken(t, ...answers)
  assert.equal(await is({ results: [a] }), false, 'nothing came later')
  assert.equal(await is({ results: [a] }, { results: [a] }), true)
  assert.equal(await is({ results: [a] }, { results: [b] }), true, 'a new insurance')
  assert.equal(
    await is({ results: [a] }, { outcome: 'not-found' }),
    false,
    'not found says nothing',
  )
  const oldCard: Said = { outcome: 'invalid', results: [b] }
  assert.equal(await is({ results: [a] }, oldCard), false, 'an old card says nothing of the new')
  const sameCard: Said = { outcome: 'invalid', results: [a] }
  assert.equal(await is({ results: [a] }, sameCard), false, 'nothing came in its place')
  assert.equal(await is({ results: [a] }, { results: [aid] }), false, 'aid stands beside it')
  assert.equal(await is({ results: [a, aid] }, { results: [b] }), false)
  assert.equal(await is({ results: [a, aid] }, { results: [b] }, { results: [aid] }), true)
  assert.equal(await is({ results: [a, aid] }, { results: [b], official: mynumber }), true)
})

test('a change of insurer is seen across a visit at which nothing was found', async (t) => {
  const { store, add } = await opened(t)
  const liaison = await add('liaison', webhook, 'liaison')
  const first = await verify(store, 'valid', '00001', { results: [card('06139992')] })
  await verify(store, 'not-found', '00001')
  await verify(store, 'valid', '00001', { results: [card('  06139992')] })
  const changed = await verify(store, 'valid', '00001', { results: [card('01130012')] })
  assert.deepEqual(waiting(store, liaison), [first, changed])
  const item = JSON.parse(Buffer.from(store.latest('00001') ?? []).toString())
  assert.equal(item.verification.patient.insurerChanged, true)
})

test('a later answer that a person doubts overtakes nothing', async (t) => {
  assert.equal(
    await isOvertaken(t, { results: [card('010')] }, { results: [card('020')], held: true }),
    false,
  )
})
