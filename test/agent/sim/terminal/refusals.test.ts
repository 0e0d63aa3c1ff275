import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import iconv from 'iconv-lite'
import { header, message, value } from '../gateway/client.ts'
import { appears, ask, changed, names, open, put, question, until } from './bed.ts'

const LIMITED = { timeout: 60_000 }
const good = question('01', 'Q')
const SEARCH = /<QualificationConfirmSearchInfo>.*<\/QualificationConfirmSearchInfo>/

for (const [what, from, to, reason] of [
  ['an unknown element', '</MessageHeader>', '<Extra>1</Extra></MessageHeader>', 'layout'],
  ['a body without a question', SEARCH, '', 'layout'],
  ['two questions in one', SEARCH, '$&$&', 'layout'],
  ['no header', /<MessageHeader>.*<\/MessageHeader>/, '', 'layout'],
  ['a bulk fetch under a single name', SEARCH, '<ReceptionNumber>1</ReceptionNumber>', 'layout'],
  ['no birth date', /<Birthdate>\d+<\/Birthdate>/, '', 'missing-field'],
  ['an empty number', /(?<=<InsuredIdentificationNumber>)\d+/, '', 'missing-field'],
  ['no consent flag', /<LimitApplication.*<\/LimitApplication\w+>/, '', 'missing-field'],
  ['a short insurer number', '06139992', '6139992', 'wrong-value'],
  ['an over-long symbol', '１２・３４', '１'.repeat(21), 'wrong-value'],
  ['an over-long number', '5678', '5'.repeat(21), 'wrong-value'],
  ['a birth date of another shape', '19800502', '1980-05-02', 'wrong-value'],
  ['a date that is no day', '20260401', '20260231', 'wrong-value'],
  ['another institution', '1319999991', '1319999983', 'institution'],
  ['an identifier that is not of the name', 'Identifier>Q<', 'Identifier>R<', 'identifier'],
] as const)
  test(`${what} is answered with segment 9`, LIMITED, async (t) => {
    const terminal = await open(t, { sameIdentifier: true })
    const xml = (await ask(terminal, 'OQSsiquc01', 'Q', changed(good, from, to))).toString()
    assert.equal(value(xml, 'SegmentOfResult'), '9')
    assert.match(value(xml, 'ErrorCode') ?? '', /^SIM\d{4}E$/)
    assert.doesNotMatch(xml, /<MessageBody|1980-05-02/)
    assert.deepEqual(terminal.stats().refused, { [reason]: 1 })
  })

for (const [what, bytes] of [
  ['a text', 'hello'],
  ['XML that is not well-formed', changed(good, '</Birthdate>', '</Birthday>')],
  ['UTF-8 that is said to be Shift_JIS', changed(good, 'UTF-8', 'Shift_JIS')],
  ['Shift_JIS that is said to be UTF-8', iconv.encode(good, 'cp932')],
  ['EUC-JP', changed(good, 'UTF-8', 'EUC-JP')],
  ['no declaration', changed(good, /^<\?xml.*?\?>/, '')],
  ['a DTD', changed(good, '<XmlMsg>', '<!DOCTYPE XmlMsg [<!ENTITY a "b">]><XmlMsg>')],
  ['an attribute', changed(good, '<MessageBody>', '<MessageBody a="1">')],
  ['another root', changed(good, /XmlMsg>/g, 'Message>')],
  ['UTF-16', Buffer.from(`\ufeff${good}`, 'utf16le')],
] as const)
  test(`${what} goes to the trash unanswered`, LIMITED, async (t) => {
    const terminal = await open(t)
    put(terminal, 'OQSsiquc01req_Q.xml', bytes)
    await appears(terminal.folders.trash, 'OQSsiquc01req_Q.xml')
    assert.deepEqual(names(terminal.folders.res), [])
    assert.deepEqual(names(terminal.folders.req), [])
    await until(() => terminal.stats().refused['unreadable'] === 1)
  })

test('a request of more than 5 MiB goes to the trash unread', LIMITED, async (t) => {
  const terminal = await open(t)
  put(terminal, 'OQSsiquc01req_Q.xml', Buffer.alloc(5 * 1024 * 1024 + 1, 0x20))
  await appears(terminal.folders.trash, 'OQSsiquc01req_Q.xml')
  await until(() => terminal.stats().refused['too-long'] === 1)
})

test('files that are documented but not played are answered plainly', LIMITED, async (t) => {
  const terminal = await open(t)
  for (const prefix of ['YZKsiquc01', 'TKKsiquc01', 'OQSmuimm01', 'OQSmuhvq02', 'OQSmutic01']) {
    const body = '<StartDate>202603</StartDate>'
    const xml = (await ask(terminal, prefix, 'D', message(header('D'), body))).toString()
    assert.equal(value(xml, 'SegmentOfResult'), '9', prefix)
    assert.match(value(xml, 'ErrorMessage') ?? '', /not played/)
    assert.equal(value(xml, 'ArbitraryFileIdentifier'), 'D')
  }
  assert.deepEqual(terminal.stats().refused, { 'not-played': 5 })
})

