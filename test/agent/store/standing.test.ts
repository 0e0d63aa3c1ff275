import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addNote } from '../../../agent/eligibility/notes.ts'
import { systemClock } from '../../../agent/platform.ts'
import { judging } from '../../fakes/judging.ts'
import { card, opened, verify } from './deliveries-bed.ts'

test('the feed stands as people decided: a doubted one without results, also to who reads late', async (t) => {
  const { store } = await opened(t)
  const note = (verificationId: string, kind: 'hold' | 'release' | 'rejection') =>
    addNote(
      { store, judging, clock: systemClock },
      { verificationId, kind, by: '受付', text: null },
      { consumerId: null, idempotencyKey: null },
    )
  const id = await verify(store, 'valid', '00001', { results: [card('06139992')] })
  const page = (role: 'ehr' | 'ward' | 'billing' = 'ehr') => store.feed.page(null, 1, role)
  const [before] = [page()]
  const seen = (role: 'ehr' | 'ward' | 'billing') => {
    const [item] = page(role).items
    const { held, results, patient } = JSON.parse(Buffer.from(item ?? []).toString()).verification
    return [held, results.length, patient !== null]
  }
  assert.deepEqual(seen('ehr'), [false, 1, true])
  await note(id, 'hold')
  assert.deepEqual(seen('ehr'), [true, 0, false])
  assert.deepEqual(seen('ward'), [true, 0, false])
  assert.deepEqual(seen('billing'), [true, 1, true], 'who decides sees what is in it')
  assert.notEqual(page().version, before?.version, 'who asks with its ETag gets it anew')
  await note(id, 'release')
  assert.deepEqual(seen('ehr'), [false, 1, true])
  assert.equal(page().version, before?.version)
  await note(id, 'hold')
  const released = store.feed
    .page(null, 10, 'ehr')
    .items.map((item) => JSON.parse(Buffer.from(item).toString()))
    .filter((event) => event.type === 'note' && event.verification !== undefined)
  assert.deepEqual(
    released.map(({ verification }) => [verification.held, verification.results]),
    [[true, []]],
    'nor in the release before',
  )
})
