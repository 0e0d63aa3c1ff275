import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { reportOf } from '../../../../agent/api/vendor-report.ts'
import { appOf, good, HERE, HOUR, MINUTE, staffBed } from './bed.ts'

const CLOSED = { code: 'VENDOR_CLOSED' }
const wanted = { minutes: 60, reason: '回線の調査', plan: 'M-2026-041' }
const clerk = { id: 'staff-0123456789ab', name: '受付 花子' }

/** Somebody of the support vendor who has set everything, in a window that is over. */
async function vendorBed(t: TestContext) {
  const bed = await staffBed(t)
  const window = await bed.vendor.open(wanted, clerk)
  const { app, staff } = await bed.settled('保守 太郎', { role: 'vendor' }, true)
  assert.ok(app !== undefined)
  await bed.vendor.shut(window.id, clerk)
  await bed.clock.advance(MINUTE)
  const comeIn = () => bed.signIn('保守 太郎', good.secret, app())
  return { bed, app, staff, comeIn, first: window }
}

test('nobody of the vendor comes in until it is opened; whoever guesses is told nothing of it', async (t) => {
  const { bed, app, comeIn } = await vendorBed(t)
  await assert.rejects(comeIn(), CLOSED)
  await assert.rejects(bed.signIn('保守 太郎', 'wrong', app()), { code: 'SIGN_IN_REFUSED' })
  await assert.rejects(bed.signIn('保守 太郎', good.secret), { code: 'SIGN_IN_REFUSED' })
  await bed.vendor.open(wanted, clerk)
  assert.equal((await comeIn()).session.state(), 'active')
})

test('without a second factor nobody of the vendor has a session, nor with a password that is short', async (t) => {
  const bed = await staffBed(t)
  await bed.vendor.open(wanted, clerk)
  const { oneTimeCode } = await bed.add('保守 太郎', { role: 'vendor' })
  const { session } = await bed.signIn('保守 太郎', oneTimeCode)
  await assert.rejects(session.settle(good), { code: 'SECOND_FACTOR_NEEDED' })
  const code = appOf(session.secondFactor().secret, bed.clock)
  const short = { ...good, secret: 'kujira 9 ra' }
  await assert.rejects(session.settle({ ...short, code: code() }), { code: 'SECRET_WEAK' })
  const it = await bed.add('院内 太郎', { role: 'it' })
  const { session: other } = await bed.signIn('院内 太郎', it.oneTimeCode)
  const own = appOf(other.secondFactor().secret, bed.clock)
  await other.settle({ ...short, code: own() })
})

test('closing ends every session of the vendor at once, and nobody else’s', async (t) => {
  const { bed, comeIn } = await vendorBed(t)
  const { session: own } = await bed.settled('受付 花子')
  const window = await bed.vendor.open(wanted, clerk)
  const { session, cookie } = await comeIn()
  const told: string[] = []
  session.onChange(() => told.push(session.state()))
  await bed.vendor.shut(window.id, clerk)
  assert.deepEqual([told, session.state()], [['ended'], 'ended'])
  assert.equal(bed.sessions.find(cookie), undefined)
  assert.equal(own.state(), 'active')
  assert.equal(bed.store.staff.sessions().length, 1)
})

test('it ends by itself with its time, also for a process that stood still and a clock that was set', async (t) => {
  const { bed, comeIn } = await vendorBed(t)
  const window = await bed.vendor.open(wanted, clerk)
  const { session } = await comeIn()
  const told: string[] = []
  session.onChange(() => told.push(session.state()))
  await bed.clock.advance(9 * MINUTE)
  session.touch()
  await bed.clock.advance(0)
  const stalled = bed.clock.stall(52 * MINUTE)
  assert.equal(session.state(), 'ended')
  await stalled
  assert.ok(told.includes('ended'))
  while (bed.vendor.find(window.id)?.closedAt === null) await bed.clock.advance(0)
  const ended = bed.vendor.find(window.id)
  assert.deepEqual([ended?.closedBy, ended?.closedAt], ['agent', window.until])
  await assert.rejects(comeIn(), CLOSED)
})

