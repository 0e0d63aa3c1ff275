import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { unzipSync } from 'fflate'
import iconv from 'iconv-lite'
import { crowdByCardFace, crowdPatient } from '../../../../agent/sim/patients/crowd.ts'
import { patients } from '../../../../agent/sim/patients.ts'
import { patient } from '../gateway/bed.ts'
import { groups, header, message, search, value, values } from '../gateway/client.ts'
import { appears, ask, changed, names, open, put, question, single, until } from './bed.ts'

const SAMPLES = join(import.meta.dirname, '../../../fixtures/messages')
const sample = (name: string) => readFileSync(join(SAMPLES, name))
const DOCUMENTED = { timeout: 60_000 }

const bulk = (identifier: string, ...numbers: string[]) =>
  message(header(identifier), numbers.map((one) => search(patient(one).cardFace)).join(''))
const fetchBulk = (identifier: string, reception: string) =>
  message(header(identifier), `<ReceptionNumber>${reception}</ReceptionNumber>`)
const registration = (identifier: string, number: string, reference: string) =>
  message(
    header(identifier),
    `<ReferenceNumberRegistrationInfo><ReferenceNumber>${reference}</ReferenceNumber>${changed(
      changed(search(patient(number).cardFace), /<\/?QualificationConfirmSearchInfo>/g, ''),
      /<Birthdate>.*$/,
      '',
    )}</ReferenceNumberRegistrationInfo>`,
  )

test(
  'a question comes back answered under its own name, and is gone from req',
  DOCUMENTED,
  async (t) => {
    const terminal = await open(t)
    const xml = await single(terminal, '01', '202604010001')
    assert.equal(value(xml, 'SegmentOfResult'), '1')
    assert.equal(value(xml, 'ReferenceClassification'), '2')
    assert.equal(value(xml, 'ArbitraryFileIdentifier'), '202604010001')
    assert.equal(value(xml, 'QualificationValidity'), '1')
    assert.equal(value(xml, 'Name'), '検証　一郎')
    assert.equal(groups(xml, 'QualificationConfirmSearchInfo').length, 1)
    assert.deepEqual(names(terminal.folders.req), [])
    assert.deepEqual(names(terminal.folders.res), ['OQSsiquc01res_202604010001.xml'])
    await until(() => terminal.stats().answered === 1)
    const { pickedUp, filesWritten, pickedUpByName } = terminal.stats()
    assert.deepEqual({ pickedUp, filesWritten }, { pickedUp: 1, filesWritten: 1 })
    assert.deepEqual(pickedUpByName, { 'OQSsiquc01req_202604010001.xml': 1 })
  },
)

test('all forty patients are answered as over HTTPS', DOCUMENTED, async (t) => {
  const terminal = await open(t)
  for (const { number } of patients)
    put(terminal, `OQSsiquc01req_P${number}.xml`, question(number, `P${number}`))
  for (const { number, outcome } of patients) {
    const xml = (await appears(terminal.folders.res, `OQSsiquc01res_P${number}.xml`)).toString()
    const validity = value(xml, 'QualificationValidity')
    if (outcome === 'valid') assert.equal(validity, '1', number)
    if (outcome === 'not-found') assert.equal(validity, '4', number)
    if (outcome === 'pending') assert.equal(value(xml, 'SegmentOfResult'), '2', number)
  }
})

test(
  'answers come in Shift_JIS when asked for, whatever the request is in',
  DOCUMENTED,
  async (t) => {
    const terminal = await open(t, { charset: 'shift_jis' })
    for (const [identifier, bytes] of [
      ['UTF8', question('01', 'UTF8')],
      ['SJIS', iconv.encode(changed(question('01', 'SJIS'), 'UTF-8', 'Shift_JIS'), 'cp932')],
    ] as const) {
      const answer = await ask(terminal, 'OQSsiquc01', identifier, bytes)
      assert.match(answer.toString('latin1'), /^<\?xml version="1.0" encoding="Shift_JIS"/)
      const xml = iconv.decode(answer, 'cp932')
      assert.equal(value(xml, 'CharacterCodeIdentifier'), '1')
      assert.equal(value(xml, 'Name'), '検証　一郎')
    }
  },
)

