import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Delivered } from '../../../../agent/kernel/delivery.ts'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import type { Verification } from '../../../../agent/kernel/verification.ts'
import { type JsonObject, objectIn, objectsIn, textIn } from '../../../../agent/outbox/fhir/json.ts'
import type { Behaviour } from '../../../../agent/sim/fhir/behaviour.ts'
import {
  type FhirSimulator,
  type FhirSimulatorOptions,
  startFhirSimulator,
} from '../../../../agent/sim/fhir/server.ts'
import {
  deliveryOf,
  fortyVerifications,
  insurance,
  newInsurance,
  openStage,
  type StageOptions,
  sampleVerifications,
  verified,
} from './stage.ts'

const everything = { writePatient: true, eligibilityResponse: true }

async function open(sim: FhirSimulatorOptions = {}, options: Omit<StageOptions, 'url'> = {}) {
  const simulator = await startFhirSimulator({ token: 'token-of-the-sink', ...sim })
  const stage = openStage({ url: simulator.url, settings: everything, ...options })
  return {
    simulator,
    ...stage,
    async [Symbol.asyncDispose]() {
      await stage.close()
      await simulator.close()
    },
  }
}

/** Every Coverage that is not given up, by chart number and member id, with its status. */
function coverages(simulator: FhirSimulator): Readonly<Record<string, unknown>> {
  const resources = simulator.resources().map((one) => objectIn(JSON.parse(JSON.stringify(one))))
  const identifier = (one: JsonObject | undefined) =>
    textIn(objectsIn(one?.['identifier'])[0]?.['value'])
  const chartOf = (reference: string) =>
    identifier(resources.find(({ resourceType, id }) => `${resourceType}/${id}` === reference))
  const kept = resources.filter(
    ({ resourceType, status }) => resourceType === 'Coverage' && status !== 'entered-in-error',
  )
  const entries = kept.map((one) => {
    const { reference } = objectIn(one['beneficiary'])
    return [`${chartOf(textIn(reference))} ${identifier(one)}`, one['status']] as const
  })
  assert.equal(new Set(entries.map(([key]) => key)).size, entries.length, 'a duplicate')
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
}

const isDelivered = (done: Delivered) => done.is === 'delivered'

test('a strict server takes what is written for all forty patients and every sample message', async () => {
  for (const by of ['card', 'card-face'] as const) {
    await using on = await open()
    for (const verification of [...fortyVerifications(by), ...sampleVerifications()])
      assert.ok(isDelivered(await on.deliver(verification)), verification.id)
    const stats = on.simulator.stats()
    assert.deepEqual(stats.refused, [])
    assert.ok(Object.keys(coverages(on.simulator)).length > 25)
    assert.ok(on.simulator.resources('Coverage').length > 25)
    assert.equal(
      on.simulator.resources('CoverageEligibilityResponse').length,
      [...fortyVerifications(by), ...sampleVerifications()].filter(
        ({ outcome, results }) => !['failed', 'pending'].includes(outcome) && results.length > 0,
      ).length,
    )
  }
})

test('every form that a clinic can choose is one that a strict server takes', async () => {
  const choices = [
    { memberIdWidth: 'half', subscriberId: 'csv', dependentWidth: 'full', search: 'get' },
    { typeSystem: '', relationshipSystem: 'urn:oid:1.2.392.100495.20.2.62', patientDigits: 8 },
    { ownSystem: 'https://clinic.example/agent' },
  ] as const
  for (const assumptions of choices) {
    await using on = await open({}, { assumptions })
    for (const verification of fortyVerifications())
      assert.ok(isDelivered(await on.deliver(verification)), verification.id)
    assert.deepEqual(on.simulator.stats().refused, [])
  }
})

test('a whole history played again writes nothing', async () => {
  await using on = await open()
  const history = fortyVerifications()
  for (const verification of history) await on.deliver(verification)
  const { created, updated } = on.simulator.stats()
  for (const verification of history) {
    const done = await on.deliver(verification)
    assert.ok(done.is === 'delivered' && done.comparison?.result !== 'written')
  }
  const after = on.simulator.stats()
  assert.deepEqual({ created: after.created, updated: after.updated }, { created, updated })
})

/** A linear congruential generator: the same seed, the same faults. */
const seeded = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const FAULTS: readonly Behaviour[] = [
  { mode: 'drop-before' },
  { mode: 'drop-after' },
  { mode: 'drop-after', at: 'write' },
  { mode: 'status', status: 500 },
  { mode: 'status-after', status: 502, at: 'write' },
  { mode: 'busy' },
  { mode: 'too-many' },
  { mode: 'login-page' },
  { mode: 'garbage' },
  { mode: 'truncated' },
  { mode: 'cut' },
  { mode: 'reset', at: 'write' },
]

/** As the outbox does: again with the same delivery until it has ended. */
async function untilEnded(deliver: () => Promise<Delivered>) {
  for (let attempt = 1; attempt < 100; attempt += 1) {
    const done = await deliver().catch((error: unknown) => {
      if (!(error instanceof AgentError)) throw error
      assert.doesNotMatch(JSON.stringify({ message: error.message, facts: error.facts }), PRIVATE)
    })
    if (done !== undefined) return done
  }
  return assert.fail('a delivery never ends')
}
const PRIVATE = /検証|架空|ｹﾝｼｮｳ|06139992|5678|00042/

