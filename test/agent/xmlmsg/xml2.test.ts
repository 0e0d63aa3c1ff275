import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import {
  readXml2,
  recordIn,
  recordsIn,
  textIn,
  writeXml2,
  type Xml2Record,
} from '../../../agent/xmlmsg/xml2.ts'

test('a request says of every element what it is', () => {
  const record: Xml2Record = {
    Patient_ID: '00042',
    Home_Address_Information: { Address_ZipCode: '1000000' },
    PublicInsurance_Information: [{ PublicInsurance_Class: '012' }],
  }
  assert.equal(
    writeXml2({ name: 'patientmodreq', record }),
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<data><patientmodreq type="record"><Patient_ID type="string">00042</Patient_ID>' +
      '<Home_Address_Information type="record"><Address_ZipCode type="string">1000000</Address_ZipCode></Home_Address_Information>' +
      '<PublicInsurance_Information type="array"><PublicInsurance_Information_child type="record">' +
      '<PublicInsurance_Class type="string">012</PublicInsurance_Class>' +
      '</PublicInsurance_Information_child></PublicInsurance_Information></patientmodreq></data>\n',
  )
})

test('what is written is read again, whatever stands in it', () => {
  const record: Xml2Record = {
    Text: 'a<b>&"\'\r\n髙﨑　①',
    Empty: '',
    Rows: [{ One: '1' }, { Two: { Three: '3' } }],
  }
  const sent = writeXml2({ name: 'res', record })
  const answer = sent.replace('<data>', '<xmlio2>').replace('</data>', '</xmlio2>')
  assert.deepEqual(readXml2(answer), { name: 'res', record })
})

const answerOf = (inner: string) => `<xmlio2><res type="record">${inner}</res></xmlio2>`

test('the empty records that ORCA pads lists with are dropped, those between are not', () => {
  const { record } = readXml2(
    answerOf(
      '<Rows type="array"><Rows_child type="record"/><Rows_child type="record"><A type="string">1</A></Rows_child>' +
        '<Rows_child type="record"><A type="string"> </A></Rows_child><Rows_child type="record"></Rows_child></Rows>',
    ),
  )
  assert.deepEqual(record, { Rows: [{}, { A: '1' }] })
  assert.deepEqual(recordsIn(record, 'Rows'), [{ A: '1' }])
})

test('what is not there reads as nothing, and no name of ours is taken for one of theirs', () => {
  const { record } = readXml2(answerOf('<A type="string"> x </A>'))
  assert.equal(textIn(record, 'A'), 'x')
  assert.equal(textIn(record, 'B'), '')
  assert.equal(textIn(record, 'toString'), '')
  assert.deepEqual(recordIn(record, 'A'), {})
  assert.deepEqual(recordsIn(record, 'constructor'), [])
})

test('anything else than one record in an answer is refused, without a word of what it says', () => {
  const secret = '検証　一郎'
  for (const [what, text] of [
    ['cut', answerOf(`<A type="string">${secret}</A>`).slice(0, -12)],
    ['a page', `<html><body>${secret}</body></html>`],
    ['no XML', secret],
    ['empty', ''],
    ['a DTD', `<!DOCTYPE x [<!ENTITY a "${secret}">]>${answerOf('<A>&a;</A>')}`],
    ['a request', answerOf('').replaceAll('xmlio2', 'data')],
    ['two records', '<xmlio2><a type="record"/><b type="record"/></xmlio2>'],
    ['a text', `<xmlio2><a type="string">${secret}</a></xmlio2>`],
    ['text beside elements', answerOf(`${secret}<A type="string">1</A>`)],
    ['text in a record of none', answerOf(`<A type="record">${secret}</A>`)],
    ['text in a list of none', answerOf(`<A type="array">${secret}</A>`)],
    ['an element twice', answerOf('<A type="string">1</A><A type="string">2</A>')],
    ['too deep', answerOf('<A>'.repeat(20) + '</A>'.repeat(20))],
    ['too much', answerOf(`<Rows type="array">${'<Rows_child/>'.repeat(50_001)}</Rows>`)],
  ] as const)
    assert.throws(
      () => readXml2(text),
      (error) =>
        error instanceof AgentError &&
        error.code === 'SINK_ANSWER_INVALID' &&
        !JSON.stringify([error.message, error.facts]).includes(secret),
      what,
    )
})

test('a character that XML cannot hold is not sent, and neither is a name that is none', () => {
  assert.throws(
    () => writeXml2({ name: 'req', record: { Name: 'a\u0000b' } }),
    (error) => error instanceof AgentError && error.code === 'CHARACTER_UNENCODABLE',
  )
  assert.throws(() => writeXml2({ name: 'req', record: { 'a b': '1' } }), TypeError)
})
