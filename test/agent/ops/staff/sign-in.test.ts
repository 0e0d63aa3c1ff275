import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appOf, good, HOUR, MINUTE, refusalOf, staffBed } from './bed.ts'

const REFUSED = { code: 'SIGN_IN_REFUSED' }

test('a one-time code opens only into setting a secret, and after that no more', async (t) => {
  const bed = await staffBed(t)
  const { staff, oneTimeCode } = await bed.add()
  assert.match(oneTimeCode, /^([A-Z2-9]{4}-){3}[A-Z2-9]{4}$/)
  const { session, cookie } = await bed.signIn('受付 花子', oneTimeCode)
  assert.deepEqual([session.state(), session.staff.id], ['setting', staff.id])
  const done = await session.settle(good)
  assert.equal(done.session.state(), 'active')
  assert.equal(bed.sessions.find(cookie), undefined, 'the cookie of before')
  assert.equal(bed.sessions.find(done.cookie), done.session)
  await assert.rejects(bed.signIn('受付 花子', oneTimeCode), REFUSED)
  const again = await bed.signIn('受付 花子', good.secret)
  assert.equal(again.session.state(), 'active')
})

test('a one-time code lapses after 72 hours, and not before', async (t) => {
  const bed = await staffBed(t)
  const { oneTimeCode } = await bed.add()
  await bed.clock.advance(72 * HOUR - 1)
  assert.equal((await bed.signIn('受付 花子', oneTimeCode)).session.state(), 'setting')
  await bed.clock.advance(1)
  await assert.rejects(bed.signIn('受付 花子', oneTimeCode), REFUSED)
})

test('a name and a code are read as an input method writes them', async (t) => {
  const bed = await staffBed(t)
  const { oneTimeCode } = await bed.add('Ota 1')
  const wide = oneTimeCode.replaceAll('-', '').toLowerCase()
  assert.equal((await bed.signIn(' Ｏｔａ　１ ', wide)).session.state(), 'setting')
})

test('whatever is wrong, the answer is the same and one hash was computed for it', async (t) => {
  const bed = await staffBed(t)
  await bed.settled()
  await bed.add('未設定')
  await bed.settled('退職者')
  await bed.staff.disable('退職者', 'console')
  const { app } = await bed.settled('管理者', { role: 'it' }, true)
  await bed.settled('遠隔', { sources: ['10.8.0.0/24'] }, false, '10.8.0.5')
  await bed.clock.advance(HOUR)
  const attempts: [string, string, string, string][] = [
    ['受付 花子', 'wrong', '', 'a wrong secret'],
    ['誰でもない', good.secret, '', 'a wrong name'],
    ['退職者', good.secret, '', 'disabled'],
    ['未設定', good.secret, '', 'no secret yet'],
    ['管理者', good.secret, '', 'no code'],
    ['管理者', good.secret, '000000', 'a wrong code'],
    ['管理者', 'wrong', app?.() ?? '', 'a wrong secret with a right code'],
    ['遠隔', good.secret, '', 'from elsewhere'],
    ['', '', '', 'nothing'],
  ]
  const told = new Set<string>()
  for (const [name, secret, code, what] of attempts) {
    const before = bed.derived.length
    told.add(
      JSON.stringify(await refusalOf(bed.signIn(name, secret, code, `2001:db8:${told.size}::1`))),
    )
    assert.equal(bed.derived.length - before, 1, what)
    await bed.clock.advance(HOUR)
  }
  assert.equal(told.size, 1)
})

test('five wrong attempts are free, then a source waits ever longer, also with what is right', async (t) => {
  const bed = await staffBed(t)
  await bed.settled()
  const wrong = () => refusalOf(bed.signIn('受付 花子', 'wrong'))
  for (let n = 0; n < 5; n += 1) assert.equal((await wrong()).code, 'SIGN_IN_REFUSED')
  const waits: unknown[] = []
  for (let n = 0; n < 4; n += 1) {
    const right = await refusalOf(bed.signIn('受付 花子', good.secret))
    assert.equal(right.code, 'TOO_MANY_REQUESTS')
    const { retryAfterSeconds } = Object(right.facts)
    waits.push(retryAfterSeconds)
    await bed.clock.advance(retryAfterSeconds * 1_000)
    assert.equal((await wrong()).code, 'SIGN_IN_REFUSED')
  }
  assert.deepEqual(waits, [2, 4, 8, 16])
  assert.equal(
    (await bed.signIn('受付 花子', good.secret, '', '192.0.2.7')).session.state(),
    'active',
  )
  await bed.clock.advance(32_000)
  assert.equal((await bed.signIn('受付 花子', good.secret)).session.state(), 'active')
})

