import assert from 'node:assert/strict'
import { createHash, verify, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Card, makeCard } from '../../../agent/sim/card/card.ts'
import { makeCardIssuer } from '../../../agent/sim/card/identity.ts'
import { present } from '../../../agent/sim/card/presented.ts'
import { parseLine, parseTap } from '../../../agent/sim/card/tap.ts'
import { patientByCardId, patientByNumber } from '../../../agent/sim/patients.ts'

const issuer = makeCardIssuer()
const holder = patientByNumber('01')
assert.ok(holder)
const identity = issuer.identityOf(holder)

const freshCard = (triesLeft = 3): Card => makeCard({ kind: 'my-number', identity, triesLeft })
const say = (card: Card, hex: string): string =>
  Buffer.from(card.transmit(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toString('hex')

const JPKI = '00a4040c0ad392f000260100000001'
const TEXT = '00a4040c0ad3921000310001010408'
const CERTIFICATE = '00a4020c02000a'
const PIN = '00a4020c020018'
const KEY = '00a4020c020017'
const RIGHT_PIN = '002000800431323334'
const WRONG_PIN = '002000800439393939'
const digest = createHash('sha256').update('data').digest()
const DIGEST_INFO = `3031300d060960864801650304020105000420${digest.toString('hex')}`
const SIGN = `802a008033${DIGEST_INFO}00`

/** Commands in order on a new card, with what it answers to the last one. */
// biome-ignore format: a table; one dialogue a row reads best
const dialogues: readonly (readonly [what: string, commands: readonly string[], answer: string])[] = [
  ['the JPKI applet is selected by its AID', [JPKI], '9000'],
  ['an unknown AID is not found', ['00a4040c0ad392f000260100000002'], '6a82'],
  ['half an AID is not found', ['00a4040c05d392f00026'], '6a82'],
  ['a selection that wants an answer template is refused', [JPKI.replace('040c', '0400')], '6a86'],
  ['a file before any applet is refused', [CERTIFICATE], '6986'],
  ['an unknown file is not found', [JPKI, '00a4020c02abcd'], '6a82'],
  ['a file identifier of one byte is a wrong length', [JPKI, '00a4020c0100'], '6700'],
  ['the token names itself in 32 bytes', [JPKI, '00a4020c020006', '00b0000020'], `${Buffer.from('JPKIAPICCTOKEN2'.padEnd(32)).toString('hex')}9000`],
  ['a certificate begins with a long DER sequence', [JPKI, CERTIFICATE, '00b0000002'], '30829000'],
  ['a read at the end is outside of the file', [JPKI, CERTIFICATE, '00b0700000'], '6b00'],
  ['a read without a selected file is refused', [JPKI, '00b0000000'], '6986'],
  ['a read without a wanted length is a wrong length', [JPKI, CERTIFICATE, '00b00000'], '6700'],
  ['a read of a key is refused', [JPKI, KEY, '00b0000000'], '6981'],
  ['a short file identifier is refused', [JPKI, CERTIFICATE, '00b08a0000'], '6a86'],
  ['the signature certificate needs the signature PIN', [JPKI, '00a4020c020001', '00b0000000'], '6982'],
  ['the signature certificate is not opened by the authentication PIN', [JPKI, PIN, RIGHT_PIN, '00a4020c020001', '00b0000004'], '6982'],
  ['three tries are left', [JPKI, PIN, '00200080'], '63c3'],
  ['five tries are left on the signature PIN', [JPKI, '00a4020c02001b', '00200080'], '63c5'],
  ['asking for the tries costs none', [JPKI, PIN, '00200080', '00200080'], '63c3'],
  ['the right PIN is accepted', [JPKI, PIN, RIGHT_PIN], '9000'],
  ['a wrong PIN costs a try', [JPKI, PIN, WRONG_PIN], '63c2'],
  ['the right PIN restores the tries', [JPKI, PIN, WRONG_PIN, RIGHT_PIN, '00200080'], '63c3'],
  ['the third wrong PIN blocks', [JPKI, PIN, WRONG_PIN, WRONG_PIN, WRONG_PIN], '63c0'],
  ['a blocked PIN refuses also the right one', [JPKI, PIN, WRONG_PIN, WRONG_PIN, WRONG_PIN, RIGHT_PIN], '6984'],
  ['a PIN of five digits is a wrong length', [JPKI, PIN, '00200080053132333435'], '6700'],
  ['an impossible PIN costs no try', [JPKI, PIN, '00200080053132333435', '00200080'], '63c3'],
  ['a PIN for a file that is none is refused', [JPKI, CERTIFICATE, RIGHT_PIN], '6981'],
  ['a signature needs the PIN', [JPKI, KEY, SIGN], '6982'],
  ['a wrong PIN after the right one takes the signature away', [JPKI, PIN, RIGHT_PIN, WRONG_PIN, KEY, SIGN], '6982'],
  ['the applet selected anew forgets the PIN', [JPKI, PIN, RIGHT_PIN, JPKI, KEY, SIGN], '6982'],
  ['a signature with another file selected is refused', [JPKI, PIN, RIGHT_PIN, SIGN], '6981'],
  ['a signature that wants no bytes is a wrong length', [JPKI, PIN, RIGHT_PIN, KEY, SIGN.slice(0, -2)], '6700'],
  ['a signature that wants 255 bytes is a wrong Le', [JPKI, PIN, RIGHT_PIN, KEY, `${SIGN.slice(0, -2)}ff`], '6c00'],
  ['what is no DigestInfo is not signed', [JPKI, PIN, RIGHT_PIN, KEY, '802a00800401020304 00'], '6a80'],
  ['a DigestInfo that is cut short is not signed', [JPKI, PIN, RIGHT_PIN, KEY, `802a008032${DIGEST_INFO.slice(0, -2)}00`], '6a80'],
  ['a PIN is never changed', [JPKI, PIN, RIGHT_PIN, '002401800435363738'], '6d00'],
  ['a challenge is unknown', [JPKI, '0084000008'], '6d00'],
  ['an unknown class is refused', [JPKI, 'a0a4020c02000a'], '6e00'],
  ['extended length is refused', [JPKI, CERTIFICATE, '00b00000000000'], '6700'],
  ['three bytes are no command', [JPKI, '00b000'], '6700'],
  ['a body shorter than it says is a wrong length', [JPKI, '00a4020c0200'], '6700'],
  ['a body longer than it says is a wrong length', [JPKI, '00a4020c02000a0000'], '6700'],
]

for (const [what, commands, answer] of dialogues) {
  test(`My Number card: ${what}`, () => {
    const card = freshCard()
    assert.equal(commands.map((command) => say(card, command)).at(-1), answer)
    assert.deepEqual(card.touched, [])
  })
}

/** Reads the selected file in chunks of `step` until it is cut short. */
function readFile(card: Card, step: number): Buffer {
  const chunks: Buffer[] = []
  for (let offset = 0; ; offset += step) {
    const reply = Buffer.from(
      card.transmit(Uint8Array.of(0x00, 0xb0, offset >> 8, offset & 0xff, step & 0xff)),
    )
    if (reply.subarray(-2).toString('hex') === '6b00') break
    assert.equal(reply.subarray(-2).toString('hex'), '9000')
    chunks.push(reply.subarray(0, -2))
    if (reply.length - 2 < step) break
  }
  return Buffer.concat(chunks)
}

test('a card reads the same in chunks of any size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 32, max: 256 }), (step) => {
      const card = freshCard()
      say(card, JPKI)
      say(card, CERTIFICATE)
      assert.ok(readFile(card, step).equals(identity.authCertificate))
    }),
    { numRuns: 30 },
  )
})

