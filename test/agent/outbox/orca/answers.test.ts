import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import { isDone, meaningOf, shownResult } from '../../../../agent/outbox/orca/api-result.ts'
import { type Bed, bed, comparisonOf, everyWrite, ichiroInOrca, isFault } from './bed.ts'
import { delivery, ichiro, ichiroMoved, verification } from './example.ts'

const seed = { patients: [ichiroInOrca], write: everyWrite }
const moved = () => delivery(verification([ichiroMoved]))

test('every success is one, and every warning of patientmodv2 is a success', () => {
  for (const code of ['00', '000', '0000', 'W00', 'K0', 'K1', 'K2', 'K3', 'K4', 'K5'])
    assert.ok(isDone(code), code)
  for (const code of ['', '01', '10', 'E00', 'W01', 'K6', '0x', 'constructor'])
    assert.ok(!isDone(code), code)
})

test('what ORCA means by its codes', () => {
  for (const [code, meaning] of [
    ['10', 'unknown-patient'],
    ['E10', 'unknown-patient'],
    ['90', 'locked'],
    ['E90', 'locked'],
    ['E9999', 'locked'],
    ['91', 'ours'],
    ['97', 'ours'],
    ['98', 'ours'],
    ['99', 'user'],
    ['S20', 'question'],
    ['50', 'identity'],
    ['60', 'identity'],
    ['13', 'exists'],
    ['62', 'exists'],
    ['E97', 'ours'],
    ['89', 'system'],
    ['E80', 'system'],
    ['E99', 'system'],
    ['E50', 'content'],
    ['H1', 'refused'],
    ['toString', 'refused'],
  ] as const)
    assert.equal(meaningOf(code), meaning, code)
})

test('a code that is no code is not shown, as it may speak of the patient', () => {
  assert.equal(shownResult('E50'), 'E50')
  assert.equal(shownResult('検証　一郎'), 'unreadable')
})

test('a classic ORCA and a WebORCA are told apart, and remembered', async (t) => {
  for (const prefix of ['', '/api']) {
    const { deliver, orca } = await bed(t, { ...seed, prefix })
    assert.equal(comparisonOf(await deliver(delivery(verification([ichiro])))).result, 'same')
    const { requests } = orca.stats()
    await deliver(delivery(verification([ichiro])))
    const { calls } = orca.stats()
    assert.equal(orca.stats().requests - requests, 2, `${prefix}: ${JSON.stringify(calls)}`)
  }
})

test('where no prefix fits it is said, and looked for anew at the next attempt', async (t) => {
  const { deliver, orca } = await bed(t, { patients: [ichiroInOrca], prefix: '/else' })
  const one = delivery(verification([ichiro]))
  await assert.rejects(deliver(one), isFault('SINK_ANSWER_INVALID'))
  const before = orca.stats().requests
  await assert.rejects(deliver(one), isFault('SINK_ANSWER_INVALID'))
  assert.equal(orca.stats().requests, before + 2)
})

test('a prefix that a clinic configured is tried', async (t) => {
  const { deliver } = await bed(t, {
    ...seed,
    prefix: '/clinic',
    assumptions: { prefixes: ['/clinic'] },
  })
  assert.equal(comparisonOf(await deliver(delivery(verification([ichiro])))).result, 'same')
})

test('a wrong password is told as such and tried again', async (t) => {
  const { deliver } = await bed(t, { ...seed, password: 'wrong' })
  await assert.rejects(deliver(delivery(verification([ichiro]))), isFault('SINK_UNAUTHORIZED'))
})

