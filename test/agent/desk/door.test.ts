import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Session } from '../../../agent/api/desk-shapes.ts'
import { axeViolations } from '../../bed/axe.ts'
import { closeBrowser, holdsOn, noBrowser } from '../../bed/browser.ts'
import { openHands, textOf } from '../../bed/desk-hands.ts'
import { Refusal, sessionOf } from '../../bed/desk-stage.ts'

const skip = noBrowser
after(closeBrowser)

const signedOut: Partial<Session> = { state: 'signed-out', staff: null, token: null, may: [] }
const refused = new Refusal(401, {
  code: 'SIGN_IN_REFUSED',
  number: 'E641',
  title: '氏名・パスワード・確認コードのどれかが違います。',
  action: '入力し直してください。',
  detail: 'English that nobody should read',
})
/** 21 × 21 dots, as the smallest QR code has them; what it says does not matter here. */
const picture = Array.from({ length: 21 }, (_, y) =>
  Array.from({ length: 21 }, (_, x) => ((x * 7 + y * 5) % 3 === 0 ? '1' : '0')).join(''),
).join('\n')

test('who is registered signs in from the keyboard alone', { skip }, async (t) => {
  let session: Session = { ...sessionOf('it'), ...signedOut }
  const { page, asked, press, type, focused, errors } = await openHands(t, {
    answers: {
      'GET /desk/session': () => session,
      'POST /desk/session': () => {
        session = sessionOf('it')
        return session
      },
      'GET /desk/staff': { items: [] },
    },
  })
  assert.equal(await focused(), 'name')
  assert.deepEqual(await axeViolations(page), [])
  await type('受付 見本')
  await press('Tab')
  await type('a long secret of mine')
  await press('Tab')
  await type('１２３ ４５６')
  await press('Tab', 'Enter')
  await page.getByRole('navigation').waitFor()
  assert.deepEqual(asked.find(({ route }) => route === 'POST /desk/session')?.body, {
    name: '受付 見本',
    secret: 'a long secret of mine',
    code: '123456',
  })
  assert.equal(page.url().includes('secret'), false)
  assert.deepEqual(errors, [])
})

test('whatever was wrong looks the same, and only the name stays', { skip }, async (t) => {
  const looks: string[] = []
  for (const name of ['受付 見本', '知らない 人']) {
    const { page, press, type, focused } = await openHands(t, {
      session: signedOut,
      answers: { 'POST /desk/session': refused },
    })
    await type(name)
    await press('Tab')
    await type('wrong wrong wrong')
    await press('Tab')
    await type('000000')
    await press('Enter')
    const alert = page.getByRole('alert')
    await alert.waitFor()
    assert.equal(await focused(), 'secret')
    assert.equal(await page.getByLabel('パスワード').inputValue(), '')
    assert.equal(await page.getByLabel('確認コード').inputValue(), '')
    assert.equal(await page.getByLabel('氏名').inputValue(), name)
    assert.match(await textOf(alert), /E641/)
    assert.deepEqual(await axeViolations(page), [])
    looks.push((await page.locator('main').innerHTML()).replaceAll(/<!--.*?-->/g, ''))
    assert.equal((await page.content()).includes('English'), false)
  }
  assert.equal(looks[0], looks[1])
})

test('who tried too often sees how long to wait, and nothing is sent before', {
  skip,
}, async (t) => {
  const { page, asked, press, type } = await openHands(t, {
    session: signedOut,
    answers: {
      'POST /desk/session': new Refusal(
        429,
        {
          code: 'TOO_MANY_REQUESTS',
          number: 'E614',
          title: '要求が多すぎます。',
          action: '少し待ってください。',
        },
        { 'retry-after': '40' },
      ),
    },
  })
  await page.clock.install()
  await type('受付 見本')
  await press('Tab')
  await type('wrong wrong wrong')
  await press('Enter')
  await page.getByRole('timer').waitFor()
  assert.match(await textOf(page.getByRole('timer')), /あと (40|3\d)秒/)
  assert.deepEqual(await axeViolations(page), [])
  const tries = () => asked.filter(({ route }) => route === 'POST /desk/session').length
  await type('wrong wrong wrong')
  await press('Enter')
  assert.equal(tries(), 1)
  await page.clock.runFor(41_000)
  await page.getByRole('timer').waitFor({ state: 'detached' })
  await press('Enter')
  await page.getByRole('timer').waitFor()
  assert.equal(tries(), 2)
})

test('before anybody is registered it says what the vendor runs', { skip }, async (t) => {
  const { page } = await openHands(t, { session: { ...signedOut, hasStaff: false } })
  assert.match(await textOf(page.locator('main')), /onshi-agent staff add/)
  assert.equal(await page.locator('.command').getAttribute('translate'), 'no')
  assert.deepEqual(await axeViolations(page), [])
})

