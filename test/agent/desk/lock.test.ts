import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Session } from '../../../agent/api/desk-shapes.ts'
import { axeViolations } from '../../bed/axe.ts'
import { closeBrowser, noBrowser } from '../../bed/browser.ts'
import { type Hands, openHands, textOf } from '../../bed/desk-hands.ts'
import { Refusal, sessionOf, stateOf } from '../../bed/desk-stage.ts'

const skip = noBrowser
after(closeBrowser)

const NAME = '見本 花子'
const PIN = '4711'
const refusal = (code: string, number: string, title: string) =>
  new Refusal(401, { code, number, title, action: '入力し直してください。' })

/** An agent that locks and unlocks one session, and a page that shows a name. */
async function atWork(t: {
  after(done: () => Promise<void>): void
}): Promise<Hands & { end(): void; lockThere(): void }> {
  let session: Session = { ...sessionOf('it'), lockSeconds: 600 }
  const become = (state: 'locked' | 'active') => {
    session = { ...session, state }
    return session
  }
  const member = { id: 'staff-2', name: NAME, role: 'ward', roleTitle: '病棟・看護', sources: [] }
  const times = { createdAt: '2026-01-05T09:00:00+09:00', disabledAt: null, usedAt: null }
  const secrets = { hasSecret: true, hasSecondFactor: false, recoveryCodesLeft: 9 }
  const hands = await openHands(t, {
    at: '/staff',
    answers: {
      'GET /desk/session': () => session,
      'DELETE /desk/session': () => {
        session = { ...session, state: 'signed-out', staff: null, token: null, may: [] }
        return session
      },
      'POST /desk/session/lock': () => become('locked'),
      'POST /desk/session/unlock': ({ body }: { body: unknown }) =>
        JSON.stringify(body) === JSON.stringify({ pin: PIN })
          ? become('active')
          : refusal('SIGN_IN_REFUSED', 'E641', '違います。'),
      'POST /desk/session/touch': () => session,
      'GET /desk/staff': () =>
        session.state === 'active'
          ? { items: [{ ...member, ...times, ...secrets, unusedFor90Days: false }] }
          : refusal('DESK_LOCKED', 'E642', '画面がロックされています。'),
    },
  })
  await hands.press('Alt+2')
  await hands.page.getByText(NAME).waitFor()
  return {
    ...hands,
    lockThere: () => void become('locked'),
    end: () => {
      session = { ...session, state: 'signed-out', staff: null, token: null, may: [] }
    },
  }
}

const isBlank = async ({ page }: Hands) => {
  await page.getByRole('heading', { name: 'ロック中' }).waitFor()
  assert.equal((await page.content()).includes(NAME), false)
}

test('the lock blanks the page at once; the PIN brings the same person back', {
  skip,
}, async (t) => {
  const hands = await atWork(t)
  const { page, press, type, focused, counted, errors } = hands
  await page.getByLabel('接続元').focus()
  await press('Alt+l')
  await isBlank(hands)
  await counted('POST /desk/session/lock', 1)
  assert.equal(await focused(), 'pin')
  assert.match(await textOf(page.locator('main')), /受付 見本（院内IT）さんの画面です。/)
  assert.deepEqual(await axeViolations(page), [])
  await type('0000')
  await press('Enter')
  await page
    .getByRole('alert')
    .filter({ hasText: /PIN が違います。\s*E641/ })
    .waitFor()
  assert.equal(await focused(), 'pin')
  assert.deepEqual(await axeViolations(page), [])
  await type('４７１１')
  await press('Enter')
  await page.getByText(NAME).waitFor()
  assert.equal(await focused(), 'sources')
  assert.deepEqual(errors, [])
})

test('nobody there for the idle time: the page locks itself and tells the agent', {
  skip,
}, async (t) => {
  const hands = await atWork(t)
  const { page, press } = hands
  // Timers that run already are the machine's: those of a session that begins anew are not.
  await page.clock.install()
  await press('Alt+l')
  await page.getByLabel('PIN').fill(PIN)
  await press('Enter')
  await page.getByText(NAME).waitFor()
  await page.clock.runFor(600_001)
  await isBlank(hands)
  await hands.counted('POST /desk/session/lock', 2)
})

test('who works is not locked, and the agent hears of it every half a minute at most', {
  skip,
}, async (t) => {
  const { page, press, count } = await atWork(t)
  await page.clock.install()
  await press('Alt+l')
  await page.getByLabel('PIN').fill(PIN)
  await press('Enter')
  await page.getByText(NAME).waitFor()
  for (let n = 0; n < 12; n += 1) {
    const told = page.waitForRequest(/session\/touch/)
    await press('ArrowDown')
    await page.clock.runFor(100_000)
    await told
  }
  await page.getByText(NAME).waitFor()
  const touches = count('POST /desk/session/touch')
  assert.ok(touches >= 10 && touches <= 13, `${touches}`)
  await page.clock.runFor(500_001)
  await page.getByRole('heading', { name: 'ロック中' }).waitFor()
})