test('an answer about another patient is no answer', async (t) => {
  const server = createServer((_request, response) => {
    const patient =
      '<Patient_Information type="record"><Patient_ID type="string">00043</Patient_ID></Patient_Information>'
    response.end(
      `<xmlio2><patientinfores type="record"><Api_Result type="string">00</Api_Result>${patient}</patientinfores></xmlio2>`,
    )
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  t.after(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const { deliver } = await bed(t, { url: `http://127.0.0.1:${port}` })
  await assert.rejects(deliver(delivery(verification([ichiro]))), isFault('SINK_ANSWER_INVALID'))
})

test('a page in the place of an answer, and half an answer, are no answers', async (t) => {
  for (const mode of ['html', 'garbage'] as const) {
    const { deliver, orca } = await bed(t, { patients: [ichiroInOrca] })
    orca.behave({ mode })
    await assert.rejects(
      deliver(delivery(verification([ichiro]))),
      isFault('SINK_ANSWER_INVALID'),
      mode,
    )
  }
})

test('where ORCA as a whole is at fault everything waits, and nothing is a dead letter', async (t) => {
  for (const result of ['89', '91', '97', '98', 'E80', 'E97', 'E99', '55']) {
    const { deliver, orca } = await bed(t, { patients: [ichiroInOrca] })
    orca.behave({ mode: 'result', result, at: 'patientgetv2' })
    await assert.rejects(
      deliver(delivery(verification([ichiro]))),
      (error) => isFault('SINK_FAILED')(error) || isFault('SINK_ANSWER_INVALID')(error),
      result,
    )
  }
})

test('a complaint about the whole waits in every step of a change, and leaves nobody locked', async (t) => {
  for (const step of ['00', '01', '02', '03'])
    for (const result of ['E80', 'E91', 'E97', 'E99']) {
      const { deliver, orca } = await bed(t, seed)
      orca.behave({ mode: 'result', result, at: 'patientmodv32', step })
      await assert.rejects(
        deliver(moved()),
        (error) => isFault('SINK_FAILED')(error) || isFault('SINK_ANSWER_INVALID')(error),
        `${step} ${result}`,
      )
      assert.ok(orca.stats().locks.every(({ isOpen }) => !isOpen))
    }
})

test('a patient who is removed between the look and the lock rests, and the others go on', async (t) => {
  for (const step of ['00', '01']) {
    const { deliver, orca } = await bed(t, seed)
    orca.behave({ mode: 'result', result: 'E10', at: 'patientmodv32', step })
    await assert.rejects(deliver(moved()), isFault('ORCA_LOCKED'), step)
  }
})

test('a patient whose insurance ORCA itself calls wrong is a dead letter, without those behind', async (t) => {
  for (const step of ['00', '01', '02']) {
    const { deliver, orca } = await bed(t, seed)
    orca.behave({ mode: 'result', result: 'E50', at: 'patientmodv32', step })
    assert.equal((await deliver(moved())).is, 'refused', step)
  }
})

test('an ORCA that is busy says for how long', async (t) => {
  const { deliver, orca } = await bed(t, { patients: [ichiroInOrca] })
  orca.behave({ mode: 'busy', retryAfterSeconds: 7 })
  await assert.rejects(
    deliver(delivery(verification([ichiro]))),
    (error) =>
      isFault('SINK_BUSY')(error) && Reflect.get(Object(error), 'facts').retryAfterSeconds === 7,
  )
})

async function insist({ deliver }: Bed, one: ReturnType<typeof delivery>) {
  for (;;) {
    try {
      return comparisonOf(await deliver(one))
    } catch (error) {
      if (!(error instanceof AgentError)) throw error
    }
  }
}

test('a registration whose answer was lost is found, and not made twice', async (t) => {
  for (const mode of ['drop', 'cut', 'hang'] as const) {
    const place = await bed(t, { write: everyWrite })
    place.orca.behave({ mode, processed: true, at: 'patientmodv2', times: 1 })
    const { result, differences } = await insist(place, delivery(verification([ichiro])))
    assert.deepEqual([result, differences], ['same', []], mode)
    assert.equal(place.orca.patients().length, 1)
    assert.equal(place.orca.patient('00042')?.HealthInsurance_Info.length, 1)
  }
})

test('a patient whom reception registers between the look and the write is not refused', async (t) => {
  const reception = { isDone: false, register: () => {} }
  const { deliver, orca } = await bed(t, {
    write: everyWrite,
    onServed: ({ call }) => {
      if (call !== 'patientgetv2' || reception.isDone) return
      reception.isDone = true
      reception.register()
    },
  })
  reception.register = () => orca.seed([ichiroInOrca])
  assert.equal(comparisonOf(await deliver(delivery(verification([ichiro])))).result, 'same')
  assert.equal(orca.stats().results['patientmodv2 01 13'], 1)
})

test('an insurance that was added before its answer was lost is found, and not added twice', async (t) => {
  const { HealthInsurance_Info: _, ...uninsured } = ichiroInOrca
  const place = await bed(t, { patients: [uninsured], write: ['add-insurance'] })
  place.orca.behave({ mode: 'drop', processed: true, at: 'patientmodv2', times: 1 })
  assert.equal((await insist(place, delivery(verification([ichiro])))).result, 'same')
  assert.equal(place.orca.patient('00042')?.HealthInsurance_Info.length, 1)
})

test('a patient who is in use while an insurance is added is tried again', async (t) => {
  const { HealthInsurance_Info: _, ...uninsured } = ichiroInOrca
  const { deliver, orca } = await bed(t, { patients: [uninsured], write: ['add-insurance'] })
  orca.behave({ mode: 'in-use', at: 'patientmodv2', times: 1 })
  await assert.rejects(deliver(delivery(verification([ichiro]))), isFault('ORCA_LOCKED'))
  assert.equal(comparisonOf(await deliver(delivery(verification([ichiro])))).result, 'written')
})

test('an ORCA without a list of locks, or with a question about it, is worked with all the same', async (t) => {
  for (const odd of [{ mode: 'html' }, { mode: 'result', result: 'S40' }] as const) {
    const { deliver, orca, log } = await bed(t, seed)
    orca.behave({ ...odd, at: 'medicalmodv37' })
    assert.equal(comparisonOf(await deliver(moved())).result, 'written')
    assert.equal(log.lines.length, 1)
  }
})