test('who knows a secret guesses no second factor from many sources, and its owner comes in after the wait', async (t) => {
  const bed = await staffBed(t)
  const { app } = await bed.settled('管理者', { role: 'it' }, true)
  await bed.clock.advance(HOUR)
  const guess = (n: number) =>
    refusalOf(bed.signIn('管理者', good.secret, '000000', `192.0.2.${n}`))
  for (let n = 0; n < 5; n += 1) {
    assert.equal((await guess(n)).code, 'SIGN_IN_REFUSED')
    await bed.clock.advance(HOUR)
  }
  assert.equal((await guess(5)).code, 'SIGN_IN_REFUSED')
  const { code, facts } = await refusalOf(
    bed.signIn('管理者', good.secret, app?.() ?? '', '192.0.2.6'),
  )
  assert.equal(code, 'TOO_MANY_REQUESTS')
  await bed.clock.advance(Number(Object(facts).retryAfterSeconds) * 1_000)
  const { session } = await bed.signIn('管理者', good.secret, app?.() ?? '', '192.0.2.6')
  assert.equal(session.state(), 'active')
})

test('who was not let in is in the audit: as whom, from where, and nothing of what was typed', async (t) => {
  const bed = await staffBed(t)
  const { staff, session } = await bed.settled()
  await refusalOf(bed.signIn('受付 花子', 'wrong'))
  await refusalOf(bed.signIn(good.secret, '受付 花子', '', '192.0.2.7'))
  await session.lock()
  await refusalOf(session.unlock('0000', '192.0.2.8'))
  const { app, staff: it } = await bed.settled('管理者', { role: 'it' }, true)
  await refusalOf(bed.signIn('管理者', good.secret, app?.()))
  assert.deepEqual(await bed.refusals(), [
    `sign-in-refused ${staff.id} 127.0.0.1`,
    'sign-in-refused nobody 192.0.2.7',
    `unlock-refused ${staff.id} 192.0.2.8`,
    `sign-in-refused ${it.id} 127.0.0.1`,
  ])
})

test('many attempts at once are no more attempts than one after the other', async (t) => {
  const bed = await staffBed(t)
  await bed.settled()
  const before = bed.derived.length
  const attempts = Array.from({ length: 30 }, () => refusalOf(bed.signIn('受付 花子', 'wrong')))
  const codes = (await Promise.all(attempts)).map(({ code }) => code)
  assert.equal(codes.filter((code) => code === 'SIGN_IN_REFUSED').length, 5)
  assert.equal(bed.derived.length - before, 5)
})

test('each of ten recovery codes opens once, in place of the secret, into setting a new one', async (t) => {
  const bed = await staffBed(t)
  const { recoveryCodes } = await bed.settled()
  assert.equal(new Set(recoveryCodes).size, 10)
  const [first = '', second = ''] = recoveryCodes
  const left = () => bed.staff.list()[0]?.recoveryCodesLeft
  assert.equal((await bed.signIn('受付 花子', first)).session.state(), 'setting')
  assert.equal(left(), 9)
  await assert.rejects(bed.signIn('受付 花子', first), REFUSED)
  const { session } = await bed.signIn('受付 花子', second.toLowerCase())
  const renewed = await session.settle({ secret: 'ginga tetsudou no yoru', pin: '1397' })
  assert.equal(left(), 10)
  for (const old of recoveryCodes.slice(2, 4))
    await assert.rejects(bed.signIn('受付 花子', old), REFUSED)
  await assert.rejects(bed.signIn('受付 花子', good.secret), REFUSED)
  assert.equal(
    renewed.recoveryCodes.some((code) => recoveryCodes.includes(code)),
    false,
  )
})

