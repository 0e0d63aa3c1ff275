import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consentAdvice, consentsOf } from '../../../../agent/eligibility/judge/consents.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import { advised, assisted, person } from './advice-bed.ts'

const END = Date.parse('2026-04-21T09:30:02+09:00')
const given: OfficialResult = {
  ...person,
  pharmacistsInfoConsFlg: '1',
  pharmacistsInfoConsTime: '20260420093002',
  pharmacistsInfoAvailableTime: '20260421093002',
  diagnosisInfoConsFlg: '0',
}
const pharmacists = (result: OfficialResult, at = END) => consentsOf([result], at)?.pharmacistsInfo

test('a consent reads as given until its AvailableTime, and as expired after it', () => {
  const until = '2026-04-21T09:30:02+09:00'
  assert.deepEqual(pharmacists(given, END - 1), { state: 'given', until })
  assert.deepEqual(pharmacists(given, END), { state: 'given', until })
  assert.deepEqual(pharmacists(given, END + 1), { state: 'expired', until })
})

test('each of the four consents stands for itself, and what was not asked is none', () => {
  assert.deepEqual(consentsOf([{ ...given, operationInfoConsFlg: '2' }], END), {
    specificHealthCheckupsInfo: { state: 'none', until: null },
    pharmacistsInfo: { state: 'given', until: '2026-04-21T09:30:02+09:00' },
    diagnosisInfo: { state: 'none', until: null },
    operationInfo: { state: 'expired', until: null },
  })
})

test('an answer that speaks of no consent has none to show, like that to a typed card face', () => {
  assert.equal(consentsOf([person], END), null)
  assert.equal(consentsOf([], END), null)
  assert.equal(consentsOf([{ ...person, pharmacistsInfoConsFlg: '' }], END), null)
})

test('without AvailableTime a consent holds for a day after ConsTime', () => {
  for (const pharmacistsInfoAvailableTime of ['', ' ']) {
    const result = { ...given, pharmacistsInfoAvailableTime }
    assert.deepEqual(pharmacists(result, END), {
      state: 'given',
      until: '2026-04-21T09:30:02+09:00',
    })
    assert.equal(pharmacists(result, END + 1)?.state, 'expired')
  }
})

test('a time that cannot be read leaves what the flag says', () => {
  for (const time of ['2026042109', '20260431093002', '99999999999999', 'x']) {
    const result = { ...given, pharmacistsInfoAvailableTime: time }
    assert.deepEqual(pharmacists(result), { state: 'given', until: null }, time)
    assert.deepEqual(pharmacists({ ...result, pharmacistsInfoConsFlg: '2' }), {
      state: 'expired',
      until: null,
    })
  }
  const { pharmacistsInfoConsTime: _, pharmacistsInfoAvailableTime: __, ...bare } = given
  assert.deepEqual(pharmacists(bare), { state: 'given', until: null })
})

test('a flag that is not known opens nothing', () => {
  for (const pharmacistsInfoConsFlg of ['3', '０', 'yes'])
    assert.equal(pharmacists({ ...given, pharmacistsInfoConsFlg })?.state, 'none')
})

test('a consent stands in whichever result speaks of it', () => {
  assert.equal(consentsOf([assisted, given], END)?.pharmacistsInfo.state, 'given')
})

test('official fields stay as they came', () => {
  const result = structuredClone(given)
  consentsOf([result], END + 1)
  assert.deepEqual(result, given)
})

const told = (result: OfficialResult) => advised(consentAdvice, { results: [assisted, result] })
const EXPIRED = 'CONSENT_EXPIRED at results[1]'

test('consents of viewing that are over are told once, where the first of them stands', () => {
  assert.deepEqual(told(given), [])
  assert.deepEqual(told({ ...given, pharmacistsInfoAvailableTime: '20260420095959' }), [
    `${EXPIRED}.pharmacistsInfoConsFlg`,
  ])
  assert.deepEqual(
    told({ ...given, pharmacistsInfoConsFlg: '2', specificHealthCheckupsInfoConsFlg: '2' }),
    [`${EXPIRED}.specificHealthCheckupsInfoConsFlg`],
  )
})

test('consents to 限度額 and 特定疾病 that are over are told each', () => {
  const over = {
    ...person,
    limitApplicationCertificateRelatedConsFlg: '2',
    specificDiseasesCertificateRelatedConsFlg: '2',
  }
  assert.deepEqual(told(over), [
    `${EXPIRED}.limitApplicationCertificateRelatedConsFlg`,
    `${EXPIRED}.specificDiseasesCertificateRelatedConsFlg`,
  ])
})
