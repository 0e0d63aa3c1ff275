import assert from 'node:assert/strict'
import { test } from 'node:test'
import { good, HERE, HOUR, MINUTE, refusalOf, staffBed } from './bed.ts'

const REFUSED = { code: 'SIGN_IN_REFUSED' }

test('a session locks itself after ten idle minutes, tells who listens, and opens to the PIN', async (t) => {
  const bed = await staffBed(t)
  const { session } = await bed.settled()
  const told: string[] = []
  session.onChange(() => told.push(session.state()))
  await bed.clock.advance(10 * MINUTE - 1)
  session.touch()
  await bed.clock.advance(10 * MINUTE - 1)
  assert.deepEqual([session.state(), told], ['active', []])
  await bed.clock.advance(1)
  assert.deepEqual(told, ['locked'])
  session.touch()
  assert.equal(session.state(), 'locked', 'what comes of a locked page unlocks nothing')
  await assert.rejects(session.unlock('0000', HERE), REFUSED)
  await session.unlock('２５８０', HERE)
  assert.deepEqual(told, ['locked', 'active'])
  await bed.clock.advance(10 * MINUTE)
  assert.deepEqual(told, ['locked', 'active', 'locked'], 'it locks itself again')
})

test('the clock alone decides: a process that stood still leaves nothing open', async (t) => {
  const bed = await staffBed(t)
  const { cookie } = await bed.settled()
  const stalled = bed.clock.stall(10 * MINUTE)
  assert.equal(bed.sessions.find(cookie)?.state(), 'locked')
  await stalled
})

test('the fifth wrong PIN ends the session, also where they come all at once', async (t) => {
  const bed = await staffBed(t)
  for (const atOnce of [false, true]) {
    const { session, cookie } = await bed.settled(atOnce ? '受付 一' : '受付 二')
    await session.lock()
    const codes: unknown[] = []
    const attempt = async (pin: string, n: number) =>
      void codes.push((await refusalOf(session.unlock(pin, `198.51.100.${n}`))).code)
    if (atOnce) await Promise.all(['1', '2', '3', '4', '5', '2580'].map(attempt))
    else for (const [n, pin] of ['1', '2', '3', '4', '5', '2580'].entries()) await attempt(pin, n)
    assert.equal(codes.filter((code) => code === 'SIGN_IN_REFUSED').length, 4)
    assert.equal(codes.filter((code) => code === 'SESSION_ENDED').length, 2)
    assert.equal(bed.sessions.find(cookie), undefined)
  }
})

test('slips of others behind one address keep nobody from unlocking, nor from signing in', async (t) => {
  const bed = await staffBed(t)
  const { session } = await bed.settled('受付 一')
  for (let n = 0; n < 4; n += 1) {
    const { session: other } = await bed.settled(`受付 ${n}`)
    await other.lock()
    for (const pin of ['1', '2']) await assert.rejects(other.unlock(pin, HERE), REFUSED)
  }
  assert.equal((await bed.signIn('受付 一', good.secret)).session.state(), 'active')
  for (let n = 0; n < 5; n += 1) await assert.rejects(bed.signIn('受付 一', 'wrong'), REFUSED)
  assert.equal((await refusalOf(bed.signIn('受付 一', good.secret))).code, 'TOO_MANY_REQUESTS')
  await session.lock()
  await session.unlock(good.pin, HERE)
  assert.equal(session.state(), 'active')
})

test('a full disk opens nothing, and leaves everybody the tries that they had', async (t) => {
  const bed = await staffBed(t)
  const FULL = { code: 'STORE_FULL' }
  const { session } = await bed.settled()
  bed.disk.isFull = true
  await assert.rejects(session.lock(), FULL)
  assert.equal(session.state(), 'locked', 'it locks all the same')
  for (let n = 0; n < 6; n += 1) {
    await assert.rejects(session.unlock(good.pin, HERE), FULL)
    await assert.rejects(bed.signIn('受付 花子', good.secret), FULL)
  }
  assert.equal(session.state(), 'locked')
  for (let n = 0; n < 5; n += 1)
    await assert.rejects(bed.signIn('受付 花子', 'wrong', '', '192.0.2.1'), FULL, 'tells nothing')
  await assert.rejects(bed.signIn('受付 花子', 'wrong', '', '192.0.2.1'), {
    code: 'TOO_MANY_REQUESTS',
  })
  for (let n = 0; n < 5; n += 1) await assert.rejects(session.unlock('0000', HERE), FULL)
  assert.equal(session.state(), 'ended', 'five wrong ones end it all the same')
  bed.disk.isFull = false
  assert.equal((await bed.signIn('受付 花子', good.secret)).session.state(), 'active')
})