test('a lock at the agent is followed, by word of the stream and by a refused call', {
  skip,
}, async (t) => {
  const hands = await atWork(t)
  hands.lockThere()
  hands.push('session', {})
  await isBlank(hands)
  await hands.page.getByLabel('PIN').fill(PIN)
  await hands.press('Enter')
  await hands.press('Alt+2')
  await hands.page.getByText(NAME).waitFor()
  hands.lockThere()
  await hands.page.evaluate('location.hash = "#/staff/again"')
  await isBlank(hands)
})

test('out of reach it locks all the same, and stays locked when the agent comes back', {
  skip,
}, async (t) => {
  const hands = await atWork(t)
  hands.cut()
  await hands.page.getByRole('button', { name: 'ロック' }).click()
  await isBlank(hands)
  assert.equal(hands.count('POST /desk/session/lock'), 0)
  const locked = hands.page.waitForResponse(/session\/lock/)
  hands.mend()
  await locked
  await isBlank(hands)
})

test('who signs out while the agent is out of reach leaves nothing on the page', {
  skip,
}, async (t) => {
  const hands = await atWork(t)
  hands.cut()
  await hands.page.getByRole('button', { name: 'サインアウト' }).click()
  await isBlank(hands)
  const locked = hands.page.waitForResponse(/session\/lock/)
  hands.mend()
  await locked
  await isBlank(hands)
})

test('what the browser prints by itself has nothing of the page, for it is in no audit', {
  skip,
}, async (t) => {
  const { page } = await atWork(t)
  // biome-ignore lint/performance/useDomNodeTextContent: what is not shown does not count
  const seen = () => page.locator('body').innerText()
  assert.match(await seen(), new RegExp(NAME))
  await page.emulateMedia({ media: 'print' })
  assert.doesNotMatch(await seen(), /\S/)
})

test('the locked page still shows readers and faults, and no button for them', {
  skip,
}, async (t) => {
  const hands = await atWork(t)
  const { page, push } = hands
  await page.getByRole('button', { name: 'ロック' }).click()
  await isBlank(hands)
  await page.getByText('desk-1：使えます').waitFor()
  const [reader] = stateOf().readers
  const fault = {
    code: 'READER_GONE',
    number: 'E201',
    title: 'リーダーがありません。',
    action: 'ケーブルを確認。',
  }
  const line = {
    componentId: 'ngn',
    status: 'fail',
    code: 'LINE_DOWN',
    number: 'C902',
    title: '回線がつながりません。',
    action: 'ルーターの電源を確認してください。',
    hint: 'English',
    since: '2026-04-01T09:12:00+09:00',
    facts: {},
  }
  push('state', {
    ...stateOf(),
    readers: [{ ...reader, state: 'down', fault }],
    checks: { line: [line] },
  })
  await page.getByText('C902', { exact: true }).waitFor()
  await page.getByText('E201').waitFor()
  assert.equal(await page.getByRole('link', { name: /印刷/ }).count(), 0)
  assert.deepEqual(await page.getByRole('button').allTextContents(), [
    'ロックを解除',
    '別の人がサインイン',
  ])
  assert.deepEqual(await axeViolations(page), [])
})

test('another person signs in, and finds nothing of the one before', { skip }, async (t) => {
  const hands = await atWork(t)
  const { page } = hands
  await page.evaluate('location.hash = "#/staff/SECRET-ID"')
  await page.getByRole('button', { name: 'ロック' }).click()
  await isBlank(hands)
  await page.getByRole('button', { name: '別の人がサインイン' }).click()
  await page.getByText('サインアウトしました。', { exact: true }).waitFor()
  assert.equal(page.url().includes('SECRET-ID'), false)
  assert.equal((await page.content()).includes('受付 見本'), false)
})

test('a session that has ended leads to the door and says so', { skip }, async (t) => {
  const hands = await atWork(t)
  hands.end()
  hands.push('session', {})
  await hands.page
    .getByText('自動でサインアウトしました。続けるときは、もう一度サインインしてください。')
    .waitFor()
  assert.equal((await hands.page.content()).includes(NAME), false)
  assert.deepEqual(hands.errors, [])
})

test('who has signed out leaves nothing on the page, also where nothing is answered after it', {
  skip,
}, async (t) => {
  const { page } = await atWork(t)
  page.setDefaultTimeout(10_000)
  await page.route('**/desk/session', (route) =>
    route.request().method() === 'GET' ? route.abort() : route.continue(),
  )
  await page.getByRole('button', { name: 'サインアウト' }).click()
  await page.getByText('つながると、自動で画面が開きます。').waitFor()
  assert.equal((await page.content()).includes(NAME), false)
})
