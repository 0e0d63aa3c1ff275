import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addNote } from '../../../agent/eligibility/notes.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { judging } from '../../fakes/judging.ts'
import { folder } from '../store/deliveries-bed.ts'
import { outboxBed, until } from './outbox-bed.ts'

const unreachable = () => new AgentError('SINK_UNREACHABLE', 'gone')

test('another person under a number reaches no target that keeps a state, until a person says whose it is', async (t) => {
  const bed = await outboxBed(t)
  await bed.add('receipt', 'receipt-computer', folder)
  await bed.add('hook')
  const [known, other] = [await bed.verify(), await bed.verify('00001', '別人　花子', '19500505')]
  const [receipt, hook] = [bed.sinkOf('receipt'), bed.sinkOf('hook')]
  await hook.until(() => hook.taken.length === 2)
  await receipt.until(() => receipt.taken.length === 1)
  const [waiting] = bed.outbox.open(null)
  assert.deepEqual([waiting?.verificationId, waiting?.code], [other, 'VERIFICATION_HELD'])
  // Sent again without a word on whose it is, it waits again.
  const retry = { decision: 'ok' }
  await bed.outbox.decide({ seq: waiting?.seq ?? 0, at: bed.clock.now(), retry, actor: 'test' })
  await until(() => bed.outbox.open(null).length === 1)
  assert.deepEqual(receipt.attempts, [known])
  const note = { verificationId: other, kind: 'release', by: '受付', text: null } as const
  await addNote({ ...bed, judging }, note, { consumerId: null, idempotencyKey: null })
  await receipt.until(() => receipt.taken.length === 2)
  const event = receipt.deliveries.at(-1)?.event
  assert.deepEqual([event?.type, event?.verification?.held], ['note', false])
  assert.deepEqual(bed.outbox.open(null), [])
})

const word = (verificationId: string, kind: 'hold' | 'release' | 'rejection') => ({
  ...{ verificationId, kind, by: '受付', text: null },
})
const nobody = { consumerId: null, idempotencyKey: null }

test('what a person doubts before it was sent comes held, and whole with its release', async (t) => {
  const bed = await outboxBed(t)
  await bed.add('hook')
  await bed.add('receipt', 'receipt-computer', folder)
  const [hook, receipt] = [bed.sinkOf('hook'), bed.sinkOf('receipt')]
  const down = [unreachable(), unreachable()] as const
  hook.script.push(down[0])
  receipt.script.push(down[1])
  const id = await bed.verify()
  await hook.until(() => hook.attempts.length === 1)
  await receipt.until(() => receipt.attempts.length === 1)
  const parts = { ...bed, judging }
  await addNote(parts, word(id, 'hold'), nobody)
  await bed.clock.advance(60_000)
  await hook.until(() => hook.taken.length === 2)
  const shown = hook.deliveries.slice(1).map(({ event }) => event.verification?.held)
  assert.deepEqual(shown, [true, undefined], 'then the note')
  assert.deepEqual(receipt.taken, [])
  await addNote(parts, word(id, 'release'), nobody)
  await hook.until(() => hook.taken.length === 3)
  assert.equal(hook.deliveries.at(-1)?.event.verification?.held, false)
  await receipt.until(() => receipt.taken.length === 1)
  assert.deepEqual(bed.outbox.open(null), [])
})

test('one that was sent again by hand while held does not wait on after the decision', async (t) => {
  for (const kind of ['release', 'rejection'] as const) {
    const bed = await outboxBed(t)
    await bed.add('receipt', 'receipt-computer', folder)
    const receipt = bed.sinkOf('receipt')
    await bed.verify()
    await receipt.until(() => receipt.taken.length === 1)
    receipt.script.push(unreachable())
    await bed.verify()
    const other = await bed.verify('00001', '別人　花子', '19500505')
    await receipt.until(() => receipt.attempts.length === 2)
    const [waiting] = bed.outbox.open(null)
    const retry = { decision: null }
    await bed.outbox.decide({ seq: waiting?.seq ?? 0, at: bed.clock.now(), retry, actor: 'test' })
    await addNote({ ...bed, judging }, word(other, kind), nobody)
    await bed.clock.advance(60_000)
    const expected = kind === 'release' ? 3 : 2
    await receipt.until(() => receipt.taken.length === expected)
    assert.deepEqual(bed.outbox.open(null), [])
    await until(() => bed.outbox.report()[0]?.waiting === 0)
  }
})