test('a sign-out that a full disk did not take is one until a restart, and a locked session after it', async (t) => {
  const bed = await staffBed(t)
  const { session, cookie } = await bed.settled()
  bed.disk.isFull = true
  await assert.rejects(session.signOut(), { code: 'STORE_FULL' })
  assert.equal(bed.sessions.find(cookie), undefined)
  bed.disk.isFull = false
  await bed.restart()
  const back = bed.sessions.find(cookie)
  assert.equal(back?.state(), 'locked')
  await back?.signOut()
  await bed.restart()
  assert.equal(bed.sessions.find(cookie), undefined)
})

test('a clock that is set back keeps no session open for longer than one lasts', async (t) => {
  const bed = await staffBed(t)
  const { session, cookie } = await bed.settled()
  await bed.clock.stall(-365 * 24 * HOUR)
  assert.equal(session.state(), 'active')
  await bed.clock.advance(12 * HOUR)
  assert.equal(bed.sessions.find(cookie), undefined)
})

test('twelve hours after signing in everybody signs in anew, however busy the page was', async (t) => {
  const bed = await staffBed(t)
  const { session, cookie } = await bed.settled()
  const told: string[] = []
  session.onChange(() => told.push(session.state()))
  for (let n = 0; n < 12 * 12; n += 1) {
    assert.equal(session.state(), 'active')
    session.touch()
    await bed.clock.advance(5 * MINUTE)
  }
  assert.deepEqual(told, ['ended'])
  assert.equal(bed.sessions.find(cookie), undefined)
})

test('after a restart everybody is signed in still, and locked; with the same token', async (t) => {
  const bed = await staffBed(t)
  const { session, cookie, staff } = await bed.settled()
  const { cookie: gone } = await bed.settled('受付 次郎')
  await bed.sessions.find(gone)?.signOut()
  await bed.restart()
  const found = bed.sessions.find(cookie)
  assert.deepEqual(
    [found?.state(), found?.staff.id, found?.token],
    ['locked', staff.id, session.token],
  )
  assert.equal(bed.sessions.find(gone), undefined)
  await found?.unlock(good.pin, HERE)
  assert.equal(found?.state(), 'active')
  await bed.clock.advance(12 * HOUR)
  await bed.restart()
  assert.equal(bed.sessions.find(cookie), undefined, 'too old')
})

test('disabling and resetting end what is signed in, at once, and tell who listens', async (t) => {
  const bed = await staffBed(t)
  for (const verb of ['disable', 'reset'] as const) {
    const { session, cookie, staff } = await bed.settled(verb)
    const { cookie: other } = await bed.signIn(verb, good.secret)
    const told: string[] = []
    session.onChange(() => told.push(session.state()))
    await bed.staff[verb](staff.id, 'console')
    assert.deepEqual(told, ['ended'])
    assert.deepEqual([bed.sessions.find(cookie), bed.sessions.find(other)], [undefined, undefined])
    await assert.rejects(bed.signIn(verb, good.secret), REFUSED)
    await bed.restart()
    assert.equal(bed.sessions.find(cookie), undefined)
    await bed.clock.advance(HOUR)
  }
})

test('who sets a new secret is signed out wherever the old one had let them in', async (t) => {
  const bed = await staffBed(t)
  const { session, cookie, recoveryCodes } = await bed.settled()
  const { session: stranger } = await bed.settled('受付 次郎')
  const told: string[] = []
  session.onChange(() => told.push(session.state()))
  const { session: setting } = await bed.signIn('受付 花子', recoveryCodes[0] ?? '')
  const anew = { secret: 'yamanami no fumoto', pin: '1397' }
  const { session: now } = await setting.settle(anew)
  assert.deepEqual([told, bed.sessions.find(cookie)], [['ended'], undefined])
  assert.deepEqual([now.state(), stranger.state()], ['active', 'active'])
})

test('who is disabled or reset in the moment in which they come in is out', async (t) => {
  const bed = await staffBed(t)
  for (const verb of ['disable', 'reset'] as const) {
    const { staff } = await bed.settled(`入室 ${verb}`)
    bed.disk.after = async () => void (await bed.staff[verb](staff.id, 'console'))
    await assert.rejects(bed.signIn(staff.name, good.secret), REFUSED)
    const { staff: setting, oneTimeCode } = await bed.add(`設定 ${verb}`)
    const { session } = await bed.signIn(setting.name, oneTimeCode)
    bed.disk.after = async () => void (await bed.staff[verb](setting.id, 'console'))
    await assert.rejects(session.settle(good), { code: 'SESSION_ENDED' })
  }
})

