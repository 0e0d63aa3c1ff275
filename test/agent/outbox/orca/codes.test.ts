import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  classOfInsurer,
  fromOrcaDate,
  lawOfClass,
  OPEN_END,
  publicClassOf,
  toAssistance,
  toInsurerNumber,
  toOrcaDate,
  toRateClass,
  toRatio,
  toSex,
  toZipCode,
} from '../../../../agent/outbox/orca/codes.ts'
import { assistancesOf, HEALTH_CLASSES } from '../../../../agent/sim/orca/classes.ts'

/** 法別番号 and 保険の種類, as the spec of the mapping has them. */
const classes = [
  ['01', '009'],
  ['02', '002'],
  ['03', '003'],
  ['04', '004'],
  ['06', '006'],
  ['07', '007'],
  ['31', '031'],
  ['32', '032'],
  ['33', '033'],
  ['34', '034'],
  ['39', '039'],
  ['63', '063'],
  ['67', '067'],
  ['72', '072'],
  ['73', '073'],
  ['74', '074'],
  ['75', '075'],
] as const

test('every kind of insurer has its class, and every class its kind', () => {
  for (const [law, code] of classes) {
    assert.equal(classOfInsurer(`${law}139992`), code, law)
    assert.equal(lawOfClass(code), law, code)
  }
  assert.equal(classOfInsurer('138057'), '060')
  assert.equal(lawOfClass('060'), '')
})

test('a kind of insurer that is in no table has no class, and self-pay no insurer', () => {
  assert.equal(classOfInsurer('99139992'), undefined)
  assert.equal(classOfInsurer('to'), undefined)
  assert.equal(lawOfClass('980'), undefined)
})

test('an insurer number loses the padding of the official side and keeps its own zeros', () => {
  assert.equal(toInsurerNumber('  138057'), '138057')
  assert.equal(toInsurerNumber('00138057'), '138057')
  assert.equal(toInsurerNumber('06139992'), '06139992')
  assert.equal(toInsurerNumber('０６１３９９９２'), '06139992')
  assert.equal(toInsurerNumber('  012345'), '012345')
  assert.equal(toInsurerNumber(''), undefined)
  assert.equal(toInsurerNumber('061399921'), undefined)
})

/** Ratio, and its 補助区分 under 国保, 社保 and 後期高齢者. */
const ratios = [
  ['010', '1', '9', '1'],
  ['020', '2', '8', '2'],
  ['030', '3', '7', '3'],
] as const

test('every ratio has its 補助区分 in each kind of insurance, and back', () => {
  for (const [ratio, national, employees, elderly] of ratios) {
    for (const [code, assistance] of [
      ['060', national],
      ['009', employees],
      ['006', employees],
      ['039', elderly],
    ] as const) {
      assert.equal(toAssistance(ratio, code, '2'), assistance, `${ratio} ${code}`)
      assert.equal(toRatio(assistance, code, '2'), ratio, `${assistance} ${code}`)
    }
  }
  assert.equal(toAssistance('040', '060', '2'), undefined)
  assert.equal(toRatio('', '060', '2'), undefined)
})

test('in every class of the recorded master list a ratio has the 補助区分 of its name', () => {
  const names = { '010': '１割', '020': '２割', '030': '３割' }
  let compared = 0
  for (const code of Object.keys(HEALTH_CLASSES)) {
    const recorded = Object.entries(assistancesOf(code))
    for (const [ratio, name] of Object.entries(names)) {
      const assistance = recorded.find(([, one]) => one === name)?.[0]
      if (assistance === undefined) continue
      compared += 1
      assert.equal(toAssistance(ratio, code, '2'), assistance, `${ratio} in ${code}`)
      assert.equal(toRatio(assistance, code, '2'), ratio, `${assistance} in ${code}`)
    }
  }
  // 21 classes of health insurance; 労災 and self-pay have no tenths.
  assert.equal(compared, 21 * 3)
})

test('what 2割 of 後期高齢者 is called is as configured, both ways', () => {
  assert.equal(toAssistance('020', '039', '5'), '5')
  assert.equal(toRatio('5', '039', '5'), '020')
  assert.equal(toAssistance('020', '060', '5'), '2')
})

test('patientmodv2 can say 1割 and 3割 only', () => {
  assert.equal(toRateClass('010'), '10')
  assert.equal(toRateClass('030'), '30')
  assert.equal(toRateClass('020'), undefined)
})

test('a sex that is not set falls back on the back of the card, and stays unknown without it', () => {
  assert.equal(toSex('1', ''), '1')
  assert.equal(toSex('2', '1'), '2')
  assert.equal(toSex('3', '2'), '2')
  assert.equal(toSex('3', ''), undefined)
})

test('dates go both ways, and no end stays no end', () => {
  assert.equal(toOrcaDate('20260401'), '2026-04-01')
  assert.equal(fromOrcaDate('2026-04-01'), '20260401')
  assert.equal(toOrcaDate('99999999'), OPEN_END)
  assert.equal(toOrcaDate('99991231'), OPEN_END)
  assert.equal(fromOrcaDate(OPEN_END), '')
  assert.equal(fromOrcaDate('99999999'), '')
})

test('what is no day has no date', () => {
  for (const odd of ['20260230', '20261301', '2026041', '', '00000000'])
    assert.equal(toOrcaDate(odd), undefined, odd)
  assert.equal(fromOrcaDate(''), '')
})

test('a zip code is seven digits', () => {
  assert.equal(toZipCode('100-0000'), '1000000')
  assert.equal(toZipCode('１００－００００'), '1000000')
  assert.equal(toZipCode('100-000'), undefined)
})

test('医療扶助 is 公費 012, other payers are not known', () => {
  assert.equal(publicClassOf('12137998'), '012')
  assert.equal(publicClassOf('54137998'), undefined)
})
