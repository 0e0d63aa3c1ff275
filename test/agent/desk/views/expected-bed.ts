import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { ShownAppointment } from '../../../../agent/kernel/appointment-roles.ts'
import { openStage, type StageOptions } from '../../../bed/desk-stage.ts'

export const appointment = (given: Partial<ShownAppointment>): ShownAppointment => ({
  id: 'a1',
  source: 'csv',
  time: '09:30',
  patientNumber: '00107',
  needsCheck: false,
  status: 'ok',
  reason: null,
  fields: [],
  changes: [],
  verificationId: 'v1',
  outcome: 'valid',
  checkedAt: '2026-04-01T17:30:00+09:00',
  ...given,
})
export const list = [
  appointment({}),
  appointment({
    id: 'a2',
    source: 'api',
    time: '10:00',
    patientNumber: '00042',
    needsCheck: true,
    status: 'changed',
    changes: ['insuredPartialContributionRatio'],
  }),
  appointment({
    id: 'a3',
    time: '10:15',
    patientNumber: '00055',
    needsCheck: true,
    status: 'invalid',
    reason: 'invalid-new-exists',
    outcome: 'invalid-new-exists',
  }),
]
export const GET = 'GET /v1/appointments/:day'
export const PUT = 'PUT /v1/appointments/:day'
/** The view is gone to again. */
export const REENTER = "window.dispatchEvent(new HashChangeEvent('hashchange'))"
export const replaced = { added: 1, kept: 1, cancelled: 0 }

export async function shown(t: TestContext, options: StageOptions = {}) {
  const stage = await openStage({
    ...options,
    answers: {
      [GET]: ({ path }: { path: string }) => ({
        day: path.slice(-10),
        items: path.includes('list=morning') ? list.filter((one) => one.needsCheck) : list,
      }),
      [PUT]: replaced,
      ...options.answers,
    },
  })
  t.after(() => {
    assert.deepEqual(stage.errors, [])
    return stage.close()
  })
  await stage.page.goto(`${stage.url}#/expected`)
  return stage
}
export const sent = ({ asked }: Awaited<ReturnType<typeof shown>>) =>
  asked.filter(({ route }) => route.startsWith('PUT'))
