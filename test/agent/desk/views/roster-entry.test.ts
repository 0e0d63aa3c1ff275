import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { after, test } from 'node:test'
import { rosterEntryFor } from '../../../../agent/kernel/roster-roles.ts'
import { closeBrowser, noBrowser } from '../../../bed/browser.ts'
import { Refusal } from '../../../bed/desk-stage.ts'
import { entry, sent, shown } from './roster-bed.ts'

const skip = noBrowser
after(closeBrowser)

test('a change goes with the version that was read, and says only what the role may say', {
  skip,
}, async (t) => {
  const stage = await shown(t, 'general-affairs', { 'PUT /v1/roster/:id': {} }, '/e1')
  const { page } = stage
  await page.getByLabel('業者').fill('別の業者')
  await page.getByText('まだ保存していません').waitFor()
  await page.getByLabel('契約の期限').fill('')
  await page.getByLabel('契約の担当').press('Enter')
  await page.getByText('保存しました', { exact: true }).waitFor()
  const [put] = sent(stage)
  assert.deepEqual(put?.body, {
    device: { contractNumber: 'K-1', supplier: '別の業者' },
    owner: '総務 見本',
  })
  assert.equal(put?.headers['if-match'], '"4"')
  await page.getByRole('row', { name: '00107' }).waitFor()
})

test('when somebody else was first, both stand there, nothing typed is lost, and it is saved after all', {
  skip,
}, async (t) => {
  let version = 4
  const stage = await shown(
    t,
    'billing',
    {
      'GET /v1/roster/:id': () =>
        rosterEntryFor(
          version === 4 ? entry() : entry({ version, note: '電話済', owner: '総務 別人' }),
          'billing',
        ),
      'PUT /v1/roster/:id': ({ headers }: Pick<IncomingMessage, 'headers'>) =>
        headers['if-match'] === `"${version}"`
          ? {}
          : new Refusal(412, {
              code: 'ROSTER_CHANGED',
              number: 'E624',
              title: '名簿はほかの人が先に変更しました。',
              action: '名簿を開き直し、もう一度変更してください。',
            }),
    },
    '/e1',
  )
  const { page } = stage
  await page.getByLabel('契約の担当').fill('医事 見本')
  version = 5
  await page.getByRole('button', { name: '保存する' }).click()
  const conflict = page.locator('.conflict')
  await conflict.getByText('ほかの人が先に変更しました').waitFor()
  await conflict.getByRole('row', { name: '契約の担当' }).getByText('総務 別人').waitFor()
  await conflict.getByRole('row', { name: '契約の担当' }).getByText('医事 見本').waitFor()
  assert.equal(await page.getByRole('textbox', { name: '契約の担当' }).inputValue(), '医事 見本')
  await page.getByRole('button', { name: '備考を今の名簿に合わせる' }).click()
  assert.equal(await page.getByRole('textbox', { name: '備考' }).inputValue(), '電話済')
  await page.getByRole('button', { name: '保存する' }).click()
  await page.getByText('保存しました', { exact: true }).waitFor()
  const last = sent(stage).at(-1)
  assert.equal(last?.headers['if-match'], '"5"')
  assert.match(JSON.stringify(last?.body), /"owner":"医事 見本","note":"電話済"/)
})

test('a patient is added by keyboard alone; a mistake stands beside its field and keeps what was typed', {
  skip,
}, async (t) => {
  let answer: unknown = new Refusal(422, {
    code: 'ROSTER_INVALID',
    number: 'E623',
    title: '名簿の入力内容に誤りがあります。',
    action: '示された項目を直して、もう一度送ってください。',
    mistakes: [
      { field: 'cardFace.insurerNumber', title: '保険者番号が違います。', proposals: ['06139992'] },
    ],
  })
  const stage = await shown(t, 'billing', { 'POST /v1/roster': () => answer })
  const { page } = stage
  await page.getByRole('link', { name: '名簿に加える' }).press('Enter')
  await page.getByLabel('患者番号').focus()
  await page.keyboard.type('00300')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await page.keyboard.type('見本　三郎')
  await page.getByLabel('保険者番号').fill('06139991')
  await page.getByRole('button', { name: '保存する' }).press('Enter')
  await page.locator('[name="cardFace.insurerNumber"]:focus').waitFor()
  await page.getByText('E623').waitFor()
  stage.push(
    'item',
    {
      type: 'note',
      id: 'n',
      cursor: 'c',
      at: '2026-04-01T09:40:00+09:00',
      note: { verificationId: 'v', kind: 'closing', by: 'x', text: null },
    },
    'c',
  )
  await page.getByRole('button', { name: '06139992 にする' }).click()
  answer = entry({ id: 'e3' })
  await page.getByRole('button', { name: '保存する' }).click()
  await page.getByText('保存しました', { exact: true }).waitFor()
  const [first, second] = sent(stage)
  assert.deepEqual(second?.body, {
    patientNumber: '00300',
    kind: 'home-oxygen',
    name: '見本　三郎',
    cardFace: { insurerNumber: '06139992' },
  })
  assert.notEqual(first?.headers['idempotency-key'], second?.headers['idempotency-key'])
})