test('who is reset while they choose a secret has chosen none', async (t) => {
  const bed = await staffBed(t)
  const { oneTimeCode } = await bed.add()
  const { session } = await bed.signIn('受付 花子', oneTimeCode)
  const { oneTimeCode: second } = await bed.staff.reset('受付 花子', 'console')
  await assert.rejects(session.settle(good), { code: 'FORBIDDEN' })
  await assert.rejects(bed.signIn('受付 花子', good.secret), REFUSED)
  assert.equal((await bed.signIn('受付 花子', second)).session.state(), 'setting')
})

test('what is too weak is named by its field, and nothing is kept', async (t) => {
  const bed = await staffBed(t)
  const { oneTimeCode } = await bed.add()
  const { session } = await bed.signIn('受付 花子', oneTimeCode)
  const before = bed.derived.length
  await assert.rejects(session.settle({ secret: 'short', pin: '1111' }), (error) => {
    assert.ok(error instanceof Error && 'mistakes' in error && Array.isArray(error.mistakes))
    assert.deepEqual(
      error.mistakes.map(({ field }) => field),
      ['secret', 'pin'],
    )
    return true
  })
  assert.deepEqual([session.state(), bed.derived.length], ['setting', before])
})

test('who is setting can be neither locked nor unlocked, and is out after ten idle minutes', async (t) => {
  const bed = await staffBed(t)
  const { oneTimeCode } = await bed.add()
  const { session, cookie } = await bed.signIn('受付 花子', oneTimeCode)
  await session.lock()
  assert.equal(session.state(), 'setting')
  await assert.rejects(session.unlock('2580', HERE), { code: 'FORBIDDEN' })
  await bed.clock.advance(10 * MINUTE)
  assert.equal(bed.sessions.find(cookie), undefined)
})

test('everything that changes who may come in is in the audit, with who did it', async (t) => {
  const bed = await staffBed(t)
  const { session, staff } = await bed.settled()
  await session.lock()
  await session.unlock(good.pin, HERE)
  await bed.clock.advance(10 * MINUTE)
  await session.unlock(good.pin, HERE)
  await session.signOut()
  await bed.signIn('受付 花子', good.secret)
  await bed.staff.reset(staff.id, 'staff-of-it')
  await bed.staff.disable(staff.id, 'staff-of-it')
  const own = (action: string) => `${staff.id} ${action}`
  assert.deepEqual(await bed.audited(), [
    'console staff-add',
    own('sign-in-to-set'),
    own('staff-secret'),
    own('lock'),
    own('unlock'),
    own('lock'),
    own('unlock'),
    own('sign-out'),
    own('sign-in'),
    'staff-of-it staff-reset',
    'staff-of-it staff-disable',
  ])
})

test('no name, secret, PIN or code is in a log, an error or in clear in the database', async (t) => {
  const bed = await staffBed(t)
  const { oneTimeCode, staff } = await bed.add('秘密 花子')
  const { session } = await bed.signIn('秘密 花子', oneTimeCode)
  const { secret: key } = session.secondFactor()
  const { recoveryCodes, cookie } = await session.settle(good)
  const wrong = await refusalOf(bed.signIn('秘密 花子', `${good.secret}!`))
  const kept = bed.store.staff.credentials(staff.id)
  const said = JSON.stringify([bed.log, wrong])
  for (const needle of ['秘密', good.secret, oneTimeCode, key, cookie, ...recoveryCodes])
    assert.equal(said.includes(needle), false, needle)
  const inStore = JSON.stringify([
    kept?.secret,
    kept?.pin,
    kept?.oneTime,
    bed.store.staff.sessions(),
  ])
  for (const needle of [good.secret, good.pin, oneTimeCode, cookie, ...recoveryCodes])
    assert.equal(inStore.includes(needle), false, needle)
})

test('names are unique among who may sign in, and free again after that', async (t) => {
  const bed = await staffBed(t)
  const { staff } = await bed.add()
  await assert.rejects(bed.add(), { code: 'STAFF_DUPLICATE' })
  await bed.staff.disable('受付 花子', 'console')
  await bed.clock.advance(1)
  const { staff: second } = await bed.add()
  assert.notEqual(second.id, staff.id)
  await assert.rejects(bed.staff.disable(staff.id, 'console'), { code: 'NOT_FOUND' })
  await assert.rejects(bed.staff.reset('誰か', 'console'), { code: 'NOT_FOUND' })
  assert.deepEqual(
    bed.staff.list().map(({ disabledAt }) => disabledAt !== null),
    [true, false],
  )
})
