import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import { karteUidOf } from '../../../../agent/outbox/orca/locks.ts'
import type { Behaviour } from '../../../../agent/sim/orca/behaviour.ts'
import { type Bed, bed, comparisonOf, everyWrite, ichiroInOrca, isFault } from './bed.ts'
import { delivery, ichiro, ichiroMoved, verification } from './example.ts'

const seed = { patients: [ichiroInOrca], write: everyWrite }
const moved = () => delivery(verification([ichiroMoved]))

/** Tries until it arrives, as the outbox does. */
async function insist({ deliver, orca }: Bed, faults: string[] = []) {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    try {
      return comparisonOf(await deliver(moved()))
    } catch (error) {
      if (!(error instanceof AgentError)) throw error
      faults.push(error.code)
      orca.behave({ mode: 'normal' })
    }
  }
  throw new Error(`it never arrived: ${faults.join()}`)
}

/** The new insurance stands there once, the old one has ended, nobody is locked or was for 5 s. */
function assertChangedOnce({ orca }: Bed, what: string) {
  const { locks, longestHeldMs, violations } = orca.stats()
  const rows = orca.patient('00042')?.HealthInsurance_Info ?? []
  assert.deepEqual(
    rows.map((row) => row.Certificate_ExpiredDate),
    ['2026-02-28', '9999-12-31'],
    what,
  )
  assert.deepEqual(
    locks.filter(({ isOpen }) => isOpen),
    [],
    `${what}: a lock is left`,
  )
  assert.ok(longestHeldMs < 5_000, `${what}: held for ${longestHeldMs} ms`)
  assert.deepEqual(violations, [], what)
}

const faults: readonly Behaviour[] = [
  ...[false, true].flatMap((processed) =>
    (['drop', 'hang', 'status', 'busy', 'html', 'restart'] as const).map((mode) => ({
      mode,
      processed,
    })),
  ),
  ...(['cut', 'stall', 'garbage'] as const).map((mode) => ({ mode })),
]

for (const step of ['01', '02', '03', '99'])
  test(`a lock is let go within 5 s whatever happens to ${step}, and the change arrives once`, async (t) => {
    for (const fault of faults) {
      const place = await bed(t, seed)
      place.orca.behave({ ...fault, at: 'patientmodv32', step, times: 1 })
      const { result } = await insist(place)
      assert.ok(['written', 'same'].includes(result), `${fault.mode}: ${result}`)
      assertChangedOnce(place, `${fault.mode} ${fault.processed ? 'after' : 'instead'}`)
    }
  })

test('an ORCA that answers slowly is left alone before 5 s are over', async (t) => {
  const place = await bed(t, seed)
  const { orca } = place
  orca.behave({ mode: 'slow', delayMs: 0, at: 'patientmodv32' })
  await assert.rejects(place.deliver(moved()), isFault('SINK_TIMEOUT'))
  const { locks, longestHeldMs } = orca.stats()
  assert.equal(locks.length, 1)
  assert.ok(longestHeldMs > 2_000 && longestHeldMs < 5_000, `${longestHeldMs} ms`)
  assert.ok(locks.every(({ isOpen }) => !isOpen))
})

test('a shutdown under the lock lets it go first', async (t) => {
  const stop = new AbortController()
  const { orca, sink } = await bed(t, {
    ...seed,
    onServed: ({ mode }) => {
      if (mode === 'hang') stop.abort(new Error('the agent stops'))
    },
  })
  orca.behave({ mode: 'hang', at: 'patientmodv32', step: '02', times: 1 })
  await assert.rejects(sink.deliver(moved(), stop.signal), /the agent stops/)
  const { locks } = orca.stats()
  assert.equal(locks.length, 1)
  assert.equal(locks[0]?.ending, 'unlocked')
})

test('a lock that ORCA gives with a complaint is let go', async (t) => {
  for (const result of ['E50', 'E00']) {
    const place = await bed(t, seed)
    const { orca } = place
    orca.behave({ mode: 'result', result, processed: true, at: 'patientmodv32', step: '01' })
    await place.deliver(moved()).catch((error: unknown) => assert.ok(error instanceof AgentError))
    assert.deepEqual(
      orca.stats().locks.map(({ ending }) => ending),
      ['unlocked'],
      result,
    )
    assert.deepEqual(orca.stats().writes, {})
  }
})

test('a patient who is open at another terminal is tried again later', async (t) => {
  const place = await bed(t, seed)
  place.orca.lockBy('00042', '受付')
  await assert.rejects(place.deliver(moved()), isFault('ORCA_LOCKED'))
  assert.equal(place.orca.stats().locks[0]?.isOpen, true, 'the other’s lock stays')
  place.orca.unlockBy('00042', '受付')
  assert.equal((await insist(place)).result, 'written')
})

