import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { auditJob, checkAuditAtStart, watchAudit } from '../../../agent/ops/audit-watch.ts'
import type { VerifiedRecord } from '../../../agent/store/audit-changes.ts'
import type { TrailFault, TrailReport } from '../../../agent/store/audit-report.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { recordingLog } from '../../fakes/log.ts'

const HOUR_MS = 60 * 60 * 1_000
const DAY_MS = 24 * HOUR_MS

const report = (faults: readonly TrailFault[], isFromBeginning: boolean): TrailReport => ({
  isWhole: faults.length === 0,
  faults,
  notices: [],
  checked: 3,
  first: { seq: 1, at: 0 },
  last: { seq: 3, at: 0 },
  hash: '00',
  anchorLines: 1,
  anchoredSeq: 3,
  waiting: 0,
  isFromBeginning,
})

/** A trail that is as `faults` says. */
function bed() {
  const clock = new FakeClock()
  const conditions = new Conditions(clock)
  const looks: boolean[] = []
  let faults: readonly TrailFault[] = []
  let verified: VerifiedRecord | null = null
  let failing: AgentError | null = null
  const trail = {
    verified: () => verified,
    close: async () => {},
    async verify(isWhole: boolean) {
      looks.push(isWhole)
      if (failing !== null) throw failing
      if (faults.length === 0)
        verified = {
          seq: 3,
          hash: '00',
          at: clock.now(),
          wholeAt: isWhole ? clock.now() : (verified?.wholeAt ?? 0),
        }
      return report(faults, isWhole)
    },
  }
  const parts = { trail, conditions, clock, log: recordingLog() }
  return {
    clock,
    conditions,
    looks,
    parts,
    job: auditJob('20 3 * * *', parts),
    break: (told: readonly TrailFault[]) => {
      faults = told
    },
    fail: (code: 'STORE_FAILED' | 'STORE_CORRUPT' | 'SHUTTING_DOWN' | null) => {
      failing = code && new AgentError(code, 'as told')
    },
    codes: () => conditions.showing().map(({ code, severity }) => `${severity} ${code}`),
  }
}
const context = (isByHand = false) => ({
  dueAt: 0,
  isByHand,
  resumeFrom: null,
  signal: new AbortController().signal,
})

test('each night what is new is looked at, each week everything, and by hand everything', async () => {
  const { clock, job, looks, codes } = bed()
  for (let night = 0; night < 8; night += 1) {
    await job.run(context())
    await clock.advance(DAY_MS)
  }
  assert.deepEqual(looks, [true, false, false, false, false, false, false, true])
  await job.run(context(true))
  assert.equal(looks.at(-1), true)
  assert.deepEqual(codes(), ['pass AUDIT_VERIFIED'])
})

test('a look that does not come to its end is told until one does, and one that a stop cut is not', async () => {
  const { job, conditions, codes, fail } = bed()
  fail('SHUTTING_DOWN')
  await assert.rejects(job.run(context()), { code: 'SHUTTING_DOWN' })
  assert.deepEqual(codes(), [])
  fail('STORE_FAILED')
  await assert.rejects(job.run(context()), { code: 'STORE_FAILED' })
  assert.deepEqual(codes(), ['warn AUDIT_UNVERIFIED'])
  assert.deepEqual(conditions.showing()[0]?.facts, { code: 'STORE_FAILED' })
  fail(null)
  await job.run(context())
  assert.deepEqual(codes(), ['pass AUDIT_VERIFIED'])
})

test('a trail that is broken fails health with its place until it is whole again', async () => {
  const { job, conditions, codes, break: breakIt } = bed()
  breakIt([{ kind: 'changed', place: 'record 4' }])
  await job.run(context())
  assert.deepEqual(codes(), ['fail AUDIT_BROKEN'])
  assert.deepEqual(conditions.showing()[0]?.facts, { kind: 'changed', place: 'record 4' })
  breakIt([])
  await job.run(context())
  assert.deepEqual(codes(), ['pass AUDIT_VERIFIED'])
})

test('a start looks at what is new', async () => {
  const { parts, looks, codes } = bed()
  await checkAuditAtStart(parts, (bug) => assert.fail(String(bug))).close()
  assert.deepEqual(looks, [false])
  assert.deepEqual(codes(), ['pass AUDIT_VERIFIED'])
})

test('a start that could not look, as the disk did not read, looks again until it could', async () => {
  const { parts, clock, looks, codes, fail } = bed()
  fail('STORE_CORRUPT')
  const check = checkAuditAtStart(parts, (bug) => assert.fail(String(bug)))
  await clock.advance(0)
  assert.deepEqual(codes(), ['warn AUDIT_UNVERIFIED'])
  fail(null)
  await clock.advance(HOUR_MS)
  assert.deepEqual(codes(), ['pass AUDIT_VERIFIED'])
  assert.deepEqual(looks, [false, false], 'and no more once it could')
  await check.close()
})

test('a stop waits for no look that would come', async () => {
  const { parts, clock, looks, fail } = bed()
  fail('STORE_CORRUPT')
  const check = checkAuditAtStart(parts, (bug) => assert.fail(String(bug)))
  await clock.advance(0)
  await check.close()
  await clock.advance(HOUR_MS)
  assert.equal(looks.length, 1)
})

test('a reserve in use and an anchor that takes nothing are told, and cleared by themselves', async () => {
  const { clock, conditions, codes } = bed()
  const observe = watchAudit(conditions, 4 * 1024 * 1024)
  observe.reserve(1_500)
  observe.anchor('second', 'ENOENT')
  await clock.advance(60_000)
  assert.deepEqual(codes(), ['warn AUDIT_RESERVE_IN_USE', 'warn AUDIT_ANCHOR_FAILING'])
  assert.deepEqual(conditions.showing()[0]?.facts, { usedKib: 2, roomKib: 4_096 })
  observe.reserve(0)
  observe.anchor('second', null)
  assert.deepEqual(codes(), [])
})