/** Invented people who change between insurances, lose them, and are not found. */
function history(random: (below: number) => number, length: number): readonly Verification[] {
  const outcomes = ['valid', 'valid', 'valid', 'invalid', 'not-found', 'multiple'] as const
  return Array.from({ length }, (_, at) => {
    const outcome = outcomes[random(outcomes.length)] ?? 'valid'
    const person = random(6)
    const number = String(5000 + person)
    const both = [insurance, newInsurance].map((one) => ({
      ...one,
      insuredIdentificationNumber: number,
    }))
    const results = both.slice(random(2))
    const isWithout = outcome === 'not-found' || outcome === 'multiple'
    return verified(outcome, isWithout ? [] : results.slice(0, 1), {
      id: `v-${at}`,
      by: '1',
      patientNumber: String(100 + person),
    })
  })
}

/** What an EHR should have after a history, worked out from the answers alone. */
function expected(events: readonly Verification[]): Readonly<Record<string, unknown>> {
  const state = new Map<string, string>()
  for (const { outcome, results, patientNumber } of events) {
    const [result] = results
    if (result === undefined) continue
    const digits = Array.from(
      result.insuredIdentificationNumber ?? '',
      (digit) => '０１２３４５６７８９'[Number(digit)],
    )
    const card = `${result.insurerNumber}:${result.insuredCardSymbol}:${digits.join('')}:01`
    const key = `${patientNumber} ${card}`
    const others = [...state.keys()].filter((one) => one.startsWith(`${patientNumber} `))
    if (outcome === 'valid') for (const other of others) state.set(other, 'cancelled')
    if (outcome === 'valid') state.set(key, 'active')
    else if (state.has(key)) state.set(key, 'cancelled')
  }
  return Object.fromEntries([...state].sort(([one], [other]) => (one < other ? -1 : 1)))
}

test('after two hundred faults the EHR has what the official side said, and nothing twice', async () => {
  const random = seeded(20_260_401)
  const events = history(random, 120)
  await using on = await open({ raceMs: 1 })
  const faults = () =>
    Object.values(on.simulator.stats().spoiled).reduce((sum, count) => sum + count, 0)
  for (const verification of events)
    await untilEnded(() => {
      const behaviour = FAULTS[random(FAULTS.length)] ?? {}
      if (faults() < 200) on.simulator.behave({ ...behaviour, times: 1 })
      return on.deliver(verification)
    })
  on.simulator.behave({ mode: 'normal' })
  assert.ok(faults() >= 200, String(faults()))
  assert.deepEqual(coverages(on.simulator), expected(events))
  const { duplicates, refused } = on.simulator.stats()
  assert.deepEqual(duplicates, [])
  assert.deepEqual(
    refused.filter(({ status }) => status !== 412 && status !== 409),
    [],
  )
})

test('writers that race on a server that is not safe end with one of each', async () => {
  await using on = await open({ raceMs: 5 })
  const others = [1, 2].map(() => openStage({ url: on.simulator.url, settings: everything }))
  const all = [on, ...others]
  for (const verification of fortyVerifications().slice(0, 10))
    await Promise.all(all.map(({ deliver }) => untilEnded(() => deliver(verification))))
  for (const verification of fortyVerifications().slice(0, 10)) await on.deliver(verification)
  await Promise.all(others.map(({ close }) => close()))
  assert.deepEqual(on.simulator.stats().duplicates, [])
  assert.ok(Object.values(coverages(on.simulator)).every((status) => status === 'active'))
})

test('an agent that was killed in the middle of a patient goes on where it was', async () => {
  const events = history(seeded(7), 30)
  await using on = await open()
  const random = seeded(8)
  for (const verification of events) {
    const stop = AbortSignal.timeout(random(12))
    const killed = openStage({ url: on.simulator.url, settings: everything })
    await killed.sink.deliver(deliveryOf(verification), stop).catch(() => undefined)
    await killed.close()
    await untilEnded(() => on.deliver(verification))
  }
  assert.deepEqual(coverages(on.simulator), expected(events))
  assert.deepEqual(on.simulator.stats().duplicates, [])
})

test('a server that lets nobody write patients is written insurance of those it has', async () => {
  await using on = await open({ patientReadOnly: true }, { settings: {} })
  const [verification] = fortyVerifications()
  assert.ok(verification)
  const unknown = await on.deliver(verification)
  assert.ok(unknown.is === 'delivered' && unknown.comparison?.result === 'unknown-patient')
  on.simulator.put({
    resourceType: 'Patient',
    identifier: [{ system: 'urn:oid:1.2.392.100495.20.3.51.11312345670', value: '901' }],
  })
  const known = await on.deliver(verification)
  assert.ok(known.is === 'delivered' && known.comparison?.result === 'written')
})

test('no log line of a delivery names a person', async () => {
  await using on = await open({ raceMs: 3 })
  const other = openStage({ url: on.simulator.url, settings: everything })
  for (const verification of fortyVerifications().slice(0, 5))
    await Promise.all([
      untilEnded(() => on.deliver(verification)),
      untilEnded(() => other.deliver(verification)),
    ])
  await other.close()
  const lines = [...on.log.lines, ...other.log.lines]
  assert.ok(lines.length > 0, 'two writers made no duplicate')
  assert.doesNotMatch(JSON.stringify(lines), /検証|ｹﾝｼｮｳ|ケンショウ|06139992|5678|90[1-5]/)
})