test('another terminal’s lock is never let go, however old', async (t) => {
  const place = await bed(t, seed)
  place.orca.lockBy('00042', '受付')
  place.clock.pass(120_000)
  await assert.rejects(place.deliver(moved()), isFault('ORCA_LOCKED'))
  assert.equal(place.orca.stats().locks[0]?.isOpen, true)
})

test('a lock that a crash left is known by our own id, and let go by the next run', async (t) => {
  const place = await bed(t, seed)
  const { orca, again } = place
  await place.deliver(delivery(verification([ichiro])))
  // Nothing reaches ORCA any more after the lock is taken: as if the agent had been killed there.
  orca.behave({ mode: 'drop', at: 'patientmodv32', step: '02' })
  orca.behave({ mode: 'drop', at: 'patientmodv32', step: '99' })
  orca.behave({ mode: 'drop', at: 'medicalmodv37' })
  await assert.rejects(place.deliver(moved()), AgentError)
  assert.equal(orca.stats().locks.filter(({ isOpen }) => isOpen).length, 1)
  orca.behave({ mode: 'normal' })
  const next = again()
  const delivered = await next.deliver(moved(), new AbortController().signal)
  assert.equal(comparisonOf(delivered).result, 'written')
  assert.ok(orca.stats().locks.every(({ isOpen }) => !isOpen))
})

test('where nobody confirms that the lock is gone the change counts as not arrived yet', async (t) => {
  const place = await bed(t, seed)
  const { orca } = place
  await place.deliver(delivery(verification([ichiro])))
  orca.behave({ mode: 'drop', at: 'patientmodv32', step: '99' })
  orca.behave({ mode: 'drop', at: 'medicalmodv37' })
  await assert.rejects(place.deliver(moved()), isFault('SINK_TIMEOUT'))
  orca.behave({ mode: 'normal' })
  assert.equal((await insist(place)).result, 'same')
  assertChangedOnce(place, 'unconfirmed')
})

/** The change is made, and nobody hears that the lock is let go. */
async function losingTheEnd(place: Bed) {
  const { orca } = place
  await place.deliver(delivery(verification([ichiro])))
  orca.behave({ mode: 'drop', at: 'patientmodv32', step: '02' })
  orca.behave({ mode: 'drop', at: 'patientmodv32', step: '99' })
  orca.behave({ mode: 'drop', at: 'medicalmodv37' })
  await assert.rejects(place.deliver(moved()), AgentError)
  assert.equal(orca.stats().locks[0]?.isOpen, true)
  orca.behave({ mode: 'normal' })
}

test('a lock that a broken line left is let go as soon as ORCA is back, before the next attempt', async (t) => {
  const { promise: unlocked, resolve } = Promise.withResolvers<void>()
  const onServed = ({ call, result }: { readonly call?: string; readonly result?: string }) => {
    if (call === 'patientmodv32 99' && result === '000') resolve()
  }
  const place = await bed(t, { ...seed, onServed })
  await losingTheEnd(place)
  place.clock.pass(1_000)
  await unlocked
  assert.equal(place.orca.stats().locks[0]?.ending, 'unlocked')
})

test('letting an old lock go does not end the one of the next attempt', async (t) => {
  const during = { pass: () => {} }
  const place = await bed(t, {
    ...seed,
    onServed: ({ call }) => {
      if (call === 'patientmodv32 02') during.pass()
    },
  })
  await losingTheEnd(place)
  during.pass = () => place.clock.pass(1_000)
  assert.equal(comparisonOf(await place.deliver(moved())).result, 'written')
  assert.deepEqual(
    place.orca.stats().locks.map(({ ending }) => ending),
    ['unlocked', 'confirmed'],
  )
})

test('rows that reception changed between the two reads are not written over', async (t) => {
  const reception = {
    onServed: (_call: string | undefined) => {},
  }
  const place = await bed(t, { ...seed, onServed: ({ call }) => reception.onServed(call) })
  const { orca } = place
  reception.onServed = (call) => {
    if (call !== 'patientmodv32 00') return
    reception.onServed = () => {}
    orca.edit('00042', '受付', (patient) => ({
      ...patient,
      HealthInsurance_Info: patient.HealthInsurance_Info.map((row) => ({
        ...row,
        HealthInsuredPerson_WholeName: '検証　父郎',
      })),
    }))
  }
  await assert.rejects(place.deliver(moved()), isFault('ORCA_LOCKED'))
  assert.deepEqual(orca.stats().writes, {})
  assert.ok(orca.stats().locks.every(({ isOpen }) => !isOpen))
  assert.equal((await insist(place)).result, 'written')
  const rows = orca.patient('00042')?.HealthInsurance_Info ?? []
  assert.equal(rows[0]?.HealthInsuredPerson_WholeName, '検証　父郎', 'what reception typed stays')
})

test('our id is a UUID, the same for one client and another for each', () => {
  const one = karteUidOf('1319999991/orca')
  assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(karteUidOf('1319999991/orca'), one)
  assert.notEqual(karteUidOf('1319999991/orca2'), one)
})