test('the sample requests are answered, each under its own identifier', DOCUMENTED, async (t) => {
  const terminal = await open(t, { pendingFetches: 0 })
  const card = await ask(
    terminal,
    'OQSsiquc01',
    '00042_20260401093000123',
    sample('01_req_card_OQSsiquc01req_202604010001.xml'),
  )
  assert.equal(value(card.toString(), 'SegmentOfResult'), '1')
  assert.equal(value(card.toString(), 'QualificationValidity'), '1')

  const accepted = (
    await ask(terminal, 'OQSmuquc01', 'yoyaku20260402', sample('11_bulk_req_OQSmuquc01req.xml'))
  ).toString()
  const reception = value(accepted, 'ReceptionNumber') ?? ''
  assert.match(reception, /^\d{19}$/)
  assert.equal(value(accepted, 'SegmentOfResult'), undefined)
  const download = sample('13_bulk_download_OQSmuquc02req.xml').toString('latin1')
  const done = await ask(
    terminal,
    'OQSmuquc02',
    '202604020001',
    changed(download, '2026040118000000001', reception),
  )
  const xml = done.toString()
  assert.equal(value(xml, 'ArbitraryFileIdentifier'), 'yoyaku20260402')
  assert.equal(value(xml, 'NumberOfProcessingResult'), '2')
  assert.equal(groups(xml, 'BulkConfirmUnit').length, 2)

  const registered = await ask(
    terminal,
    'OQSsiimm01',
    '20260401120000123-1a2b3c4d',
    sample('15_refnum_req_OQSsiimm01req.xml'),
  )
  assert.equal(value(registered.toString(), 'SegmentOfResult'), '1')
  assert.equal(value(registered.toString(), 'ReferenceNumber'), '00042')
})

test(
  'an identifier may differ from the file name, unless it is told to refuse that',
  DOCUMENTED,
  async (t) => {
    const name = '01_req_card_OQSsiquc01req_202604010001.xml'
    const strict = await open(t, { sameIdentifier: true })
    const refused = await ask(strict, 'OQSsiquc01', '202604010001', sample(name))
    assert.equal(value(refused.toString(), 'SegmentOfResult'), '9')
    assert.deepEqual(strict.stats().refused, { identifier: 1 })
    const lenient = await open(t)
    const xml = (await ask(lenient, 'OQSsiquc01', '202604010001', sample(name))).toString()
    assert.equal(value(xml, 'SegmentOfResult'), '1')
    assert.equal(value(xml, 'ArbitraryFileIdentifier'), '00042_20260401093000123')
  },
)

test(
  'a bulk question is still processing at first, then done line by line',
  DOCUMENTED,
  async (t) => {
    const terminal = await open(t, { pendingFetches: 2 })
    const accepted = await ask(
      terminal,
      'OQSmuquc01',
      'B1',
      bulk('B1', '01', '22', '32', '37', '03'),
    )
    const reception = value(accepted.toString(), 'ReceptionNumber') ?? ''
    const segments: (string | undefined)[] = []
    let xml = ''
    for (const identifier of ['F1', 'F2', 'F3', 'F4']) {
      xml = (
        await ask(terminal, 'OQSmuquc02', identifier, fetchBulk(identifier, reception))
      ).toString()
      segments.push(value(xml, 'SegmentOfResult'))
      assert.equal(value(xml, 'ArbitraryFileIdentifier'), identifier)
      assert.equal(value(xml, 'ReceptionNumber'), reception)
    }
    assert.deepEqual(segments, ['2', '2', '1', '1'])
    const counts = ['NumberOfProcessingResult', 'NumberOfNormalProcessing', 'NumberOfError']
    assert.deepEqual(
      counts.map((name) => value(xml, name)),
      ['5', '4', '1'],
    )
    const units = groups(xml, 'BulkConfirmUnit')
    const results = units.map((unit) => groups(unit, 'ResultOfQualificationConfirmation').length)
    assert.deepEqual(results, [1, 2, 0, 0, 1])
    const validities = units.map((unit) => value(unit, 'QualificationValidity'))
    assert.deepEqual(validities, ['1', '1', '4', undefined, '1'])
    assert.equal(value(units[3] ?? '', 'ProcessingResultStatus'), '2')
    assert.ok(units.every((unit) => groups(unit, 'QualificationConfirmSearchInfo').length === 1))
    assert.deepEqual(values(xml, 'ReferenceNumber').length, 1)
    assert.match(units[4] ?? '', /<ReferenceNumber>\w+<\/ReferenceNumber>/)
    for (const one of groups(xml, 'ResultOfQualificationConfirmation')) {
      assert.doesNotMatch(
        one,
        /ConsFlg|ConsTime|LimitApplicationCertificateRelatedInfo|<ReferenceNumber/,
      )
      assert.match(one, /<LimitApplicationCertificateChanged>/)
    }
  },
)

test(
  'people beside the forty are answered where the terminal is told of them, one by one and in bulk',
  DOCUMENTED,
  async (t) => {
    const { cardFace } = crowdPatient(7, 0)
    const one = message(header('C1'), search(cardFace))
    const validities = async (terminal: Awaited<ReturnType<typeof open>>) => {
      const alone = await ask(terminal, 'OQSsiquc01', 'C1', one)
      const accepted = await ask(terminal, 'OQSmuquc01', 'C1', one)
      const reception = value(accepted.toString(), 'ReceptionNumber') ?? ''
      const together = await ask(terminal, 'OQSmuquc02', 'C2', fetchBulk('C2', reception))
      return [alone, together].map((xml) => value(xml.toString(), 'QualificationValidity'))
    }
    const told = await open(t, { pendingFetches: 0, alsoKnown: crowdByCardFace })
    assert.deepEqual(await validities(told), ['1', '1'])
    assert.deepEqual(await validities(await open(t, { pendingFetches: 0 })), ['4', '4'])
  },
)