test('who came in by a one-time code sets password and PIN, and prints the codes', {
  skip,
}, async (t) => {
  const recoveryCodes = ['AAAA-BBBB-1', 'CCCC-DDDD-2']
  let session: Session = { ...sessionOf('reception'), state: 'setting', token: 'early' }
  const { page, asked, press, type, focused, errors } = await openHands(t, {
    answers: {
      'GET /desk/session': () => session,
      'POST /desk/session/secret': () => {
        session = sessionOf('reception')
        return { session, recoveryCodes }
      },
    },
  })
  assert.equal(await focused(), 'secret')
  await type('short')
  assert.match(await textOf(page.locator('#secret-hint')), /△ いま 5文字/)
  await press('Tab')
  await type('１２３４')
  await press('Tab')
  await type('1243')
  await press('Enter')
  await page.getByText('13文字以上にしてください。').waitFor()
  await page.getByText('2つのPINが違います').waitFor()
  assert.equal(await focused(), 'secret')
  assert.deepEqual(await axeViolations(page), [])
  assert.equal(
    asked.some(({ route }) => route === 'POST /desk/session/secret'),
    false,
  )

  await page.getByLabel('入力した文字を表示する').check()
  assert.equal(await page.locator('#secret').getAttribute('type'), 'text')
  await page.getByLabel('新しいパスワード').fill('夕焼け 小焼けの 赤とんぼ')
  assert.match(await textOf(page.locator('#secret-hint')), /○ いま 13文字/)
  await page.getByLabel('PIN（もう一度）').fill('1234')
  await press('Enter')
  await page.getByRole('heading', { name: '回復コード' }).waitFor()
  assert.deepEqual(asked.find(({ route }) => route === 'POST /desk/session/secret')?.body, {
    secret: '夕焼け 小焼けの 赤とんぼ',
    pin: '1234',
  })
  for (const code of recoveryCodes) await page.getByText(code).waitFor()
  assert.deepEqual(await axeViolations(page), [])

  await page.evaluate(
    'window.print = () => { window.printed = document.querySelector(".sheet").innerText }',
  )
  await page.getByRole('button', { name: '印刷する' }).click()
  await holdsOn(page, 'window.printed')
  assert.match(await page.evaluate<string>('window.printed'), /AAAA-BBBB-1/)
  assert.deepEqual(asked.find(({ route }) => route === 'POST /desk/prints')?.body, {
    kind: 'recovery-codes',
    subject: 'staff-0123456789ab',
  })
  await page.getByRole('button', { name: '画面に戻る' }).click()
  await page.getByRole('button', { name: '保管したので始める' }).click()
  await page.getByRole('button', { name: 'ロック' }).waitFor()
  assert.equal((await page.content()).includes('AAAA'), false)
  assert.deepEqual(errors, [])
})

test('recovery codes that nobody looks at any more are blanked, and the page is locked', {
  skip,
}, async (t) => {
  const session = { ...sessionOf('reception'), lockSeconds: 1 }
  const { page, counted } = await openHands(t, {
    session: { ...session, state: 'setting' },
    answers: {
      'POST /desk/session/secret': () => ({ session, recoveryCodes: ['AAAA-BBBB-1'] }),
      'POST /desk/session/lock': () => ({ ...session, state: 'locked' }),
    },
  })
  await page.getByLabel('新しいパスワード').fill('夕焼け 小焼けの 赤とんぼ')
  for (const label of ['PIN', 'PIN（もう一度）'])
    await page.getByLabel(label, { exact: true }).fill('1243')
  await page.getByRole('button', { name: 'この内容で決める' }).click()
  await page.getByRole('heading', { name: 'ロック中' }).waitFor()
  assert.equal((await page.content()).includes('AAAA'), false)
  await counted('POST /desk/session/lock', 1)
})

test('who administers others registers a second factor', { skip }, async (t) => {
  const { page, asked, press } = await openHands(t, {
    role: 'it',
    session: { state: 'setting' },
    answers: {
      'GET /desk/session/second-factor': {
        uri: 'otpauth://totp/x',
        secret: 'JBSWY3DPEHPK3PXP',
        picture,
      },
      'POST /desk/session/secret': new Refusal(422, {
        code: 'SECOND_FACTOR_NEEDED',
        number: 'E648',
        title: '確認コードが必要です。',
        action: '認証アプリに登録してください。',
        mistakes: [{ field: 'code', title: '確認コードが違います。', detail: 'wrong' }],
      }),
    },
  })
  const code = page.getByRole('img', { name: '認証アプリで読み取る二次元コード' })
  await code.waitFor()
  assert.equal(await code.getAttribute('viewBox'), '0 0 29 29')
  await page.getByText('JBSW Y3DP EHPK 3PXP').waitFor()
  assert.deepEqual(await axeViolations(page), [])
  await page.getByLabel('新しいパスワード').fill('8文字で足りる')
  await page.getByLabel('新しいパスワード').fill('八文字で足りる。')
  await page.locator('#pin').fill('4711')
  await page.locator('#again').fill('4711')
  await press('Enter')
  await page.getByText('アプリに表示された6けたの数字を入力してください。').waitFor()
  await page.getByLabel('確認コード').fill('123456')
  await press('Enter')
  await page.getByText('確認コードが違います。').waitFor()
  assert.deepEqual(asked.at(-1)?.body, { secret: '八文字で足りる。', pin: '4711', code: '123456' })
  assert.match(await textOf(page.getByRole('alert')), /E648/)
})

test('a second factor that came at the second try takes away what was said of the first', {
  skip,
}, async (t) => {
  let answer: object = new Refusal(503, {
    code: 'X',
    number: 'E600',
    title: '不調です。',
    action: '',
  })
  const { page } = await openHands(t, {
    session: { ...sessionOf('reception'), state: 'setting', may: [] },
    answers: { 'GET /desk/session/second-factor': () => answer },
  })
  const scan = page.getByRole('button', { name: '認証アプリを登録する' })
  await scan.click()
  await page.getByText('E600').waitFor()
  answer = { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/x', picture }
  await scan.click()
  await page.getByRole('img').waitFor()
  assert.equal(await page.getByText('E600').count(), 0)
})

test('an agent that is not there yet is waited for', { skip }, async (t) => {
  let isThere = false
  const { page, errors } = await openHands(t, {
    answers: {
      'GET /desk/session': () =>
        isThere ? { ...sessionOf('it'), ...signedOut } : new Refusal(502, {}),
    },
  })
  assert.match(await textOf(page.getByRole('alert')), /E699/)
  assert.deepEqual(await axeViolations(page), [])
  isThere = true
  await page.getByLabel('氏名').waitFor()
  assert.deepEqual(errors, [])
})
