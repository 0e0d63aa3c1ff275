import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { EligibilityAnswer } from '../../../agent/kernel/official.ts'
import { decodeMessage, encodeMessage } from '../../../agent/xmlmsg/codec.ts'
import { sample, samples, utf8 } from './samples.ts'

const answer = (body: string, head = '<?xml version="1.0" encoding="UTF-8"?>') =>
  decodeMessage('eligibilityAnswer', utf8(`${head}<XmlMsg>${body}</XmlMsg>`)).message
const result = (fields: string) =>
  answer(
    `<MessageBody><ResultList><ResultOfQualificationConfirmation>${fields}` +
      '</ResultOfQualificationConfirmation></ResultList></MessageBody>',
  ).messageBody?.resultList?.[0]
const named = (name: string): EligibilityAnswer => ({ messageBody: { resultList: [{ name }] } })
const nameOf = (message: EligibilityAnswer) => message.messageBody?.resultList?.[0]?.name

test('all sixteen documented messages are there', () => {
  assert.equal(samples.length, 16)
})

for (const { name, kind, bytes } of samples) {
  test(`${name} survives decode and encode, in its own charset and in the other`, () => {
    const { message, charset } = decodeMessage(kind, bytes)
    assert.ok(!JSON.stringify(message).includes('"unknown"'), 'every element is known')
    for (const other of ['UTF-8', 'Shift_JIS'] as const) {
      const again = decodeMessage(kind, encodeMessage(kind, message, other))
      assert.deepEqual(again, { message, charset: other })
    }
    const inOrder = !name.includes('unordered')
    const same = Buffer.compare(encodeMessage(kind, message, charset), bytes) === 0
    assert.equal(same, inOrder, 'written in the documented order')
  })
}

test('a message in another order is written in the documented one', () => {
  const { message } = decodeMessage('eligibilityAnswer', sample('03'))
  const text = new TextDecoder().decode(encodeMessage('eligibilityAnswer', message, 'UTF-8'))
  const order = ['<PrescriptionIssueSelect>', '<ProcessingResultStatus>', '<InsurerNumber>']
  const places = [...order, '<InsuredCardSymbol>', '<Name>', '<Sex1>', '<ReferenceNumber>'].map(
    (element) => text.indexOf(element),
  )
  assert.ok(!places.includes(-1))
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  )
})

test('padding, half-width kana, ● and leading zeros stay as they came', () => {
  const { message } = decodeMessage('eligibilityAnswer', sample('03'))
  const first = message.messageBody?.resultList?.[0]
  assert.equal(first?.insurerNumber, '  138990')
  assert.equal(first?.insuredIdentificationNumber, '0098765')
  assert.equal(first?.name, '髙●　花子')
  assert.equal(first?.nameKana, 'ﾀｶﾊｼ ﾊﾅｺ')
})

test('several results stay several, each with its own lists', () => {
  const { message } = decodeMessage('eligibilityAnswer', sample('10'))
  const results = message.messageBody?.resultList ?? []
  assert.deepEqual(
    results.map(({ insuredCardClassification }) => insuredCardClassification),
    ['01', 'A1'],
  )
  assert.equal(results[1]?.publicExpenseResultList?.[0]?.medicalTreatmentMonth, '202604')
})

test('a bulk unit may hold several results and several reference numbers', () => {
  const unit =
    '<ReferenceNumber>1</ReferenceNumber><ResultOfQualificationConfirmation><Name>a</Name>' +
    '</ResultOfQualificationConfirmation><ReferenceNumber>2</ReferenceNumber>' +
    '<ResultOfQualificationConfirmation/>'
  const bytes = utf8(
    `<XmlMsg><MessageBody><BulkConfirmUnit>${unit}</BulkConfirmUnit></MessageBody></XmlMsg>`,
  )
  const { message } = decodeMessage('bulkAnswer', bytes)
  assert.deepEqual(message.messageBody?.bulkConfirmUnit, [
    { resultOfQualificationConfirmation: [{ name: 'a' }, {}], referenceNumber: ['1', '2'] },
  ])
  const again = decodeMessage('bulkAnswer', encodeMessage('bulkAnswer', message, 'UTF-8'))
  assert.deepEqual(again.message, message)
})

test('absent, empty and blank are three different things', () => {
  const fields = result('<Name></Name><NameKana/><InsuredCardSymbol>  </InsuredCardSymbol>')
  assert.deepEqual(fields, { name: '', nameKana: '', insuredCardSymbol: '  ' })
  assert.deepEqual(answer('<MessageBody><ResultList/></MessageBody>').messageBody, {
    resultList: [],
  })
  assert.deepEqual(answer('<MessageBody/>'), { messageBody: {} })
  assert.deepEqual(answer(''), {})
})

