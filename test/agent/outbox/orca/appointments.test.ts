import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { appointmentsIn } from '../../../../agent/outbox/orca/appointments.ts'
import { openOrcaDoor } from '../../../../agent/outbox/orca/door.ts'
import { openTargets } from '../../../../agent/outbox/targets.ts'
import { type BedOptions, bed, ichiroInOrca, isFault } from './bed.ts'

const DAY = '2026-04-02'
const never = new AbortController().signal
const booking = { Appointment_Date: DAY, Patient_ID: '00042', Appointment_Time: '15:30:00' }

async function door(t: TestContext, options: BedOptions = {}) {
  const { orca, clock } = await bed(t, {
    patients: [ichiroInOrca],
    appointments: [booking],
    ...options,
  })
  const { client, close } = openOrcaDoor(
    {
      ...{ kind: 'orca', url: orca.url, user: 'ormaster', write: [] },
      secrets: { password: options.password ?? 'ormaster' },
    },
    {
      targets: openTargets([{ host: '127.0.0.1', networks: ['127.0.0.1'] }], () => []),
      clock,
      prefixes: ['/api', ''],
    },
  )
  t.after(close)
  return { orca, read: (day = DAY) => appointmentsIn(client, day, never) }
}

test('who comes is told with number, time and the card, and nothing else of the patient', async (t) => {
  for (const appointmentInsurance of ['record', 'list'] as const) {
    const { read, orca } = await door(t, { appointmentInsurance })
    assert.deepEqual(await read(), [
      {
        time: '15:30',
        patientNumber: '00042',
        cardFace: {
          insurerNumber: '06139992',
          insuredCardSymbol: '１２・３４',
          insuredIdentificationNumber: '5678',
          insuredBranchNumber: '01',
          birthdate: '19800502',
        },
      },
    ])
    assert.deepEqual(orca.stats().violations, [])
  }
})

test('an ORCA that is older than the card in the list, or a patient who pays, is a number alone', async (t) => {
  const { read } = await door(t, { appointmentInsurance: 'none' })
  assert.deepEqual(await read(), [{ time: '15:30', patientNumber: '00042' }])
  const unknown = await door(t, { patients: [] })
  assert.deepEqual(await unknown.read(), [{ time: '15:30', patientNumber: '00042' }])
})

test('a day without appointments is an empty list', async (t) => {
  const { read } = await door(t)
  assert.deepEqual(await read('2026-04-03'), [])
})

test('500 appointments, of which ORCA lists none, and every fault of ORCA are faults', async (t) => {
  const many = await door(t, { appointments: Array.from({ length: 500 }, () => booking) })
  await assert.rejects(many.read(), isFault('SINK_FAILED'))
  const { read, orca } = await door(t)
  const at = 'appointlstv2'
  orca.behave({ mode: 'status', at, times: 1 })
  await assert.rejects(read(), isFault('SINK_FAILED'))
  orca.behave({ mode: 'result', result: '89', at, times: 1 })
  await assert.rejects(read(), isFault('SINK_FAILED'))
  orca.behave({ mode: 'garbage', at, times: 1 })
  await assert.rejects(read(), isFault('SINK_ANSWER_INVALID'))
  const stranger = await door(t, { password: 'wrong' })
  await assert.rejects(stranger.read(), isFault('SINK_UNAUTHORIZED'))
})

test('a list of 499 is read whole', async (t) => {
  const appointments = Array.from({ length: 499 }, () => booking)
  const { read } = await door(t, { appointments })
  assert.equal((await read()).length, 499)
})
