import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRoster, type RosterCase, rosterDue } from '../../../agent/eligibility/roster-check.ts'
import { standingOf } from '../../../agent/eligibility/roster-standing.ts'
import type { RosterAsked, RosterState } from '../../../agent/kernel/roster.ts'
import { all, MINUTE, unitOf } from './batches-bed.ts'
import { entryOf, killedBefore, never, overLines, overTerminal } from './roster-bed.ts'

const now = Date.parse('2026-04-10T09:00:00+09:00')
const caseOf = (
  state: RosterState,
  asked: RosterAsked,
  over: { id?: string; number?: string; revoked?: boolean } = {},
): RosterCase => {
  const act = { at: 1, by: '見本' }
  const entry = {
    id: over.id ?? 'e1',
    at: 1,
    changedAt: 1,
    version: 1,
    form: { patientNumber: over.number ?? '00042', kind: 'home-visit' as const },
    standingConsent: { given: act, revoked: over.revoked === true ? act : null },
  }
  const eligibility = { state, verificationId: null, at: null }
  return { standing: standingOf(entry, '2026-04', eligibility, now), asked }
}
const isDue = (one: RosterCase) => rosterDue([one]).length === 1

test('due is who is not confirmed, may be asked, and got no answer from us in the month', () => {
  assert.ok(isDue(caseOf('unconfirmed', null)))
  assert.ok(isDue(caseOf('invalid', null)), 'the desk asked with an old card')
  assert.ok(!isDue(caseOf('confirmed', null)))
  assert.ok(!isDue(caseOf('asking', 'open')))
  assert.ok(!isDue(caseOf('unconfirmed', null, { revoked: true })))
  for (const asked of ['offline', 'failed', 'pending'] as const)
    assert.ok(isDue(caseOf('unconfirmed', asked)), asked)
  for (const asked of ['valid', 'invalid', 'not-found', 'multiple', 'invalid-new-exists'] as const)
    assert.ok(!isDue(caseOf('unconfirmed', asked)), asked)
})

test('a patient who is in the roster twice is asked about once', () => {
  const twice = [caseOf('unconfirmed', null), caseOf('unconfirmed', null, { id: 'e2' })]
  assert.deepEqual(
    rosterDue(twice).map(({ entry }) => entry.id),
    ['e1'],
  )
  const underWay = [caseOf('asking', 'open'), caseOf('unconfirmed', null, { id: 'e2' })]
  assert.deepEqual(rosterDue(underWay), [])
  const others = [...twice, caseOf('unconfirmed', null, { id: 'e3', number: '7' })]
  assert.equal(rosterDue(others).length, 2)
})

test('over lines they are asked one at a time, slowly, and nobody was received', async (t) => {
  const bed = await overLines(t)
  bed.gatewaySays('valid')
  const ids = [await bed.add(entryOf('1')), await bed.add(entryOf('2'))]
  const checking = bed.check()
  await bed.went(1)
  await bed.paused()
  assert.equal(bed.asked.length, 1)
  await bed.clock.advance(1_000)
  await bed.went(2)
  await bed.paused()
  await bed.clock.advance(1_000)
  const { asked, confirmed, unconfirmed } = await checking
  assert.deepEqual([asked, confirmed, unconfirmed], [2, 2, ''])
  assert.equal(bed.most(), 1)
  assert.deepEqual(ids.map(bed.stateOf), ['confirmed', 'confirmed'])
  for (const { id } of bed.feed())
    assert.equal(JSON.parse(bed.store.question(id)?.body ?? '{}').receivedAt, null)
  assert.equal((await bed.check()).asked, 0, 'and in this month not again')
  assert.equal(bed.asked.length, 2)
})

test('where nobody can be asked the run fails at the first, and the next one goes on', async (t) => {
  const bed = await overLines(t)
  const ids = [await bed.add(entryOf('1')), await bed.add(entryOf('2'))]
  await assert.rejects(bed.check(), { code: 'NO_LINE' })
  assert.equal(bed.asked.length, 1)
  bed.reasking.lineIsBack()
  await bed.idle()
  assert.equal(bed.asked.length, 1, 'the re-asking leaves it to the roster')
  bed.gatewaySays('valid')
  const again = bed.check()
  await bed.went(2)
  await bed.paused()
  await bed.clock.advance(1_000)
  await bed.went(3)
  await bed.paused()
  await bed.clock.advance(1_000)
  assert.equal((await again).confirmed, 2)
  assert.deepEqual(ids.map(bed.stateOf), ['confirmed', 'confirmed'])
})

test('who revoked since it was planned is not asked: over lines each is looked at right before', async (t) => {
  const bed = await overLines(t)
  bed.gatewaySays('valid')
  await bed.add(entryOf('1'))
  const second = await bed.add(entryOf('2'))
  const checking = bed.check()
  await bed.went(1)
  await bed.paused()
  await bed.revoke(second)
  await bed.clock.advance(1_000)
  const { asked, needsCard } = await checking
  assert.deepEqual([asked, needsCard, bed.asked.length], [1, second, 1])
})