test('text in pieces is one text: CDATA, references, comments, line ends', () => {
  assert.equal(
    result('<Name>検<![CDATA[<証>]]>&amp;&#x4e00;<!-- x -->郎</Name>')?.name,
    '検<証>&一郎',
  )
  assert.equal(result('<Address>a\r\nb\rc</Address>')?.address, 'a\nb\nc')
  const odd = '&<>"\'\t\r\n ]]> 　'
  for (const charset of ['UTF-8', 'Shift_JIS'] as const) {
    const bytes = encodeMessage('eligibilityAnswer', named(odd), charset)
    assert.equal(nameOf(decodeMessage('eligibilityAnswer', bytes).message), odd)
  }
})

test('elements that are not known survive, wherever they stand', () => {
  const body =
    '<New>1</New><MessageHeader><SegmentOfResult>1</SegmentOfResult><H/></MessageHeader>' +
    '<MessageBody><ResultList><Count>2</Count><ResultOfQualificationConfirmation><Deep><A>x</A>' +
    '<A> y </A><B><C/></B></Deep><Name>n</Name><__proto__>p</__proto__><Unknown>u</Unknown>' +
    '</ResultOfQualificationConfirmation><Count>3</Count></ResultList></MessageBody>'
  const message = answer(body)
  assert.deepEqual(message.messageBody, {
    resultList: [
      {
        name: 'n',
        unknown: [
          {
            name: 'Deep',
            children: [
              { name: 'A', text: 'x' },
              { name: 'A', text: ' y ' },
              { name: 'B', children: [{ name: 'C', text: '' }] },
            ],
          },
          { name: '__proto__', text: 'p' },
          { name: 'Unknown', text: 'u' },
        ],
      },
    ],
    unknown: [
      {
        name: 'ResultList',
        children: [
          { name: 'Count', text: '2' },
          { name: 'Count', text: '3' },
        ],
      },
    ],
  })
  const bytes = encodeMessage('eligibilityAnswer', message, 'Shift_JIS')
  assert.deepEqual(decodeMessage('eligibilityAnswer', bytes).message, message)
})

test('codes that are not known stay as they came', () => {
  assert.deepEqual(result('<InsuredCardClassification>Z9</InsuredCardClassification>'), {
    insuredCardClassification: 'Z9',
  })
})

test('a name that CP932 can write is written; one that it cannot is refused, not replaced', () => {
  const name = '髙﨑①㈱Ⅳ●∥ｶﾞ\\~'
  const bytes = encodeMessage('eligibilityAnswer', named(name), 'Shift_JIS')
  assert.equal(nameOf(decodeMessage('eligibilityAnswer', bytes).message), name)
  for (const character of ['𠮷', '鷗', '¥', '‾', '葛\u{e0100}', '\u007f', '한', '\u00a0']) {
    const refused = () => encodeMessage('eligibilityAnswer', named(character), 'Shift_JIS')
    assert.throws(refused, { code: 'CHARACTER_UNENCODABLE', facts: { element: 'Name' } })
    const utf = encodeMessage('eligibilityAnswer', named(character), 'UTF-8')
    assert.equal(nameOf(decodeMessage('eligibilityAnswer', utf).message), character)
  }
})

test('a wave dash and its kin get the CP932 form that Japanese software reads', () => {
  const bytes = encodeMessage('eligibilityAnswer', named('〜−‖—¢£¬'), 'Shift_JIS')
  assert.equal(nameOf(decodeMessage('eligibilityAnswer', bytes).message), '～－∥―￠￡￢')
})

test('what XML cannot hold is refused on the way out', () => {
  for (const character of ['\0', '\u0008', '\u001b', '\ufffe', '\uffff', '\ud800', 'a\udc00']) {
    for (const charset of ['UTF-8', 'Shift_JIS'] as const) {
      const refused = () => encodeMessage('eligibilityAnswer', named(character), charset)
      assert.throws(refused, { code: 'CHARACTER_UNENCODABLE', facts: { element: 'Name' } })
    }
  }
  const injected = { unknown: [{ name: 'a><b', text: '' }] }
  const refused = () => encodeMessage('eligibilityAnswer', injected, 'UTF-8')
  assert.throws(refused, { code: 'CHARACTER_UNENCODABLE' })
})

test('a refusal says where, and nothing of what the message holds', () => {
  const secret = '検証太郎'
  const hostile = [
    `<XmlMsg><MessageBody>${secret}</MessageBody></XmlMsg>`,
    `<XmlMsg><${secret}></XmlMsg>`,
    `<XmlMsg>&${secret};</XmlMsg>`,
    `<XmlMsg><Name ${secret}="1"/></XmlMsg>`,
    `<XmlMsg><Name>${secret}`,
    `${secret}`,
  ]
  for (const text of hostile) {
    assert.throws(
      () => decodeMessage('eligibilityAnswer', utf8(text)),
      (error) => {
        assert.ok(error instanceof AgentError)
        const said = `${error.stack} ${JSON.stringify(error.facts)} ${String(error.cause)}`
        return !said.includes(secret)
      },
    )
  }
  const unencodable = () => encodeMessage('eligibilityAnswer', named(`${secret}𠮷`), 'Shift_JIS')
  assert.throws(unencodable, (error) => !JSON.stringify([String(error), error]).includes(secret))
})