test('a bulk fetch of an unknown ReceptionNumber fails', LIMITED, async (t) => {
  const terminal = await open(t)
  const fetch = message(header('F'), '<ReceptionNumber>2026040118000000009</ReceptionNumber>')
  const xml = (await ask(terminal, 'OQSmuquc02', 'F', fetch)).toString()
  assert.equal(value(xml, 'SegmentOfResult'), '9')
  assert.deepEqual(terminal.stats().refused, { 'reception-number': 1 })
})

test('a bulk question with one bad line fails as a whole', LIMITED, async (t) => {
  const terminal = await open(t)
  const [line = ''] = SEARCH.exec(good) ?? []
  const bulk = changed(changed(good, SEARCH, line + line), /5678(?=.*$)/, '5'.repeat(21))
  const xml = (await ask(terminal, 'OQSmuquc01', 'Q', bulk)).toString()
  assert.equal(value(xml, 'SegmentOfResult'), '9')
  assert.equal(value(xml, 'ReceptionNumber'), undefined)
})

test('a registration with an over-long number is refused', LIMITED, async (t) => {
  const terminal = await open(t)
  const body = `<ReferenceNumberRegistrationInfo><ReferenceNumber>${'1'.repeat(51)}</ReferenceNumber>
<InsurerNumber>06139992</InsurerNumber><InsuredIdentificationNumber>5678</InsuredIdentificationNumber>
</ReferenceNumberRegistrationInfo>`
  const xml = (await ask(terminal, 'OQSsiimm01', 'R', message(header('R'), body))).toString()
  assert.equal(value(xml, 'SegmentOfResult'), '9')
  assert.deepEqual(terminal.stats().refused, { 'wrong-value': 1 })
})

test('other names are left lying, and so are folders', LIMITED, async (t) => {
  const terminal = await open(t)
  const { req } = terminal.folders
  const strange = [
    'OQSsiquc01req_A.xml.tmp',
    'OQSsiquc01req_A.XML',
    'OQSsiquc01req_.xml',
    'oqssiquc01req_A.xml',
    'OQSsiquc01res_A.xml',
    'OQSsiquc02req_A.xml',
    'Thumbs.db',
  ]
  for (const name of strange) writeFileSync(join(req, name), good)
  mkdirSync(join(req, 'OQSsiquc01req_D.xml'))
  await ask(terminal, 'OQSsiquc01', 'Q', good)
  const left = [...strange, 'OQSsiquc01req_D.xml'].sort()
  assert.deepEqual(names(req), left)
  await until(() => terminal.stats().strangers === left.length)
  assert.deepEqual(terminal.stats().refused, {})
})

test('a request without its end waits for it', LIMITED, async (t) => {
  const terminal = await open(t)
  const path = join(terminal.folders.req, 'OQSsiquc01req_Q.xml')
  const bytes = Buffer.from(good)
  writeFileSync(path, '')
  for (const [from, to] of [
    [0, 40],
    [40, 500],
    [500, bytes.length - 1],
  ] as const) {
    appendFileSync(path, bytes.subarray(from, to))
    const { polls } = terminal.stats()
    await until(() => terminal.stats().polls > polls + 2)
    assert.equal(terminal.stats().pickedUp, 0)
  }
  appendFileSync(path, bytes.subarray(-1))
  const xml = (await appears(terminal.folders.res, 'OQSsiquc01res_Q.xml')).toString()
  assert.equal(value(xml, 'SegmentOfResult'), '1')
})

test('a request whose end never comes goes to the trash', LIMITED, async (t) => {
  const terminal = await open(t, { incompleteMs: 30 })
  const half = good.slice(0, good.length / 2)
  put(terminal, 'OQSsiquc01req_Q.xml', half)
  assert.equal((await appears(terminal.folders.trash, 'OQSsiquc01req_Q.xml')).toString(), half)
  assert.deepEqual(names(terminal.folders.res), [])
  await until(() => terminal.stats().refused['incomplete'] === 1)
})

test('a root folder that goes away and comes back is survived', LIMITED, async (t) => {
  const terminal = await open(t)
  const { req } = terminal.folders
  rmSync(req, { recursive: true })
  await until(() => terminal.stats().failures > 2)
  mkdirSync(req)
  const xml = (await ask(terminal, 'OQSsiquc01', 'Q', good)).toString()
  assert.equal(value(xml, 'SegmentOfResult'), '1')
})