test('two who bring the same recovery code at the same moment: one is let in', async (t) => {
  const bed = await staffBed(t)
  const [code = ''] = (await bed.settled()).recoveryCodes
  const both = await Promise.allSettled([
    bed.signIn('受付 花子', code),
    bed.signIn('受付 花子', code),
  ])
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('with a second factor, secret and code are both needed; a recovery code replaces one of them', async (t) => {
  const bed = await staffBed(t)
  const { app, recoveryCodes } = await bed.settled('管理者', { role: 'it' }, true)
  const [first = '', second = '', third = ''] = recoveryCodes
  await bed.clock.advance(MINUTE)
  assert.equal((await bed.signIn('管理者', good.secret, app?.())).session.state(), 'active')
  assert.equal((await bed.signIn('管理者', good.secret, first)).session.state(), 'setting')
  await bed.clock.advance(MINUTE)
  assert.equal((await bed.signIn('管理者', second, app?.())).session.state(), 'setting')
  await assert.rejects(bed.signIn('管理者', third, third), REFUSED)
  await assert.rejects(bed.signIn('管理者', third, ''), REFUSED)
})

test('a code of the second factor opens once, also within its half minute and its neighbours', async (t) => {
  const bed = await staffBed(t)
  const { app } = await bed.settled('管理者', { role: 'it' }, true)
  await assert.rejects(bed.signIn('管理者', good.secret, app?.()), REFUSED, 'it confirmed the app')
  await bed.clock.advance(30_000)
  const late = app?.()
  await bed.clock.advance(30_000)
  assert.equal((await bed.signIn('管理者', good.secret, late)).session.state(), 'active')
  await assert.rejects(bed.signIn('管理者', good.secret, late), REFUSED)
  const both = await Promise.allSettled(
    [1, 2].map(() => bed.signIn('管理者', good.secret, app?.())),
  )
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('a clock that was far off takes no code of the app until it is right; a recovery code gets in', async (t) => {
  const bed = await staffBed(t)
  const { app, recoveryCodes } = await bed.settled('管理者', { role: 'it' }, true)
  const [first = ''] = recoveryCodes
  const ahead = 30 * 24 * HOUR
  await bed.clock.advance(MINUTE)
  const right = app?.() ?? ''
  await bed.clock.stall(ahead)
  await assert.rejects(bed.signIn('管理者', good.secret, right), REFUSED, 'ahead')
  assert.equal((await bed.signIn('管理者', good.secret, app?.())).session.state(), 'active')
  await bed.clock.stall(-ahead)
  await assert.rejects(bed.signIn('管理者', good.secret, app?.()), REFUSED, 'a later one was taken')
  const { session } = await bed.signIn('管理者', good.secret, first)
  const scanned = appOf(session.secondFactor().secret, bed.clock)
  await session.settle({ secret: 'ginga tetsudou no yoru', pin: '1397', code: scanned() })
  await bed.clock.advance(MINUTE)
  const { session: again } = await bed.signIn('管理者', 'ginga tetsudou no yoru', scanned())
  assert.equal(again.state(), 'active')
})

test('clinic IT chooses a second factor before anything; others may', async (t) => {
  const bed = await staffBed(t)
  const { oneTimeCode } = await bed.add('管理者', { role: 'it' })
  const { session } = await bed.signIn('管理者', oneTimeCode)
  const NEEDED = { code: 'SECOND_FACTOR_NEEDED' }
  await assert.rejects(session.settle(good), NEEDED)
  await assert.rejects(session.settle({ ...good, code: '123456' }), NEEDED, 'nothing was scanned')
  const { secret, uri } = session.secondFactor()
  assert.match(uri, /^otpauth:\/\/totp\/onshi-agent:%E7%AE%A1/)
  assert.equal(session.secondFactor().secret, secret, 'a reload shows the same')
  await assert.rejects(session.settle({ ...good, code: '123456' }), NEEDED)
  const { hasSecondFactor } = (await bed.settled('受付 二', {}, true)).session.staff
  assert.equal(hasSecondFactor, true)
})