test('through the terminal the whole roster is one bulk question', async (t) => {
  const bed = await overTerminal(t)
  bed.says.submit.push({ number: '77' })
  bed.says.fetch.push(all)
  for (const number of ['1', '2', '3'])
    await bed.add(entryOf(number, { birthdate: `1980050${number}` }))
  const { asked, confirmed } = await bed.check()
  assert.deepEqual([asked, confirmed], [3, 0])
  await bed.ended(bed.openBatch())
  const after = await bed.check()
  assert.deepEqual([after.asked, after.confirmed], [0, 3])
  assert.equal(bed.submitted.length, 1)
  const sent = bed.feed()
  assert.deepEqual(
    sent.map(({ source, patientNumber }) => [source.kind, patientNumber]),
    ['1', '2', '3'].map((number) => ['batch', `0000${number}`]),
  )
})

test('a process that ends between claim and hand-over asks once', async (t) => {
  const bed = await overTerminal(t)
  const id = await bed.add(entryOf('1', { birthdate: '19800501' }))
  await checkRoster(killedBefore(bed), never)
  const batch = bed.openBatch()
  assert.deepEqual([bed.submitted.length, bed.stateOf(id)], [0, 'asking'])
  assert.equal((await bed.check()).asked, 0)
  bed.says.submit.push({ number: '77' })
  bed.says.fetch.push({ segment: '1', units: [unitOf(1)] })
  const again = await bed.again()
  again.batches.resume()
  await again.ended(batch)
  assert.equal(bed.submitted.length, 1)
  assert.equal(again.store.rosterQuestions.asked(id, '2026-04'), 'valid')
})

test('a line that waits for the terminal is taken out when the consent is revoked, and says so', async (t) => {
  const bed = await overTerminal(t)
  bed.says.submit.push('TERMINAL_SILENT', { number: '77' })
  bed.says.fetch.push({ segment: '1', units: [unitOf(1), unitOf(3)] })
  const ids: string[] = []
  for (const number of ['1', '2', '3'])
    ids.push(await bed.add(entryOf(number, { birthdate: `1980050${number}` })))
  await bed.check()
  const batch = bed.openBatch()
  await bed.until(() => bed.submitted.length === 1 && bed.clock.sleeping() > 0)
  await bed.revoke(ids[1] ?? '')
  await bed.clock.advance(MINUTE / 2)
  await bed.ended(batch)
  const numbersOf = (index: number) =>
    bed.submitted[index]?.lines.map(({ searchInfo }) => searchInfo.insuredIdentificationNumber)
  assert.deepEqual(numbersOf(0), ['1', '2', '3'])
  assert.deepEqual(numbersOf(1), ['1', '3'])
  assert.deepEqual(
    bed.feed().map(({ outcome, fault, patientNumber }) => [patientNumber, outcome, fault?.code]),
    [
      ['00002', 'failed', 'CONSENT_REVOKED'],
      ['00001', 'valid', undefined],
      ['00003', 'valid', undefined],
    ],
  )
  const standing = bed.desk.find(ids[1] ?? '', null)
  assert.deepEqual(
    standing?.advisories.map(({ code }) => code),
    ['UNCONFIRMED_THIS_MONTH', 'STANDING_CONSENT_MISSING'],
  )
  assert.equal((await bed.check()).asked, 0, 'and nobody is asked any more')
})

test('a bulk question of which nobody is left is never written', async (t) => {
  const bed = await overTerminal(t)
  bed.says.submit.push('TERMINAL_SILENT')
  const id = await bed.add(entryOf('1'))
  await bed.check()
  const batch = bed.openBatch()
  await bed.until(() => bed.submitted.length === 1 && bed.clock.sleeping() > 0)
  await bed.desk.remove(id, { consumerId: 'c1', idempotencyKey: null, role: 'billing' })
  await bed.clock.advance(MINUTE / 2)
  await bed.ended(batch)
  assert.deepEqual([bed.submitted.length, bed.state(batch)], [1, 'ended'])
  assert.deepEqual(
    bed.feed().map(({ fault }) => fault?.code),
    ['CONSENT_REVOKED'],
  )
})

test('home care is asked about with the standing consent only, others as for an appointment', async (t) => {
  const bed = await overTerminal(t)
  const without = await bed.add(entryOf('1', { kind: 'home-oxygen' }))
  const nothing = await bed.add({ patientNumber: '9', kind: 'monthly' })
  const { asked, needsCard } = await bed.check()
  assert.equal(asked, 0)
  assert.deepEqual(needsCard.split(' ').sort(), [without, nothing].sort())
  await bed.consent(without)
  assert.equal((await bed.check()).asked, 1)
  await bed.until(() => bed.submitted.length === 1)
})

test('a job says by ids which contracts end, and when', async (t) => {
  const bed = await overTerminal(t)
  const ids = new Map<string, string>()
  const ends = ['2026-03-31', '2026-04-05', '2026-05-01', '2026-05-31', '2026-08-01']
  for (const [index, contractEnd] of ends.entries())
    ids.set(
      contractEnd,
      await bed.add({ patientNumber: `${index}`, kind: 'home-visit', contractEnd }),
    )
  const result = await bed.check()
  assert.deepEqual(
    [result.contractEnded, result.contractEnds7, result.contractEnds30, result.contractEnds60],
    ends.slice(0, 4).map((end) => ids.get(end)),
  )
  assert.ok(Object.values(result).every((value) => typeof value !== 'object'))
})
