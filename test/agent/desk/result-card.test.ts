import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { type AdvisoryCode, advisory } from '../../../agent/kernel/advisories.ts'
import { maskItem } from '../../../agent/kernel/masking.ts'
import type { Role } from '../../../agent/kernel/roles.ts'
import type { Verification } from '../../../agent/kernel/verification.ts'
import { closeBrowser, noBrowser } from '../../bed/browser.ts'
import { sampleEvent, sampleVerification } from '../../bed/desk-samples.ts'
import { openStage } from '../../bed/desk-stage.ts'
import { ASK } from './ask-bed.ts'

const skip = noBrowser
after(closeBrowser)

const [sample = {}] = sampleVerification().results
const patient = {
  ...sampleVerification().patient,
  id: 'p',
  firstSeenHere: false,
  insurerChanged: false,
  referenceNumber: '00107',
}
const advise = (...codes: AdvisoryCode[]) => codes.map((code) => advisory(code))

/** The card of an answer with the fields that `role` sees of it. */
async function cardOf(t: TestContext, given: Partial<Verification>, role: Role = 'billing') {
  const masked = maskItem(Buffer.from(JSON.stringify(sampleEvent(given))), role)
  const event: object = JSON.parse(Buffer.from(masked ?? []).toString())
  const stage = await openStage({ answers: { [ASK]: () => event } })
  t.after(() => stage.close())
  const { page } = stage
  await page.goto(`${stage.url}#/ask`)
  for (const field of ['insuredIdentificationNumber', 'birthdate', 'insurerNumber'])
    await page.locator(`#face-${field}`).fill('1')
  await page.getByRole('button', { name: '照会する' }).click()
  const card = page.getByRole('article')
  await card.waitFor()
  assert.deepEqual(stage.errors, [])
  const text = ((await card.textContent()) ?? '').replaceAll(/\s+/g, ' ')
  const facts = new Map<string, string>()
  for (const row of await card.locator('dl.result-facts > div').all())
    facts.set(
      (await row.locator('dt').textContent()) ?? '',
      ((await row.locator('dd').textContent()) ?? '').trim(),
    )
  return { card, text, facts }
}

test('the card says who, which insurance, what the patient pays and until when', {
  skip,
}, async (t) => {
  const { text, facts } = await cardOf(t, {
    results: [
      {
        ...sample,
        elderlyRecipientCertificateInfo: {
          elderlyRecipientContributionRatio: '020',
          elderlyRecipientValidEndDate: '20260731',
        },
        insuredPartialContributionRatio: '',
        limitApplicationCertificateRelatedInfo: {
          limitApplicationCertificateClassification: '01',
          limitApplicationCertificateClassificationFlag: 'A03',
          limitApplicationCertificateValidEndDate: '20260731',
        },
        specificDiseasesCertificateList: [
          { specificDiseasesDiseaseCategory: '1', specificDiseasesSelfPay: '10000' },
        ],
      },
    ],
  })
  assert.match(text, /見本 一郎 ミホン イチロウ 1980年5月2日（昭和55年5月2日）生まれ 45歳 男/)
  assert.match(text, /患者番号 00107/)
  const expected = {
    保険者: '見本健康保険組合',
    保険者番号: '06139992',
    記号: '１２・３４',
    番号: '5678',
    枝番: '01',
    '本人・家族': '本人',
    負担割合: '2割',
    割合の期限: '2026年7月31日まで',
    有効期限: '2027年3月31日まで',
    限度額: '限度額適用認定証　適用区分 ウ　2026年7月31日まで',
    特定疾病: '人工透析が必要な慢性腎不全　自己負担限度額 月10000円',
  }
  for (const [title, value] of Object.entries(expected))
    assert.equal(facts.get(title), value, title)
  assert.match(text, /公費・医療証は別に確認/)
})

test('no ratio in the answer is said, and none is worked out', { skip }, async (t) => {
  const { insuredPartialContributionRatio: _, ...result } = sample
  const { facts } = await cardOf(t, { results: [result] })
  assert.match(facts.get('負担割合') ?? '', /^回答に割合はありません/)
})