test('a restart within the window keeps it, behind the lock; one after it does not', async (t) => {
  const { bed, comeIn } = await vendorBed(t)
  await bed.vendor.open(wanted, clerk)
  const { cookie } = await comeIn()
  await bed.restart()
  assert.ok(bed.vendor.isOpen())
  const session = bed.sessions.find(cookie)
  assert.equal(session?.state(), 'locked')
  await session?.unlock(good.pin, HERE)
  assert.equal(session?.state(), 'active')
  const closing = bed.restart()
  await closing
  await bed.clock.stall(HOUR)
  await bed.restart()
  assert.ok(!bed.vendor.isOpen())
  assert.equal(bed.sessions.find(cookie), undefined)
  assert.deepEqual(bed.conditions.showing(), [])
})

test('one window at a time, each with its reason; the condition says until when', async (t) => {
  const bed = await staffBed(t)
  await bed.vendor.open(wanted, clerk)
  assert.deepEqual(
    bed.conditions.showing().map(({ code }) => code),
    ['VENDOR_ACCESS_OPEN'],
  )
  await assert.rejects(bed.vendor.open(wanted, clerk), { code: 'VENDOR_OPEN' })
  await bed.clock.advance(HOUR)
  assert.deepEqual(bed.conditions.showing(), [])
  await bed.vendor.open(wanted, clerk)
  assert.equal(bed.vendor.list().length, 2)
})

test('a full disk lets nobody in, and keeps nobody in', async (t) => {
  const { bed, comeIn } = await vendorBed(t)
  const window = await bed.vendor.open(wanted, clerk)
  const { session } = await comeIn()
  bed.disk.isFull = true
  await assert.rejects(bed.vendor.acted('x', 'GET /health'), { code: 'STORE_FULL' })
  await assert.rejects(bed.vendor.shut(window.id, clerk), { code: 'STORE_FULL' })
  assert.deepEqual([bed.vendor.isOpen(), session.state()], [false, 'ended'])
  bed.disk.isFull = false
  await bed.clock.advance(2 * MINUTE)
  while (bed.vendor.find(window.id)?.closedAt === null) await bed.clock.advance(MINUTE)
})

test('the report has who, from when to when, why, and each thing that was done, as the audit has it', async (t) => {
  const { bed, comeIn, staff } = await vendorBed(t)
  await bed.settled('受付 花子')
  const window = await bed.vendor.open(wanted, clerk)
  await assert.rejects(bed.vendor.confirm(window.id, clerk), { code: 'VENDOR_REPORT_EARLY' })
  await assert.rejects(bed.signIn('保守 太郎', 'wrong'))
  await bed.clock.advance(MINUTE)
  const { session } = await comeIn()
  for (const route of ['GET /v1/lines', 'GET /v1/lines', 'GET /health'])
    await bed.vendor.acted(staff.id, route)
  await bed.staff.add({ name: '受付 二', role: 'reception', sources: [] }, 'console')
  await session.signOut()
  const live = bed.vendor.actions(window.id)
  await bed.vendor.shut(window.id, clerk)
  await bed.vendor.acted(staff.id, 'GET /metrics')
  const kept = bed.vendor.actions(window.id)
  assert.deepEqual(kept, live, 'what comes later is not in it')
  const confirmed = await bed.vendor.confirm(window.id, { id: 'staff-it', name: '院内 太郎' })
  assert.equal(confirmed.confirmedBy, '院内 太郎')
  const again = await bed.vendor.confirm(window.id, clerk)
  assert.equal(again.confirmedBy, '院内 太郎', 'the first one stays')
  const shown = {
    ...window,
    openedAt: '',
    until: '',
    isOpen: false,
    closedAt: '',
    closedBy: '',
    confirmedAt: null,
    confirmedBy: null,
  }
  const names = new Map(bed.staff.list().map(({ id, name }) => [id, name]))
  const { actions, changes } = reportOf(shown, kept, names)
  assert.deepEqual(
    actions.map(({ by, title, count }) => `${by} ${title} ${count}`),
    [
      '保守 太郎 サインインに失敗した 1',
      '保守 太郎 サインインした 1',
      '保守 太郎 回線の状態を見た 2',
      '保守 太郎 装置全体の状態を見た 1',
      'console 職員を登録した 1',
      '保守 太郎 サインアウトした 1',
    ],
  )
  assert.deepEqual(
    changes.map(({ action }) => action),
    ['staff-add'],
  )
  const audited = await bed.audited()
  for (const action of ['vendor-open', 'vendor-close', 'vendor-confirm'])
    assert.ok(
      audited.some((one) => one.endsWith(action)),
      action,
    )
})