test('an entry that cannot be read anew says so above what was read before', {
  skip,
}, async (t) => {
  let answer: unknown = entry()
  const answers = { 'GET /v1/roster/:id': () => answer }
  const { page } = await shown(t, 'billing', answers, '/e1')
  const back = page.getByRole('button', { name: '一覧に戻る' })
  await back.click()
  answer = new Refusal(503, { code: 'X', number: 'E600', title: '読めません。', action: '' })
  const link = page.getByRole('link', { name: '00107' })
  await link.click()
  await page.getByText('E600').waitFor()
  await page.getByText('下の内容は、前に読み込んだものです。').waitFor()
  await back.click()
  answer = entry({ owner: '総務 別人' })
  await link.click()
  await page.getByText('E600').waitFor({ state: 'detached' })
})

test('what is saved late is said, and takes nobody back from where they went', {
  skip,
}, async (t) => {
  const { promise, resolve } = Promise.withResolvers<object>()
  const answers = { 'PUT /v1/roster/:id': () => promise }
  const { page } = await shown(t, 'billing', answers, '/e1')
  await page.getByRole('textbox', { name: '備考' }).fill('電話済')
  await page.getByRole('button', { name: '保存する' }).click()
  await page.getByRole('link', { name: '予約' }).click()
  await page.getByRole('heading', { level: 1, name: '予約' }).waitFor()
  resolve(entry())
  await page.getByText('保存しました', { exact: true }).waitFor()
  assert.match(page.url(), /#\/expected$/)
  await page.getByRole('heading', { level: 1, name: '予約' }).waitFor()
})

test('the consent is recorded and revoked with who and when; removing asks once more', {
  skip,
}, async (t) => {
  const given = {
    since: '2026-04-01T09:30:00+09:00',
    by: '医事 見本',
    revokedAt: null,
    revokedBy: null,
  }
  const stage = await shown(
    t,
    'billing',
    {
      'POST /v1/roster/:id/consent': entry({ version: 5, standingConsent: given }),
      'POST /v1/roster/:id/consent/revocation': entry({
        version: 6,
        standingConsent: { ...given, revokedAt: '2026-04-01T10:00:00+09:00', revokedBy: 'ご家族' },
      }),
      'DELETE /v1/roster/:id': { id: 'e1' },
    },
    '/e1',
  )
  const { page } = stage
  await page.getByText('△ まだありません。').waitFor()
  await page.getByLabel('契約の担当').fill('typed meanwhile')
  await page.getByLabel('確認した人').fill('医事 見本')
  await page.getByLabel('いつ').fill('2026-04-01T09:30')
  await page.getByRole('button', { name: '同意を記録する' }).click()
  await page.getByText('○ 同意あり（4月1日 9:30 医事 見本）').waitFor()
  assert.equal(await page.getByLabel('契約の担当').inputValue(), 'typed meanwhile')
  await page.getByLabel('取り消した方').fill('ご家族')
  await page.getByRole('button', { name: '同意を取り消す' }).click()
  await page.getByText('× 取り消されています（4月1日 10:00 ご家族）').waitFor()
  assert.deepEqual(
    sent(stage).map(({ body }) => body),
    [{ by: '医事 見本', at: '2026-04-01T09:30:00+09:00' }, { by: 'ご家族' }],
  )
  await page.getByRole('button', { name: '名簿から外す' }).click()
  assert.equal(sent(stage).length, 2)
  await page.getByRole('button', { name: '外す', exact: true }).click()
  await page.getByText('名簿から外しました').waitFor()
  assert.equal(sent(stage)[2]?.route, 'DELETE /v1/roster/e1')
})
