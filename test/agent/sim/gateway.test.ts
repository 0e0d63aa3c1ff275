import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { GatewaySimulator } from '../../../agent/sim/gateway/server.ts'
import { patients } from '../../../agent/sim/patients.ts'
import { makeCardAuthority } from '../../../agent/sim/pki.ts'
import { asked, open, patient, pki, question } from './gateway/bed.ts'
import { groups, header, message, search, value, values } from './gateway/client.ts'

let gateway: GatewaySimulator
before(async () => {
  gateway = await open()
})
after(() => gateway.close())
test('there are forty patients with numbers 01 to 40, each its own card face and right check digit', () => {
  assert.deepEqual(
    patients.map((one) => one.number),
    Array.from({ length: 40 }, (_, place) => String(place + 1).padStart(2, '0')),
  )
  assert.equal(new Set(patients.map((one) => JSON.stringify(one.cardFace))).size, 40)
  assert.equal(new Set(patients.map((one) => one.cardId)).size, 40)
  for (const { cardFace } of patients) {
    const sum = [...cardFace.insurerNumber].reverse().reduce((total, digit, place) => {
      const product = Number(digit) * (place % 2 === 0 ? 1 : 2)
      return total + (product > 9 ? product - 9 : product)
    }, 0)
    assert.equal(sum % 10, 0, cardFace.insurerNumber)
  }
})

/** The contract's table of outcomes, written again from the answer's bytes. */
const outcomeOf = (xml: string): string => {
  const segment = value(xml, 'SegmentOfResult')
  if (segment === '2') return 'pending'
  if (segment !== '1' || value(xml, 'ProcessingResultStatus') !== '1') return 'failed'
  if (value(xml, 'MedicalInstitutionCode') !== '1319999991') return 'failed'
  const validity = value(xml, 'QualificationValidity') ?? ''
  if (validity === '1' && groups(xml, 'ResultOfQualificationConfirmation').length === 0)
    return 'failed'
  const outcomes: Record<string, string> = {
    '1': 'valid',
    '2': 'invalid',
    '3': 'invalid-new-exists',
    '4': 'not-found',
    '5': 'multiple',
    '6': 'valid-unregistered',
  }
  return outcomes[validity] ?? 'failed'
}

for (const one of patients) {
  test(`patient ${one.number} answers as documented: ${one.shows}`, async () => {
    const xml = await asked(gateway, question(one.number, `id-${one.number}`))
    assert.equal(outcomeOf(xml), one.outcome)
    assert.equal(value(xml, 'ArbitraryFileIdentifier'), `id-${one.number}`)
    const results = groups(xml, 'ResultOfQualificationConfirmation')
    if (results.length > 0) {
      assert.equal(values(results[0] ?? '', 'Name').length, 1)
      assert.equal(value(results[0] ?? '', 'Birthdate'), one.cardFace.birthdate)
      assert.equal(value(results[0] ?? '', 'InsurerNumber')?.length, 8)
    }
  })
}

test('every code of the tables is shown by somebody', async () => {
  const all = (await Promise.all(patients.map((one) => asked(gateway, question(one.number))))).join(
    '',
  )
  const has = (name: string, ...codes: string[]) => {
    const shown = new Set(values(all, name))
    for (const code of codes) assert.ok(shown.has(code), `${name} ${code}`)
  }
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, place) => letter + String(place + 1).padStart(2, '0'))
  has('LimitApplicationCertificateClassificationFlag', ...numbered('A', 6), ...numbered('B', 10))
  has('LimitApplicationCertificateClassification', '01', '02', '03')
  has('InsuredCardClassification', '01', '02', '03', '04', '05', '06', '07', '08', 'A1')
  has('PersonalFamilyClassification', '1', '2')
  has('Sex1', '1', '2', '3')
  has('Sex2', '2')
  has('PreschoolClassification', '1', '2')
  has('ReasonOfLoss', '01', '02', '03', '99')
  has('InsuredPartialContributionRatio', '010', '020', '030')
  has('ElderlyRecipientContributionRatio', '010', '020', '030')
  has('SpecificDiseasesDiseaseCategory', '1', '2', '3')
  has('SpecificDiseasesCertificateRelatedConsFlg', '1', '2')
  has('PharmacistsInfoConsFlg', '1', '2')
  has('DiagnosisInfoConsFlg', '0', '1')
  has('PrescriptionIssueSelect', '1', '2')
  has('QualificationValidity', '1', '2', '3', '4', '5', '6', '7')
  has('SegmentOfResult', '1', '2', '9')
  has('ReferenceNumber', '00103', '00113', '')
  has('InsurerNumber', '  138990')
  has('ProcessingResultCode', 'SIM0001W', 'SIM0102E')
  has('TicketType', '1')
})

