import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { test } from 'node:test'
import { BehaviourError } from '../../../../agent/sim/behaviour.ts'
import { readBehaviour } from '../../../../agent/sim/orca/behaviour.ts'
import type { OrcaSimulator } from '../../../../agent/sim/orca/server.ts'
import {
  call,
  get,
  HANAKO,
  KYOKAI,
  lock,
  modify,
  newRow,
  open,
  personOf,
  result,
  step,
  TARO,
} from './bed.ts'
import { textAt } from './client.ts'

const HANAKO_ID = '00002'
const add = (orca: OrcaSimulator) =>
  modify(orca, '04', { ...personOf(HANAKO), HealthInsurance_Information: KYOKAI })
const insurances = (orca: OrcaSimulator) => orca.patient(HANAKO_ID)?.HealthInsurance_Info.length

test('a connection dropped before leaves nothing, one dropped after has done it', async (t) => {
  const orca = await open(t)
  orca.behave({ mode: 'drop', times: 1 })
  await assert.rejects(add(orca))
  assert.equal(insurances(orca), 0)
  orca.behave({ mode: 'drop', processed: true, times: 1 })
  await assert.rejects(add(orca))
  assert.equal(insurances(orca), 1)
  assert.equal(result(await add(orca)), '62')
  const { faults, writes } = orca.stats()
  assert.deepEqual(faults, { drop: 2 })
  assert.deepEqual(writes, { [HANAKO_ID]: 1 })
})

test('a confirmation can be carried out and its answer lost', async (t) => {
  const orca = await open(t)
  const Orca_Uid = await lock(orca, HANAKO_ID)
  await step(orca, '02', { Orca_Uid, ...newRow() }, HANAKO_ID)
  orca.behave({ mode: 'cut', at: 'patientmodv32', step: '03', times: 1 })
  const confirm = () => step(orca, '03', { Orca_Uid, ...newRow() }, HANAKO_ID)
  await assert.rejects(confirm())
  assert.equal(insurances(orca), 1)
  assert.equal(result(await confirm()), 'E07')
  assert.equal(insurances(orca), 1)
  assert.deepEqual(orca.stats().violations, [])
})

test('busy and refusing servers say when to come again', async (t) => {
  const orca = await open(t)
  const ask = () => call(orca, '/api01rv2/patientgetv2?id=1')
  orca.behave({ mode: 'busy', times: 1 })
  const busy = await ask()
  assert.deepEqual([busy.status, busy.headers['retry-after']], [503, '2'])
  orca.behave({ mode: 'too-many', times: 1, retryAfterSeconds: 7 })
  const many = await ask()
  assert.deepEqual([many.status, many.headers['retry-after']], [429, '7'])
  orca.behave({ mode: 'status', status: 502, times: 1 })
  assert.equal((await ask()).status, 502)
  orca.behave({ mode: 'html', times: 1 })
  const page = await ask()
  assert.equal(page.status, 200)
  assert.match(String(page.headers['content-type']), /^text\/html/)
  orca.behave({ mode: 'garbage', times: 1 })
  assert.doesNotMatch((await ask()).text, /<\/xmlio2>/)
  assert.equal((await ask()).status, 200)
})

test('5xx after the work is done is a lie that can be told', async (t) => {
  const orca = await open(t)
  orca.behave({ mode: 'status', processed: true, at: 'patientmodv2', step: '04', times: 1 })
  const { status } = await call(orca, '/orca12/patientmodv2?class=04&format=json', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      patientmodreq: { ...personOf(HANAKO), HealthInsurance_Information: KYOKAI },
    }),
  })
  assert.equal(status, 500)
  assert.equal(insurances(orca), 1)
})

test('a behaviour holds for its call, step, patient and count only, beside others', async (t) => {
  const orca = await open(t)
  orca.behave({ mode: 'drop', at: 'patientmodv32', step: '02' })
  orca.behave({ mode: 'busy', patient: '00003', times: 2 })
  assert.equal(result(await get(orca, '1')), '00')
  const third = () => call(orca, '/api01rv2/patientgetv2?id=3')
  assert.equal((await third()).status, 503)
  assert.equal((await third()).status, 503)
  assert.equal((await third()).status, 200)
  const Orca_Uid = await lock(orca)
  await assert.rejects(step(orca, '02', { Orca_Uid }))
  orca.behave({ mode: 'normal' })
  assert.equal(result(await step(orca, '02', { Orca_Uid })), '000')
})