test('bulk results come as ZIP when asked for, with the XML inside', DOCUMENTED, async (t) => {
  const terminal = await open(t, { zip: true, pendingFetches: 0 })
  const accepted = await ask(terminal, 'OQSmuquc01', 'B1', bulk('B1', '01'))
  const reception = value(accepted.toString(), 'ReceptionNumber') ?? ''
  const zip = await ask(terminal, 'OQSmuquc02', 'F1', fetchBulk('F1', reception), 'zip')
  const files = unzipSync(zip)
  assert.deepEqual(Object.keys(files), ['OQSmuquc02res_F1.xml'])
  const xml = Buffer.from(files['OQSmuquc02res_F1.xml'] ?? []).toString()
  assert.equal(groups(xml, 'BulkConfirmUnit').length, 1)
})

test(
  'a registered number comes back in every later result of that person',
  DOCUMENTED,
  async (t) => {
    const terminal = await open(t, { pendingFetches: 0 })
    assert.equal(value(await single(terminal, '01', 'BEFORE'), 'ReferenceNumber'), undefined)
    const registered = await ask(terminal, 'OQSsiimm01', 'R1', registration('R1', '01', 'A-77'))
    assert.equal(value(registered.toString(), 'ProcessingResultStatus'), '1')
    assert.equal(groups(registered.toString(), 'ReferenceNumberRegistrationInfo').length, 1)
    assert.equal(value(await single(terminal, '01', 'AFTER'), 'ReferenceNumber'), 'A-77')
    assert.equal(value(await single(terminal, '02', 'OTHER'), 'ReferenceNumber'), undefined)
    const face = await appears(terminal.folders.face, await terminal.face('01'))
    assert.equal(value(face.toString(), 'ReferenceNumber'), 'A-77')
    const accepted = await ask(terminal, 'OQSmuquc01', 'B1', bulk('B1', '01'))
    const reception = value(accepted.toString(), 'ReceptionNumber') ?? ''
    const unit = await ask(terminal, 'OQSmuquc02', 'F1', fetchBulk('F1', reception))
    assert.equal(value(unit.toString(), 'ReferenceNumber'), 'A-77')
  },
)

test(
  'a registration that names nobody, or several, is an error about the person',
  DOCUMENTED,
  async (t) => {
    const terminal = await open(t)
    const nobody = changed(registration('R1', '01', 'A'), '5678', '99999')
    const xml = (await ask(terminal, 'OQSsiimm01', 'R1', nobody)).toString()
    assert.equal(value(xml, 'SegmentOfResult'), '1')
    assert.equal(value(xml, 'ProcessingResultStatus'), '2')
  },
)

test('a check at the card reader comes as an unasked result', DOCUMENTED, async (t) => {
  const terminal = await open(t, { now: () => Date.UTC(2026, 3, 1, 0, 30, 2) })
  const name = await terminal.face('01')
  assert.match(name, /^OQSsiquc01res_face_1319999991[0-9A-F]{20}_20260401093002\.xml$/)
  const xml = (await appears(terminal.folders.face, name)).toString()
  assert.equal(value(xml, 'ReferenceClassification'), '1')
  assert.equal(value(xml, 'MedicalInstitutionCode'), '1319999991')
  assert.equal(value(xml, 'QualificationValidity'), '1')
  assert.equal(groups(xml, 'QualificationConfirmSearchInfo').length, 0)
  assert.notEqual(await terminal.face('1'), name)
  await until(() => terminal.stats().faces === 2)
  await assert.rejects(terminal.face('41'), /"01" to "40"/)
})

test(
  'the element order changes from answer to answer, or is the documented one',
  DOCUMENTED,
  async (t) => {
    const orders = async (shuffle: boolean) => {
      const terminal = await open(t, { shuffle })
      const order = async (identifier: string) =>
        [...(await single(terminal, '01', identifier)).matchAll(/<([A-Z]\w+)>/g)].map(
          (one) => one[1],
        )
      return [await order('A1'), await order('A2')]
    }
    const [first, second] = await orders(true)
    assert.notDeepEqual(first, second)
    const [one, two] = await orders(false)
    assert.deepEqual(one, two)
    assert.deepEqual(one?.slice(0, 3), ['XmlMsg', 'MessageHeader', 'ProcessExecutionTime'])
  },
)