test('consent decides whether the limit certificate is shown, and to view lasts a day', async () => {
  const without = await asked(gateway, question('05', undefined, '0'))
  assert.equal(groups(without, 'LimitApplicationCertificateRelatedInfo').length, 0)
  const [result = ''] = groups(
    await asked(gateway, question('05')),
    'ResultOfQualificationConfirmation',
  )
  assert.equal(value(result, 'LimitApplicationCertificateRelatedConsFlg'), '1')
  assert.equal(value(result, 'LimitApplicationCertificateValidStartDate'), '20250801')
  assert.equal(value(result, 'LimitApplicationCertificateValidEndDate'), '20260731')
  const consents = await asked(gateway, question('20'))
  const hours =
    Number(value(consents, 'PharmacistsInfoAvailableTime')?.slice(8)) -
    Number(value(consents, 'PharmacistsInfoConsTime')?.slice(8))
  assert.equal(hours, 0)
  assert.notEqual(
    value(consents, 'PharmacistsInfoAvailableTime'),
    value(consents, 'PharmacistsInfoConsTime'),
  )
})

test('a card face is found by its meaning: width, padding, leading zeros, absent branch', async () => {
  const face = patient('01').cardFace
  for (const variant of [
    { ...face, insuredCardSymbol: '12・34' },
    { ...face, insuredCardSymbol: '12･34' },
    { ...face, insuredIdentificationNumber: '0005678' },
    { ...face, insuredIdentificationNumber: '５６７８' },
    { ...patient('03').cardFace, insurerNumber: '00138990' },
    { ...patient('03').cardFace, insuredBranchNumber: '' },
  ])
    assert.equal(outcomeOf(await asked(gateway, message(header(), search(variant)))), 'valid')
  for (const wrong of [
    { ...face, insuredCardSymbol: '１２・３５' },
    { ...face, insuredIdentificationNumber: '5677' },
    { ...face, insuredBranchNumber: '02' },
    { ...face, birthdate: '19800503' },
    { ...face, insurerNumber: '06139984' },
    { ...face, insuredIdentificationNumber: '123456789012' },
  ])
    assert.equal(outcomeOf(await asked(gateway, message(header(), search(wrong)))), 'not-found')
})

test('the answer echoes the search of a card face', async () => {
  const xml = await asked(gateway, question('03', 'a<b'.replace('<', '&lt;')))
  const [echo = ''] = groups(xml, 'QualificationConfirmSearchInfo')
  assert.equal(value(echo, 'InsurerNumber'), '  138990')
  assert.equal(value(echo, 'InsuredCardSymbol'), '架空')
  assert.equal(value(xml, 'ArbitraryFileIdentifier'), 'a<b')
  assert.equal(value(xml, 'ReferenceClassification'), '2')
})

test('a card is found by its certificate, with no echo; an expired, foreign or odd one is refused', async () => {
  const cards = makeCardAuthority()
  const byCard = (base64: string) =>
    asked(gateway, message(header(), `<CardCertificate>${base64}</CardCertificate>`))
  const certificate = (number: string, notAfter?: number) =>
    cards.makeCardCertificate(patient(number), notAfter).certificateDer.toString('base64')

  const xml = await byCard(certificate('01'))
  assert.equal(outcomeOf(xml), 'valid')
  assert.equal(value(xml, 'ReferenceClassification'), '1')
  assert.equal(groups(xml, 'QualificationConfirmSearchInfo').length, 0)
  assert.equal(value(xml, 'Birthdate'), patient('01').cardFace.birthdate)
  assert.equal(value(await byCard(certificate('05')), 'ProcessingResultCode'), 'SIM0101E')
  assert.equal(
    value(await byCard(pki.client.certificateDer.toString('base64')), 'ProcessingResultCode'),
    'SIM0104E',
  )
  assert.equal(value(await byCard('AAAA'), 'ErrorCode'), 'SIM0005E')
  assert.equal(value(await byCard('%%'), 'ErrorCode'), 'SIM0005E')
  const stranger = cards.makeCardCertificate({ cardId: 'NOBODY', cardExpires: 'in-years' })
  assert.equal(outcomeOf(await byCard(stranger.certificateDer.toString('base64'))), 'not-found')
})
