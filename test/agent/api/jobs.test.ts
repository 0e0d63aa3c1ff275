import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jobRoute } from '../../../agent/api/control-jobs.ts'
import { faults } from '../../../agent/kernel/faults.ts'
import { FakeJobs, jobRun } from '../../fakes/jobs.ts'
import { problem, serve } from './served.ts'

const billing = async (t: Parameters<typeof serve>[0]) => {
  const served = await serve(t)
  const wanted = { name: 'b', role: 'billing', sources: [], sink: null } as const
  const { token, consumer } = await served.consumers.add(wanted)
  const headers = { authorization: `Bearer ${token}` }
  return {
    ...served,
    consumer,
    call: (path: string, init = {}) => served.call(path, { headers, ...init }),
  }
}

test('jobs are listed with when they run next and what came of the last run', async (t) => {
  const { call, jobs } = await billing(t)
  jobs.jobs = [
    {
      name: 'appointments',
      title: '予約患者の確認',
      schedule: '0 20 * * *',
      nextAt: null,
      current: jobRun({ id: 3, by: 'hand', startedAt: null, endedAt: null, ending: null }),
      last: jobRun({ ending: { is: 'failed', code: 'STORE_FULL' } }),
    },
  ]
  const { number, title, hint, action } = faults.STORE_FULL
  const at = '2026-04-01T20:00:00+09:00'
  assert.deepEqual(JSON.parse(await (await call('/v1/jobs')).text()), {
    items: [
      {
        name: 'appointments',
        title: '予約患者の確認',
        schedule: '0 20 * * *',
        nextAt: null,
        current: {
          ...{ id: 3, by: 'hand', dueAt: at, at, startedAt: null, endedAt: null },
          ...{ ending: null, result: {}, fault: null },
        },
        last: {
          ...{ id: 1, by: 'plan', dueAt: at, at, startedAt: at },
          ...{ endedAt: '2026-04-01T20:00:05+09:00', ending: 'failed', result: {} },
          fault: { code: 'STORE_FULL', number, title, detail: hint, action },
        },
      },
    ],
  })
})

test('a job is run by hand, in the name of who asks', async (t) => {
  const { call, jobs, consumer } = await billing(t)
  const response = await call('/v1/jobs/appointments/runs', { method: 'POST' })
  assert.equal(response.status, 202)
  const run = JSON.parse(await response.text())
  assert.deepEqual([run.id, run.by, run.startedAt, run.ending], [2, 'hand', null, null])
  assert.deepEqual(jobs.asked, [`${consumer.id} appointments`])
  const none = await problem(await call('/v1/jobs/nothing/runs', { method: 'POST' }))
  assert.equal(none['code'], 'NOT_FOUND')
  const wrong = await problem(await call('/v1/jobs/A%20B/runs', { method: 'POST' }))
  assert.equal(wrong['code'], 'REQUEST_INVALID')
})

test('on the control socket jobs are listed and run by the console', async () => {
  const jobs = new FakeJobs()
  const [status, listed] = (await jobRoute(jobs, 'GET /jobs')) ?? []
  assert.equal(status, 200)
  assert.match(JSON.stringify(listed), /"result":\{"asked":3\}/)
  const [accepted] = (await jobRoute(jobs, 'POST /jobs/appointments/runs')) ?? []
  assert.equal(accepted, 202)
  assert.deepEqual(jobs.asked, ['console appointments'])
  assert.equal(await jobRoute(jobs, 'POST /jobs/appointments'), undefined)
})