test('a card survives any bytes and answers each with a status word', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 280 }), { maxLength: 8 }), (commands) => {
      const card = freshCard()
      say(card, JPKI)
      for (const command of commands) assert.ok(card.transmit(command).length >= 2)
    }),
    { numRuns: 100 },
  )
})

test('a signature is good by the certificate on the card', () => {
  const card = freshCard()
  for (const command of [JPKI, CERTIFICATE]) say(card, command)
  const certificate = new X509Certificate(readFile(card, 256))
  for (const command of [PIN, RIGHT_PIN, KEY]) say(card, command)
  const reply = Buffer.from(say(card, SIGN), 'hex')
  assert.equal(reply.length, 258)
  const signature = reply.subarray(0, 256)
  assert.equal(verify('sha256', Buffer.from('data'), certificate.publicKey, signature), true)
})

test('a card lost from the field forgets its PIN but not the tries that were wasted', () => {
  const card = freshCard()
  for (const command of [JPKI, PIN, WRONG_PIN]) say(card, command)
  card.reset()
  assert.equal(say(card, PIN), '6986')
  for (const command of [JPKI, PIN]) say(card, command)
  assert.equal(say(card, '00200080'), '63c2')
  assert.equal(say(card, RIGHT_PIN), '9000')
  card.reset()
  for (const command of [JPKI, KEY]) say(card, command)
  assert.equal(say(card, SIGN), '6982')
})

