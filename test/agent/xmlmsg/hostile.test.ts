import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMessage } from '../../../agent/xmlmsg/codec.ts'
import { utf8 } from './samples.ts'

const decode = (text: string) => decodeMessage('eligibilityAnswer', utf8(text)).message
const refused = (text: string, code = 'ANSWER_MALFORMED') =>
  assert.throws(() => decode(text), { code }, text.slice(0, 80))
const declaration = '<?xml version="1.0" encoding="UTF-8"?>'
const inBody = (xml: string) => `<XmlMsg><MessageBody>${xml}</MessageBody></XmlMsg>`

test('what is no XML is said to be none', () => {
  const others = [
    '',
    ' \n',
    '{"XmlMsg":{}}',
    'OK',
    '%PDF-1.7',
    '\0',
    '<!DOCTYPE html><p>',
    '<html>',
  ]
  for (const text of [...others, '\n <HTML lang="ja"></HTML>']) refused(text, 'ANSWER_NOT_XML')
})

test('document types are refused: entity bombs, external entities, plain ones', () => {
  const bomb = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`)
  refused(`<!DOCTYPE XmlMsg [<!ENTITY l0 "lol">${bomb.join('')}]>${inBody('&l9;')}`)
  refused(`<!DOCTYPE XmlMsg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${inBody('<A>&x;</A>')}`)
  refused(`${declaration}<!DOCTYPE XmlMsg SYSTEM "http://127.0.0.1/x.dtd">${inBody('')}`)
  refused(`<!DOCTYPE XmlMsg>${inBody('')}`)
  refused(inBody('<A>&nbsp;</A>'))
  refused(inBody('<A>&__proto__;</A>'))
})

test('references to characters that XML has not are refused', () => {
  for (const reference of [
    '&#0;',
    '&#8;',
    '&#xD800;',
    '&#xFFFF;',
    '&#x110000;',
    '&#;',
    '&;',
    '&',
  ]) {
    refused(inBody(`<A>${reference}</A>`))
  }
})

test('only one root, XmlMsg, and nothing around it', () => {
  for (const text of ['<XmlMsg/><XmlMsg/>', '<XmlMsg/><A/>', '<A/>', '<xmlmsg/>', '<x:XmlMsg/>']) {
    refused(text)
  }
  for (const text of ['<XmlMsg/>x', '<XmlMsg/>&#32;', '<XmlMsg/><![CDATA[]]>', `${declaration}x`]) {
    refused(text)
  }
  refused(` ${declaration}<XmlMsg/>`)
  assert.deepEqual(decode(`${declaration}\n<!-- a --><XmlMsg></XmlMsg>\n<!-- b -->\n`), {})
})

test('a second element where one is documented is refused, never the last or the first taken', () => {
  const result = (fields: string) =>
    inBody(
      `<ResultList><ResultOfQualificationConfirmation>${fields}</ResultOfQualificationConfirmation></ResultList>`,
    )
  refused(result('<InsurerNumber>1</InsurerNumber><InsurerNumber>1</InsurerNumber>'))
  refused(result('<InsurerNumber></InsurerNumber><InsurerNumber>1</InsurerNumber>'))
  refused(result('<SpecificDiseasesCertificateList/><SpecificDiseasesCertificateList/>'))
  refused(inBody('<QualificationConfirmSearchInfo/><QualificationConfirmSearchInfo/>'))
  refused(inBody('<ResultList/><ResultList/>'))
  refused('<XmlMsg><MessageBody/><MessageBody/></XmlMsg>')
})

test('text beside elements and elements inside text are refused', () => {
  refused('<XmlMsg>x<MessageBody/></XmlMsg>')
  refused(inBody('x'))
  refused(inBody('\u3000'))
  refused(inBody('<ResultList>x</ResultList>'))
  refused(inBody('<New>x<A/></New>'))
  refused(inBody('<ProcessingResultStatus>1<A/></ProcessingResultStatus>'))
  refused(
    inBody(
      '<ProcessingResultStatus><QualificationValidity>1</QualificationValidity></ProcessingResultStatus>',
    ),
  )
})

test('attributes are harmless on the root and refused below it', () => {
  assert.deepEqual(decode('<XmlMsg xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'), {})
  refused(inBody('<ProcessingResultStatus xsi:nil="true"/>'))
  refused(inBody('<New a="1"/>'))
})

test('control characters are refused, whatever version is declared', () => {
  for (const character of ['\0', '\u0001', '\u000b', '\u001f', '\uffff']) {
    refused(inBody(`<A>${character}</A>`))
    refused(`<?xml version="1.1" encoding="UTF-8"?>${inBody(`<A>${character}</A>`)}`)
  }
  refused(`<?xml version="1.1"?>${inBody('<A>&#1;</A>')}`)
})

test('ill-formed markup is refused', () => {
  const bad = [
    '<A',
    '<A>',
    '</A>',
    '<A></B>',
    '<A></A',
    '<A b></A>',
    '<A><![CDATA[</A>',
    '<!-- --',
    '< A/>',
  ]
  for (const xml of [...bad, '<?xml version="1.0"?>', '<A>]]></A>', '<1/>', '<!-- -- -->']) {
    refused(inBody(xml))
  }
})

test('a body over the limit is refused before it is read', () => {
  const big = Buffer.alloc(5_000_000, 0x20)
  big.write('<XmlMsg>')
  const before = process.memoryUsage().heapUsed
  assert.throws(() => decodeMessage('eligibilityAnswer', big), {
    code: 'ANSWER_TOO_LARGE',
    facts: { bytes: 5_000_000, limitBytes: 1_048_576 },
  })
  assert.ok(process.memoryUsage().heapUsed - before < 1_000_000)
  const { length } = utf8('<XmlMsg/>')
  const small = { limitBytes: length }
  assert.deepEqual(decodeMessage('eligibilityAnswer', utf8('<XmlMsg/>'), small).message, {})
  const tooSmall = { limitBytes: length - 1 }
  assert.throws(() => decodeMessage('eligibilityAnswer', utf8('<XmlMsg/>'), tooSmall), {
    code: 'ANSWER_TOO_LARGE',
  })
})

test('depth and number of elements are bounded', () => {
  refused(inBody('<A>'.repeat(100_000)))
  refused(inBody('<A>'.repeat(33) + '</A>'.repeat(33)))
  refused(inBody('<A/>'.repeat(70_000)))
  assert.equal(decode(inBody('<A/>'.repeat(1_000))).messageBody?.unknown?.length, 1_000)
})

test('a full megabyte of anything is answered', () => {
  const fill = (part: string) => part.repeat(Math.floor(1_000_000 / part.length))
  for (const part of [
    '&',
    '&amp;',
    '<',
    '>',
    ']',
    '"',
    '-',
    '<![CDATA[',
    '<!--',
    'a="1" ',
    '<?a ',
  ]) {
    refused(inBody(fill(part)))
    refused(`<XmlMsg ${fill(part)}`)
    refused(`<!DOCTYPE XmlMsg [${fill(part)}`)
  }
  const long = 'あ'.repeat(300_000)
  assert.equal(
    decode(inBody(`<ProcessingResultMessage>${long}</ProcessingResultMessage>`)).messageBody
      ?.processingResultMessage,
    long,
  )
})
