import assert from 'node:assert/strict'
import { createHash, verify, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { Card } from '../../agent/sim/card/card.ts'
import type { PinPad } from '../../drivers/io/io.ts'
import { heedPad, pinPadIn, pinVerifyStructure } from '../../drivers/io/pin-pad.ts'
import { signDigest } from '../../drivers/pin.ts'
import { cardWithPin, identityOf } from './cards.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const challenge = Buffer.from('challenge')
const digest = createHash('sha256').update(challenge).digest()
/** What the holder would have to know; not one of a simulated card's usual ones. */
const PIN = '7391'

/** A held card that keeps what it is sent, and a pad at which somebody enters `typed`. */
function held(card: Card, typed = PIN, pulledAt = Number.POSITIVE_INFINITY) {
  const sent: string[] = []
  const send = async (apdu: Uint8Array, shown = apdu) => {
    sent.push(text(shown))
    if (sent.length === pulledAt) throw new AgentError('CARD_GONE', 'pulled')
    return card.transmit(apdu)
  }
  const pinPad: PinPad = {
    verify: (command, digits) =>
      send(Uint8Array.from([...command, digits, ...Buffer.from(typed)]), command),
  }
  return { sent, transmit: (apdu: Uint8Array) => send(apdu), pinPad }
}

const signWith = ({ transmit, pinPad }: ReturnType<typeof held>) =>
  signDigest(transmit, pinPad, digest)

/** Answers to SELECT applet, SELECT PIN, the tries, and what the pad comes to. */
function scripted(tries: string, entered?: string) {
  const sent: string[] = []
  let entries = 0
  const transmit = async (apdu: Uint8Array) => {
    sent.push(text(apdu))
    return hex(sent.length <= 2 ? '9000' : tries)
  }
  const pinPad: PinPad = {
    verify: async () => {
      entries += 1
      return hex(entered ?? '')
    },
  }
  return { sent, entries: () => entries, run: () => signDigest(transmit, pinPad, digest) }
}

test('the PIN goes in at the pad, and the signature is that of the card', async () => {
  const lying = cardWithPin(PIN)
  const card = held(lying)
  const signature = await signWith(card)
  const { publicKey } = new X509Certificate(identityOf().authCertificate)
  assert.ok(verify('sha256', challenge, publicKey, signature))
  assert.deepEqual(card.sent, [
    '00a4040c0ad392f000260100000001',
    '00a4020c020018',
    '00200080',
    '00200080',
    '00a4020c020017',
    `802a0080333031300d060960864801650304020105000420${text(digest)}00`,
  ])
  assert.deepEqual(lying.touched, [])
})

test('a reader without a pad signs nothing, and sends the card nothing', async () => {
  const card = held(cardWithPin(PIN))
  await assert.rejects(signDigest(card.transmit, undefined, digest), { code: 'CARD_PIN_REQUIRED' })
  assert.deepEqual(card.sent, [])
})

test('what the card says of its tries decides whether a PIN is asked for', async () => {
  const verdicts = [
    ['63c3', undefined],
    ['63c2', undefined],
    ['63c1', 'CARD_PIN_LAST_TRY'],
    ['63c0', 'CARD_PIN_BLOCKED'],
    ['6984', 'CARD_PIN_BLOCKED'],
    ['6983', 'CARD_PIN_BLOCKED'],
    ...['6a82', '9000', '6985', '6300', '6d00', '1234', 'aabb63c3', '61c3', '6cc3'].map(
      (status) => [status, 'CARD_PIN_UNUSABLE'] as const,
    ),
    ['63', 'CARD_UNREADABLE'],
  ] as const
  for (const [tries, code] of verdicts) {
    const card = scripted(tries, '6401')
    const error = await card.run().catch((error: unknown) => error)
    assert.ok(error instanceof AgentError)
    assert.equal(card.entries(), code === undefined ? 1 : 0, tries)
    assert.equal(card.sent.length, 3, tries)
    if (code !== undefined) assert.equal(error.code, code, tries)
  }
})

test('a card without a PIN file has no usable PIN', async () => {
  const transmit = async (apdu: Uint8Array) =>
    hex(apdu[3] === 0x0c && apdu[2] === 2 ? '6a82' : '9000')
  const pinPad: PinPad = { verify: () => Promise.reject(new Error('asked')) }
  await assert.rejects(signDigest(transmit, pinPad, digest), { code: 'CARD_PIN_UNUSABLE' })
})

test('what the card says to the PIN is told as it is, and nothing is sent after it', async () => {
  for (const [answer, code] of [
    ['63c2', 'CARD_PIN_WRONG'],
    ['63c1', 'CARD_PIN_WRONG'],
    ['63c0', 'CARD_PIN_BLOCKED'],
    ['6983', 'CARD_PIN_BLOCKED'],
    ['6984', 'CARD_PIN_BLOCKED'],
    ['6b80', 'CARD_PIN_UNUSABLE'],
    ['6700', 'CARD_PIN_UNUSABLE'],
    ['6a82', 'CARD_PIN_UNUSABLE'],
    ['0000', 'CARD_PIN_UNUSABLE'],
    ['90', 'CARD_UNREADABLE'],
  ] as const) {
    const card = scripted('63c3', answer)
    await assert.rejects(card.run(), { code }, answer)
    assert.equal(card.entries(), 1)
    assert.equal(card.sent.length, 3)
  }
})

test('a wrong PIN costs one try and is told with the tries left; the right one brings them back', async () => {
  const card = cardWithPin(PIN)
  await assert.rejects(signWith(held(card, '0000')), (error: unknown) => {
    assert.ok(error instanceof AgentError)
    assert.equal(error.code, 'CARD_PIN_WRONG')
    assert.deepEqual(error.facts, { triesLeft: 2 })
    return true
  })
  assert.equal((await signWith(held(card))).length, 256)
  await assert.rejects(signWith(held(card, '0000')), { facts: { triesLeft: 2 } })
})

test('however often a wrong PIN is entered, the card is never locked', async () => {
  const card = cardWithPin(PIN)
  const codes: string[] = []
  for (let turn = 0; turn < 5; turn++) {
    const error = await signWith(held(card, '0000')).catch((error: unknown) => error)
    codes.push(error instanceof AgentError ? error.code : 'signed')
  }
  const last = 'CARD_PIN_LAST_TRY'
  assert.deepEqual(codes, ['CARD_PIN_WRONG', 'CARD_PIN_WRONG', last, last, last])
})

test('a locked card and one whose PIN was never set are told apart', async () => {
  await assert.rejects(signWith(held(cardWithPin(PIN, 0))), { code: 'CARD_PIN_BLOCKED' })
  await assert.rejects(signWith(held(cardWithPin(null))), { code: 'CARD_PIN_UNUSABLE' })
})

test('a card that is pulled at any command is gone', async () => {
  for (let at = 1; at <= 6; at++) {
    const card = held(cardWithPin(PIN), PIN, at)
    await assert.rejects(signWith(card), { code: 'CARD_GONE' }, `command ${at}`)
    assert.equal(card.sent.length, at)
  }
})

test('an answer that is no signature is an unreadable card', async () => {
  for (const answer of ['9000', '6982', '6a80', `${'00'.repeat(255)}9000`]) {
    const card = held(cardWithPin(PIN))
    const transmit = async (apdu: Uint8Array) =>
      apdu[1] === 0x2a ? hex(answer) : await card.transmit(apdu)
    await assert.rejects(signDigest(transmit, card.pinPad, digest), { code: 'CARD_UNREADABLE' })
  }
})

test('PIN_VERIFY has the bytes of PC/SC part 10 and holds an empty block', () => {
  const structure = pinVerifyStructure(hex('00200080'), 4, 30_000)
  const fields = '1e 1e 82 04 00 0404 03 01 0904 00 000000 09000000 00200080 04 ffffffff'
  assert.equal(text(structure), fields.replaceAll(' ', ''))
  assert.equal(pinVerifyStructure(hex('00200080'), 4, 1).at(0), 1)
  assert.equal(pinVerifyStructure(hex('00200080'), 4, 9_999_999).at(0), 255)
})

test('the pad is found among the features of a reader, wherever it stands', () => {
  assert.equal(pinPadIn(hex('0604 42330006 0704 42330007 0a04 4233000a')), 0x4233_0006)
  assert.equal(pinPadIn(hex('1204 42000e11 0604 42000e10')), 0x4200_0e10)
  for (const list of [
    '',
    '1204 42000e11',
    '0604 4200',
    '0602 4200',
    '06',
    '1202 0000 0604 42330006',
  ])
    assert.equal(pinPadIn(hex(list)), undefined, list)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (list) => {
      const control = pinPadIn(list)
      assert.ok(control === undefined || Number.isInteger(control))
    }),
  )
})

test('what the pad says is told apart from what the card says', () => {
  for (const [answer, code] of [
    ['6400', 'PIN_ENTRY_TIMEOUT'],
    ['6401', 'PIN_ENTRY_CANCELLED'],
    ['6402', 'PIN_ENTRY_CANCELLED'],
    ['6403', 'PIN_ENTRY_CANCELLED'],
  ] as const)
    assert.throws(() => heedPad(hex(answer)), { code })
  for (const answer of ['9000', '63c2', '6984', '6404', '', 'aa6400']) heedPad(hex(answer))
})