test('of several results each is shown, 医療扶助 in its own words with its ticket', {
  skip,
}, async (t) => {
  const aid = {
    insuredCardClassification: 'A1',
    insurerNumber: '12131234',
    insuredIdentificationNumber: '1234566',
    insurerName: '架空福祉事務所',
    name: sample.name ?? '',
    publicExpenseResultList: [{ medicalTreatmentMonth: '202604', selfPayAmount: '0' }],
  }
  const { card, facts } = await cardOf(t, { results: [sample, aid] })
  assert.equal(await card.locator('.result').count(), 2)
  assert.equal(facts.get('公費負担者番号'), '12131234')
  assert.equal(facts.get('受給者番号'), '1234566')
  assert.equal(facts.get('医療券・調剤券'), '2026年4月分　本人支払額 0円')
})

test('a lost qualification shows when and why, and nothing of what there would be to pay', {
  skip,
}, async (t) => {
  const { text, facts } = await cardOf(t, {
    outcome: 'invalid',
    results: [{ ...sample, disqualificationDate: '20260331', reasonOfLoss: '03' }],
    advisories: advise('LOST_TO_OTHER_INSURANCE'),
  })
  assert.match(text, /この資格は失われています/)
  assert.equal(facts.get('資格喪失日'), '2026年3月31日')
  assert.equal(facts.get('喪失の理由'), '医療保険等の資格取得')
  assert.equal(facts.has('負担割合'), false)
})

test('the clinic’s own name stands where the official one has ●', { skip }, async (t) => {
  const { card, text } = await cardOf(t, {
    results: [{ ...sample, name: '●本　一郎' }],
    patient: { ...patient, name: '見本　一郎' },
    advisories: advise('NAME_HAS_PLACEHOLDER'),
  })
  assert.equal(await card.locator('.fullname').first().textContent(), '見本　一郎')
  assert.match(text, /公式の回答の氏名：●本 一郎（●は表示できない文字）/)
})

test('what changed and what differs stands side by side', { skip }, async (t) => {
  const said = { at: '2026-03-01T09:00:00+09:00', source: 'card', verificationId: 'x' } as const
  const { text } = await cardOf(t, {
    advisories: advise('BURDEN_RATIO_CHANGED', 'IDENTITY_DIFFERS'),
    identity: {
      comparedWith: 'card-face',
      patientId: null,
      candidates: 1,
      differences: { sex1: { known: '1', returned: '2' } },
      count: 1,
    },
    history: {
      firstSeenAt: '2025-01-01T09:00:00+09:00',
      lastVisitAt: null,
      monthsSinceLast: null,
      firstOfMonth: true,
      changes: {
        insuredPartialContributionRatio: {
          before: { value: '010', ...said },
          now: { value: '030', ...said },
        },
      },
    },
  })
  assert.match(text, /項目 ?入力 ?公式の回答 性別 ?男女/)
  assert.match(text, /負担割合 1割 （2026年3月1日） 3割/)
})

test('the worst three steps are open, the rest is folded, and each has its number', {
  skip,
}, async (t) => {
  const { card } = await cardOf(t, {
    advisories: advise(
      'ADDRESS_CHANGED',
      'INSURER_CHANGED',
      'BURDEN_RATIO_CHANGED',
      'GIVEN_NAME_DIFFERS',
    ),
  })
  const open = card.locator('.words > ol .number')
  assert.deepEqual(await open.allTextContents(), ['A53', 'A61', 'A24'])
  await card.getByText('ほか1件').click()
  await card.locator('details .number').getByText('A63').waitFor()
})

test('who sees fewer fields sees no empty titles and no holes', { skip }, async (t) => {
  for (const role of ['liaison', 'ward'] as const) {
    const { text, facts } = await cardOf(
      t,
      { patient: { ...patient, name: '見本　一郎', firstSeenHere: true } },
      role,
    )
    assert.doesNotMatch(text, /undefined|null|NaN|5678/)
    assert.match(text, /見本 一郎/)
    assert.equal([...facts.values()].includes(''), false)
    assert.equal(facts.has('負担割合'), role === 'ward')
  }
})

test('a held one says who decides, and shows nobody’s data to who does not', {
  skip,
}, async (t) => {
  const { text } = await cardOf(t, { held: true, advisories: advise('IDENTITY_HELD') }, 'reception')
  assert.match(text, /別の人の可能性があります（本人確認待ち）/)
  assert.doesNotMatch(text, /見本|06139992/)
})
