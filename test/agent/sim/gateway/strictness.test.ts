import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import iconv from 'iconv-lite'
import type { GatewaySimulator } from '../../../../agent/sim/gateway/server.ts'
import { ask, asked, open, patient, question, tls } from './bed.ts'
import { groups, header, message, search, send, value } from './client.ts'

let gateway: GatewaySimulator
before(async () => {
  gateway = await open()
})
after(() => gateway.close())
const QUESTION = '/onshi/kakunin'
const good = question('01', 'strict')
const replaceIn = (from: string | RegExp, to: string) => {
  const changed = good.replace(from, to)
  assert.notEqual(changed, good)
  return changed
}
const SEARCH_XML = groups(good, 'QualificationConfirmSearchInfo')[0] ?? ''

for (const [what, body, reason] of [
  ['without a declaration', replaceIn(/<\?.*?\?>/, ''), /no XML declaration/],
  ['with another encoding', replaceIn('UTF-8', 'EUC-JP'), /must be UTF-8 or Shift_JIS/],
  ['that is cut', good.slice(0, -20), /not well-formed/],
  ['with a second root', `${good}<XmlMsg/>`, /not well-formed/],
  ['with another root', good.replaceAll('XmlMsg', 'Message'), /root is not/],
  ['with a DTD', replaceIn('<XmlMsg>', '<!DOCTYPE x [<!ENTITY a "b">]><XmlMsg>'), /DOCTYPE/],
  ['with an attribute', replaceIn('<XmlMsg>', '<XmlMsg v="1">'), /attributes/],
  ['with text between', replaceIn('<MessageBody>', 'x<MessageBody>'), /text between/],
  ['with a false charset', replaceIn('UTF-8', 'Shift_JIS'), /not well-formed|not shift_jis/],
  ['in bytes that are no UTF-8', iconv.encode(good, 'cp932'), /not utf-8/],
  ['that is empty', '', /no XML declaration/],
] as const) {
  test(`a request ${what} is refused with 400 and a short reason`, async () => {
    const { status, bytes } = await ask(gateway, body)
    assert.equal(status, 400)
    assert.match(bytes.toString(), reason)
    assert.ok(bytes.length < 200)
  })
}

