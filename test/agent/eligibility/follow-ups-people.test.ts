import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeIntake } from '../../../agent/eligibility/offline-intakes.ts'
import { end, verification } from '../store/fixtures.ts'
import { asker, DAY, faced, HOUR, MINUTE, never, openDesk, pass } from './reasking-bed.ts'

test('a closing note ends it, on whichever verification of it, and so does the closing of its intake', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  const first = await desk.ask()
  const intake = await desk.add(faced('2'))
  desk.reasking.intakeCame()
  await desk.went(2)
  await desk.idle()
  await pass(desk, HOUR)
  assert.equal(desk.asked.length, 4)
  const newest = desk.feed().find(({ supersedes }) => supersedes === first)
  await desk.note(newest?.id ?? '', 'closing')
  await closeIntake(desk, intake, { by: '受付', verificationId: null, text: null }, asker)
  await pass(desk, 3 * DAY)
  assert.equal(desk.asked.length, 4)
})

test('what was closed while it was just being asked stays closed', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  const first = await desk.ask()
  desk.gatewaySays('hang')
  const again = await desk.eligibility.recheck(first, asker)
  await desk.note(first, 'closing')
  const at = desk.clock.now()
  await desk.store.end(
    end(again.id, {
      at,
      verification: { ...verification(again.id, 'not-found'), supersedes: first },
    }),
  )
  assert.deepEqual(desk.store.followUps.open(0), [])
})

test('a recheck by a person moves it on; one of an earlier verification too', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  const first = await desk.ask()
  await desk.clock.advance(30 * MINUTE)
  await desk.idle()
  const second = await desk.eligibility.recheck(first, asker)
  await desk.eligibility.ended(second.id, never)
  await pass(desk, 45 * MINUTE)
  assert.equal(desk.asked.length, 2, 'an hour after the recheck, not before')
  await pass(desk, 15 * MINUTE)
  assert.equal(desk.asked.length, 3)
  assert.equal(desk.feed().at(-1)?.supersedes, second.id)
  desk.gatewaySays('valid')
  const third = await desk.eligibility.recheck(first, asker)
  await desk.eligibility.ended(third.id, never)
  await pass(desk, DAY)
  assert.equal(desk.asked.length, 4, 'the answer is there')
})

test('what was typed anew for the same patient takes the place of what was misread', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  const misread = { patientNumber: '00042', insuredIdentificationNumber: '1' }
  await desk.ask(misread)
  const corrected = await desk.ask({ ...misread, insuredIdentificationNumber: '7' })
  assert.deepEqual(
    desk.store.followUps.open(0).map(({ verificationId }) => verificationId),
    [corrected],
  )
  desk.gatewaySays('valid')
  await desk.ask({ ...misread, insuredIdentificationNumber: '17' })
  assert.deepEqual(desk.store.followUps.open(0), [])
})

test('医療扶助 beside an insurance is asked again though the insurance was found', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  const aid = await desk.ask({ patientNumber: '00042', insurerNumber: '12139991' })
  desk.gatewaySays('valid')
  await desk.ask({ patientNumber: '00042' })
  assert.deepEqual(
    desk.store.followUps.open(0).map(({ verificationId }) => verificationId),
    [aid],
  )
})

test('by hand: what is due is asked at once and counted, what is not due is left', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  await desk.clock.advance(2 * MINUTE)
  await desk.ask({ insuredIdentificationNumber: '1' })
  await desk.ask({ insuredIdentificationNumber: '2' })
  await pass(desk, 30 * MINUTE)
  await desk.ask({ insuredIdentificationNumber: '3' })
  await pass(desk, 30 * MINUTE)
  assert.equal(desk.asked.length, 3, 'the next look is minutes away')
  desk.gatewaySays((number) => (number === '1' ? 'valid' : 'not-found'))
  const runs = await Promise.all([desk.reasking.runDue(never), desk.reasking.runDue(never)])
  assert.deepEqual(runs, [
    { asked: 2, resolved: 1 },
    { asked: 0, resolved: 0 },
  ])
  assert.equal(desk.most(), 1)
  desk.reasking.linesAreDown()
  await desk.clock.stall(DAY)
  assert.deepEqual(await desk.reasking.runDue(never), { asked: 0, resolved: 0 })
})

test('whoever leaves a run by hand stops it after one question, and the rest is asked by itself', async (t) => {
  const desk = await openDesk(t)
  desk.gatewaySays('not-found')
  await desk.clock.advance(2 * MINUTE)
  for (const number of ['1', '2', '3']) await desk.ask({ insuredIdentificationNumber: number })
  await pass(desk, HOUR)
  const leaving = new AbortController()
  desk.gatewaySays(() => {
    leaving.abort()
    return 'not-found'
  })
  await desk.reasking.runDue(leaving.signal)
  await desk.idle()
  assert.equal(desk.asked.length, 4)
  await pass(desk, 5 * MINUTE)
  assert.equal(desk.asked.length, 6)
})
