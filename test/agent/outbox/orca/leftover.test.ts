import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import type { OrcaClient } from '../../../../agent/outbox/orca/client.ts'
import { withLock } from '../../../../agent/outbox/orca/locks.ts'
import { freeOwnLocks } from '../../../../agent/outbox/orca/release.ts'
import { openUnreleased } from '../../../../agent/outbox/orca/unreleased.ts'
import type { Xml2Record } from '../../../../agent/xmlmsg/xml2.ts'
import { FakeClock } from '../../../fakes/clock.ts'
import { recordingLog } from '../../../fakes/log.ts'

const OWN = '11111111-2222-5333-8444-555555555555'

const lockOf = (karteUid: string, orcaUid: string, time: string): Xml2Record => ({
  ...(karteUid !== '' && { Lock_Karte_Uid: karteUid }),
  Lock_Orca_Uid: orcaUid,
  Lock_Patient_ID: '00042',
  Lock_WholeName: '検証　一郎',
  Lock_Date: '2026-04-01',
  Lock_Time: time,
})

/** An ORCA that answers by step, from a script; what it is asked is kept. */
function scripted(answers: Readonly<Record<string, Xml2Record>>) {
  const asked: { readonly step: string; readonly record: Xml2Record }[] = []
  const client: OrcaClient = {
    get: () => Promise.reject(new Error('nothing is read here')),
    async post(path, { record }) {
      const decided = record['Select_Answer'] === undefined ? '' : ' answered'
      const step = `${path.split('/').at(-1)} ${record['Request_Number']}${decided}`
      asked.push({ step, record })
      const answer = answers[step]
      if (answer === undefined) throw new Error(`${step} is not in the script`)
      return { record: answer, apiResult: String(answer['Api_Result']) }
    },
  }
  const log = recordingLog()
  const clock = new FakeClock()
  const releasing = { client, clock, log, karteUid: OWN }
  const unreleased = openUnreleased(releasing)
  const ports = { ...releasing, keepReleasing: unreleased.add }
  const free = () => freeOwnLocks(ports, new AbortController().signal)
  const hold = (work: () => Promise<string>) =>
    withLock(ports, '00042', new AbortController().signal, work)
  return { asked, clock, unreleased, log, free, hold, steps: () => asked.map(({ step }) => step) }
}

const listed = (...locks: Xml2Record[]): Xml2Record => ({
  Api_Result: '000',
  Information_Date: '2026-04-01',
  Information_Time: '09:30:40',
  Lock_Information: locks,
})
const done = { Api_Result: '000' }

test('where nothing is locked nothing is let go', async () => {
  const { free, steps } = scripted({ 'medicalmodv37 00': { Api_Result: 'E10' } })
  await free()
  assert.deepEqual(steps(), ['medicalmodv37 00'])
})

test('locks of people and of other clients stay', async () => {
  const { free, steps } = scripted({
    'medicalmodv37 00': listed(lockOf('', 'a', '09:00:00'), lockOf('another', 'b', '09:00:00')),
  })
  await free()
  assert.deepEqual(steps(), ['medicalmodv37 00'])
})

test('our own is let go by its number, whatever its age, and told without the patient', async () => {
  const { free, asked, log } = scripted({
    'medicalmodv37 00': listed(lockOf(OWN.toUpperCase(), 'c', '09:30:39')),
    'patientmodv32 99': done,
  })
  await free()
  assert.deepEqual(asked.at(-1)?.record, {
    Request_Number: '99',
    Karte_Uid: OWN,
    Orca_Uid: 'c',
    Patient_Information: { Patient_ID: '00042' },
  })
  assert.deepEqual(
    log.lines.map(({ facts }) => facts),
    [{}],
  )
})

test('one that 99 does not let go is deleted, and ORCA’s question about that is answered', async () => {
  const { free, asked } = scripted({
    'medicalmodv37 00': listed(lockOf(OWN, 'c', '09:00:00')),
    'patientmodv32 99': { Api_Result: 'E07' },
    'medicalmodv37 01': { Api_Result: 'S40', Orca_Uid: 'q' },
    'medicalmodv37 01 answered': done,
  })
  await free()
  assert.deepEqual(asked.at(-1)?.record, {
    Request_Number: '01',
    Karte_Uid: OWN,
    Delete_Information: { Delete_Karte_Uid: OWN, Delete_Orca_Uid: 'c' },
    Orca_Uid: 'q',
    Select_Answer: 'Ok',
  })
})

test('one that is younger than a minute makes everything wait until it is old enough', async () => {
  const { free } = scripted({
    'medicalmodv37 00': listed(lockOf(OWN, 'c', '09:30:10')),
    'patientmodv32 99': { Api_Result: 'E07' },
    'medicalmodv37 01': { Api_Result: 'E14' },
  })
  await assert.rejects(
    free(),
    (error) =>
      error instanceof AgentError &&
      error.code === 'SINK_BUSY' &&
      error.facts['retryAfterSeconds'] === 30,
  )
})

const locked = {
  Api_Result: '000',
  Response_Number: '02',
  Orca_Uid: 'c',
  Patient_Information: { Patient_ID: '00042' },
}

test('where 99 is refused the list of locks says whether ours is gone', async () => {
  const { hold, steps } = scripted({
    'patientmodv32 01': locked,
    'patientmodv32 99': { Api_Result: 'E07' },
    'medicalmodv37 00': { Api_Result: 'E10' },
  })
  assert.equal(await hold(async () => 'done'), 'done')
  assert.deepEqual(steps(), ['patientmodv32 01', 'patientmodv32 99', 'medicalmodv37 00'])
})

test('where 99 is refused and the list has our lock still, the work does not count as done', async () => {
  const { hold, steps } = scripted({
    'patientmodv32 01': locked,
    'patientmodv32 99': { Api_Result: 'E07' },
    'medicalmodv37 00': listed(lockOf(OWN, 'c', '09:30:39')),
  })
  await assert.rejects(
    hold(async () => 'done'),
    (error) => error instanceof AgentError && error.code === 'SINK_TIMEOUT',
  )
  assert.equal(steps().filter((step) => step === 'patientmodv32 99').length, 6, 'bounded')
})

const stubborn = {
  'patientmodv32 01': locked,
  'patientmodv32 99': { Api_Result: 'E07' },
  'medicalmodv37 00': listed(lockOf(OWN, 'c', '09:30:39')),
}

test('a lock that is not gone is let go in the background, for as long as the next attempt may take', async () => {
  const { hold, clock, steps } = scripted(stubborn)
  await assert.rejects(hold(async () => 'done'))
  const tries = () => steps().filter((step) => step === 'medicalmodv37 00').length
  const before = tries()
  await clock.advance(10_000)
  assert.equal(tries() - before, 10, 'once a second')
  await clock.advance(600_000)
  assert.equal(tries() - before, 300, 'and not for ever')
  assert.equal(clock.sleeping(), 0)
})

test('nothing is sent any more once it was stopped', async () => {
  const { hold, clock, steps, unreleased } = scripted(stubborn)
  await assert.rejects(hold(async () => 'done'))
  await unreleased.pause()
  const before = steps().length
  await clock.advance(10_000)
  assert.equal(steps().length, before)
})