test('a share of the requests is the same for the same seed', async (t) => {
  const played = async (seed: number) => {
    const orca = await open(t, { seed })
    orca.behave({ mode: 'busy', share: 0.3 })
    let pattern = ''
    for (let at = 0; at < 100; at += 1) {
      const { status } = await call(orca, '/api01rv2/patientgetv2?id=1')
      pattern += status === 200 ? '.' : 'x'
    }
    return pattern
  }
  const first = await played(7)
  assert.equal(await played(7), first)
  assert.notEqual(await played(8), first)
  const count = first.replaceAll('.', '').length
  assert.ok(count > 15 && count < 50, String(count))
})

test('a patient can be in use for one request', async (t) => {
  const orca = await open(t)
  orca.behave({ mode: 'in-use', times: 2 })
  assert.equal(result(await step(orca, '01')), 'E90')
  assert.equal(result(await modify(orca, '02', personOf(TARO))), '90')
  await lock(orca)
})

test('hanging and stalling requests end with the simulator', async (t) => {
  const orca = await open(t)
  orca.behave({ mode: 'hang', times: 1 })
  orca.behave({ mode: 'stall', at: 'patientmodv2' })
  const never = assert.rejects(get(orca, '1'))
  const half = assert.rejects(modify(orca, '02', personOf(TARO)))
  while (Object.keys(orca.stats().faults).length < 2) await new Promise(setImmediate)
  await orca.close()
  await Promise.all([never, half])
})

test('slow answers come whole', async (t) => {
  const orca = await open(t)
  orca.behave({ mode: 'slow', delayMs: 5, times: 1 })
  assert.equal(result(await get(orca, '1')), '00')
  orca.behave({ mode: 'slow-body', delayMs: 1, times: 1 })
  assert.equal(textAt(await get(orca, '1'), 'Patient_Information', 'Sex'), '1')
})

test('a restart in the middle of a request drops it, its connection and every lock', async (t) => {
  const orca = await open(t)
  await lock(orca)
  orca.behave({ mode: 'restart', at: 'patientgetv2', times: 1 })
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  await assert.rejects(call(orca, '/api01rv2/patientgetv2?id=1', { agent }))
  assert.equal(orca.stats().locks[0]?.ending, 'lost')
  assert.equal(result(await get(orca, '1')), '00')
  await lock(orca)
})

test('what is no behaviour is refused with a reason', () => {
  for (const [json, reason] of [
    [[], /JSON object/],
    [{ mode: 'sulk' }, /mode is one of/],
    [{ mode: 'drop', often: 3 }, /a key is one of/],
    [{ mode: 'drop', times: 0 }, /times is a whole number/],
    [{ mode: 'drop', share: 2 }, /share is a number/],
    [{ mode: 'drop', at: 'acceptmodv2' }, /at is one of/],
    [{ mode: 'lock' }, /needs a patient/],
    [{ mode: 'drop', questions: [{}] }, /Patient_Select is a text/],
    [{ mode: 'ask', share: 0.5 }, /no share/],
  ] as const)
    assert.throws(
      () => readBehaviour(json),
      (error) => error instanceof BehaviourError && reason.test(error.message),
    )
})

test('an answer can say another result, of a request that was carried out or was not', async (t) => {
  const orca = await open(t)
  orca.behave({ mode: 'result', result: '89', at: 'patientgetv2', times: 1 })
  const refused = await get(orca, '1')
  assert.equal(result(refused), '89')
  assert.equal(textAt(refused, 'Patient_Information'), '')
  orca.behave({ mode: 'result', result: 'E50', processed: true, at: 'patientmodv32', step: '01' })
  const complaining = await step(orca, '01')
  assert.equal(result(complaining), 'E50')
  assert.notEqual(textAt(complaining, 'Orca_Uid'), '')
  assert.equal(orca.stats().locks.length, 1)
  assert.deepEqual(orca.stats().faults, { result: 2 })
})

test('a result goes with its mode and with no other', () => {
  for (const wrong of [
    { mode: 'result' },
    { mode: 'drop', result: 'E50' },
    { mode: 'result', result: '検証' },
  ])
    assert.throws(() => readBehaviour(wrong), BehaviourError, JSON.stringify(wrong))
  assert.equal(readBehaviour({ mode: 'result', result: 'E50' }).result, 'E50')
})