for (const [what, body, code, reason] of [
  ['no header', replaceIn(/<MessageHeader>.*<\/MessageHeader>/, ''), 'SIM0001E', /MessageHeader/],
  ['no body', replaceIn(/<MessageBody>.*<\/MessageBody>/, ''), 'SIM0001E', /MessageBody/],
  [
    'an empty body',
    replaceIn(/<MessageBody>.*<\/MessageBody>/, '<MessageBody/>'),
    'SIM0001E',
    /MessageBody/,
  ],
  [
    'body before header',
    good.replace(/(<MessageHeader>.*<\/MessageHeader>)(<MessageBody>.*<\/MessageBody>)/, '$2$1'),
    'SIM0001E',
    /out of order/,
  ],
  [
    'no date',
    replaceIn(/<QualificationConfirmationDate>.*?<\/QualificationConfirmationDate>/, ''),
    'SIM0002E',
    /QualificationConfirmationDate/,
  ],
  [
    'a date with hyphens',
    replaceIn('20260401', '2026-04-01'),
    'SIM0003E',
    /QualificationConfirmationDate/,
  ],
  [
    'a day that is none',
    replaceIn('20260401', '20260431'),
    'SIM0003E',
    /QualificationConfirmationDate/,
  ],
  [
    'no institution',
    replaceIn(/<MedicalInstitutionCode>.*?<\/MedicalInstitutionCode>/, ''),
    'SIM0002E',
    /MedicalInstitutionCode/,
  ],
  [
    'an institution of 7 digits',
    replaceIn('1319999991', '1999999'),
    'SIM0003E',
    /MedicalInstitutionCode/,
  ],
  [
    'an insurer number without padding',
    message(header(), search(patient('03').cardFace)).replace('  138990', '138990'),
    'SIM0003E',
    /InsurerNumber/,
  ],
  [
    'an insurer number padded on the right',
    message(header(), search(patient('03').cardFace)).replace('  138990', '138990  '),
    'SIM0003E',
    /InsurerNumber/,
  ],
  ['a symbol of 21', replaceIn('１２・３４', 'あ'.repeat(21)), 'SIM0003E', /InsuredCardSymbol/],
  ['a number of 21', replaceIn('5678', '5'.repeat(21)), 'SIM0003E', /InsuredIdentificationNumber/],
  ['no number', replaceIn('>5678<', '><'), 'SIM0002E', /InsuredIdentificationNumber/],
  [
    'a branch of 1 digit',
    replaceIn('<InsuredBranchNumber>01', '<InsuredBranchNumber>1'),
    'SIM0003E',
    /InsuredBranchNumber/,
  ],
  ['a birth date with slashes', replaceIn('19800502', '1980/5/2'), 'SIM0003E', /Birthdate/],
  ['a consent of 2', replaceIn(/Flg>1</, 'Flg>2<'), 'SIM0003E', /ConsFlg/],
  ['no consent', replaceIn(/<LimitApp.*?ConsFlg>1<\/.*?>/, ''), 'SIM0002E', /ConsFlg/],
  [
    'an unknown element',
    replaceIn('<Birthdate>', '<Birthday>1</Birthday><Birthdate>'),
    'SIM0001E',
    /Birthday> is not known/,
  ],
  [
    'an unknown header element',
    replaceIn('</MessageHeader>', '<X>1</X></MessageHeader>'),
    'SIM0001E',
    /X> is not known/,
  ],
  [
    'a wrong order',
    replaceIn(
      /(<InsurerNumber>.*?<\/InsurerNumber>)(<InsuredCardSymbol>.*?<\/InsuredCardSymbol>)/,
      '$2$1',
    ),
    'SIM0001E',
    /out of order/,
  ],
  [
    'an element twice',
    replaceIn('<Birthdate>', '<Birthdate>19800502</Birthdate><Birthdate>'),
    'SIM0001E',
    /twice/,
  ],
  [
    'an element inside a value',
    replaceIn('5678', '<b>5678</b>'),
    'SIM0002E',
    /InsuredIdentificationNumber/,
  ],
  [
    'several questions',
    replaceIn(
      '</MessageBody>',
      `<QualificationConfirmSearchInfo>${SEARCH_XML}</QualificationConfirmSearchInfo></MessageBody>`,
    ),
    'SIM0004E',
    /several/,
  ],
  [
    'a bulk download',
    replaceIn(
      /<MessageBody>.*<\/MessageBody>/,
      '<MessageBody><ReceptionNumber>1</ReceptionNumber></MessageBody>',
    ),
    'SIM0004E',
    /bulk/,
  ],
  [
    'a card face and a card',
    replaceIn('</MessageBody>', '<CardCertificate>AAAA</CardCertificate></MessageBody>'),
    'SIM0001E',
    /card face and a card/,
  ],
] as const) {
  test(`a message with ${what} is refused with segment 9 and names the reason`, async () => {
    const xml = await asked(gateway, body)
    assert.equal(value(xml, 'SegmentOfResult'), '9')
    assert.equal(value(xml, 'ErrorCode'), code)
    assert.match(value(xml, 'ErrorMessage') ?? '', reason)
    assert.doesNotMatch(xml, /<MessageBody>/)
  })
}

test('a birth date that is no day is an error about the person, with the search echoed', async () => {
  const xml = await asked(gateway, replaceIn('19800502', '19800231'))
  assert.equal(value(xml, 'ProcessingResultStatus'), '2')
  assert.equal(value(xml, 'ProcessingResultCode'), 'SIM0103E')
  assert.equal(value(xml, 'Birthdate'), '19800231')
})

test('wrong paths, methods, content types and lengths are refused as such', async () => {
  const status = async (path: string, method: string, headers = {}, body = '') =>
    (await send({ url: gateway.url + path, tls, method, headers, body })).status
  assert.equal(await status('/elsewhere', 'GET'), 404)
  assert.equal(await status(QUESTION, 'GET'), 405)
  assert.equal(await status('/status', 'GET'), 200)
  assert.equal(await status(QUESTION, 'POST', { 'content-type': 'application/json' }, good), 415)
  assert.equal(await status(QUESTION, 'POST', {}, good), 415)
  const long = { 'content-type': 'application/xml' }
  assert.equal(await status(QUESTION, 'POST', long, 'x'.repeat(65 * 1024)), 413)
})

test('a question for another institution than that of the certificate is forbidden', async () => {
  const other = message(header('x', '1319999983'), search(patient('01').cardFace))
  assert.equal((await ask(gateway, other)).status, 403)
})