test('a card with one try left is blocked by one wrong PIN', () => {
  const card = freshCard(1)
  for (const command of [JPKI, PIN, WRONG_PIN]) say(card, command)
  assert.equal(say(card, RIGHT_PIN), '6984')
})

test('a touch of the card-face applets is remembered, and gives nothing away', () => {
  const card = freshCard()
  assert.equal(say(card, TEXT), '9000')
  assert.equal(say(card, '00a4020c020001'), '9000')
  assert.equal(say(card, '00b0000011'), '6982')
  assert.deepEqual(card.touched, ['text', 'text/0001'])
})

test('a card is its patient’s by its common name and says nothing else of them', () => {
  const certificate = new X509Certificate(identity.authCertificate)
  const name = /CN=(.*)/.exec(certificate.subject)?.[1] ?? ''
  assert.equal(patientByCardId(name)?.number, '01')
  assert.ok(Date.parse(certificate.validTo) > Date.now())
  assert.equal(issuer.identityOf(holder), identity)
  const expired = new X509Certificate(issuer.identityOf(holder, true).authCertificate)
  assert.equal(expired.subject, certificate.subject)
  assert.ok(Date.parse(expired.validTo) < Date.now())
})

test('other cards and phones do not know the applet', () => {
  for (const kind of ['driving-licence', 'juki', 'phone'] as const) {
    const card = makeCard({ kind })
    assert.equal(say(card, JPKI), '6a82', kind)
    assert.equal(say(card, '00b0000000'), '6d00', kind)
    assert.equal(say(card, '0000'), '6700', kind)
  }
  const atr = (kind: 'driving-licence' | 'juki' | 'phone' | 'mute') =>
    Buffer.from(makeCard({ kind }).atr).toString('hex')
  assert.equal(atr('driving-licence'), '3b888001000000009181c100d8')
  assert.equal(atr('juki'), '3b888001000014e0b38191005e')
  assert.equal(atr('phone'), '3b80800101')
  assert.equal(atr('mute'), '')
  assert.equal(say(makeCard({ kind: 'mute' }), JPKI), '')
})

test('a card of nonsense never says 9000', () => {
  const card = makeCard({ kind: 'garbage' })
  for (let turn = 0; turn < 10; turn += 1) assert.doesNotMatch(say(card, JPKI), /9000$/)
})

test('a card is pulled before it answers the command that was named', () => {
  let pulls = 0
  const tap = present(freshCard(), { pullAfterApdus: 2 }, () => {
    pulls += 1
  })
  assert.deepEqual(tap.transmit(Buffer.from(JPKI, 'hex')), Uint8Array.of(0x90, 0x00))
  assert.equal(tap.transmit(Buffer.from(PIN, 'hex')), undefined)
  assert.equal(tap.transmit(Buffer.from(PIN, 'hex')), undefined)
  assert.equal(pulls, 1)
  assert.equal(tap.apdus(), 3)
})

test('a card that hangs answers nothing from the command that was named on', () => {
  const tap = present(freshCard(), { hangAfterApdus: 1 }, assert.fail)
  assert.equal(tap.transmit(Buffer.from(JPKI, 'hex')), undefined)
  assert.equal(tap.transmit(Buffer.from(JPKI, 'hex')), undefined)
})

test('what is typed at the keyboard and what is posted are the same taps', () => {
  for (const [line, body] of [
    ['tap 01', { patient: '01' }],
    [' tap  02 expired ', { patient: '02', expired: true }],
    ['tap 03 pull=3', { patient: '03', pullAfterApdus: 3 }],
    ['tap phone hang=1', { kind: 'phone', hangAfterApdus: 1 }],
  ] as const) {
    assert.deepEqual(parseLine(line), { is: 'tap', tap: parseTap(body) })
  }
  assert.deepEqual(parseLine('remove'), { is: 'remove' })
})

test('a tap that means nothing is refused', () => {
  for (const body of [
    null,
    [],
    {},
    { patient: '41' },
    { patient: 1 },
    { patient: '01', kind: 'suica' },
    { patient: '01', pullAfterApdus: 0 },
    { patient: '01', hangAfterApdus: 1.5 },
    { patient: '01', expired: 'yes' },
    { patient: '01', pin: '1234' },
  ]) {
    assert.ok('refused' in parseTap(body), JSON.stringify(body))
  }
  for (const line of ['', 'tap', 'tap 99', 'tap 01 slowly', 'remove 01', 'pull=3']) {
    assert.ok('refused' in parseLine(line), line)
  }
})
