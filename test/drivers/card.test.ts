import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { Card } from '../../agent/sim/card/card.ts'
import { readCard } from '../../drivers/card.ts'
import { identityOf, myNumberCard, otherCard, readingApdus } from './cards.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const over = (card: Card) => (apdu: Uint8Array) => Promise.resolve(card.transmit(apdu))
const code = (wanted: string) => (error: unknown) => {
  assert.ok(error instanceof AgentError)
  assert.equal(error.code, wanted)
  return true
}

/** A card whose answers are scripted: the n-th entry answers the n-th command. */
function scripted(...answers: string[]) {
  const sent: string[] = []
  const transmit = (apdu: Uint8Array) => {
    sent.push(Buffer.from(apdu).toString('hex'))
    return Promise.resolve(hex(answers[sent.length - 1] ?? '6f00'))
  }
  return { sent, transmit }
}
const ATR = hex('3b888001000005e0b381a1007f')

test('a My Number card gives its authentication certificate and the end of it', async () => {
  const presented = await readCard(over(myNumberCard()), ATR)
  assert.ok(presented.kind === 'my-number-card')
  assert.deepEqual(presented.certificate, Uint8Array.from(identityOf().authCertificate))
  const { validTo } = new X509Certificate(identityOf().authCertificate)
  assert.equal(presented.notAfter, Date.parse(validTo))
})

test('an expired certificate is read like any other', async () => {
  const presented = await readCard(over(myNumberCard(true)), ATR)
  assert.ok(presented.kind === 'my-number-card')
  assert.ok(presented.notAfter < Date.now())
})

test('reading touches no card-face applet and no 個人番号, and asks for no PIN', async () => {
  const card = myNumberCard()
  const sent: Uint8Array[] = []
  await readCard((apdu) => {
    sent.push(apdu)
    return over(card)(apdu)
  }, ATR)
  assert.deepEqual(card.touched, [])
  const instructions = new Set(sent.map((apdu) => apdu[1]))
  assert.deepEqual([...instructions].sort(), [0xa4, 0xb0])
  assert.equal(await otherAppletIsNoticed(), 1)
})

/** The control: the card does report a touch. */
async function otherAppletIsNoticed(): Promise<number> {
  const card = myNumberCard()
  card.transmit(hex('00a4040c0ad3921000310001010408'))
  return card.touched.length
}

test('no command asks for more than a reader can carry', async () => {
  const card = myNumberCard()
  await readCard((apdu) => {
    assert.ok(apdu.length <= 261)
    const answer = card.transmit(apdu)
    assert.ok(answer.length <= 258)
    return Promise.resolve(answer)
  }, ATR)
})

test('cards that are not ours are named where their ATR is known', async () => {
  for (const [kind, wanted] of [
    ['driving-licence', { kind: 'other-card', name: '運転免許証' }],
    ['juki', { kind: 'other-card', name: '住民基本台帳カード' }],
    ['phone', { kind: 'not-a-card' }],
  ] as const) {
    const card = otherCard(kind)
    assert.deepEqual(await readCard(over(card), card.atr), wanted)
  }
})

test('a card without our applet and of an unknown ATR is another card, without a name', async () => {
  for (const refusal of ['6a81', '6a82', '6d00', '6e00', '6999', '6700', '6a86']) {
    assert.deepEqual(await readCard(scripted(refusal).transmit, ATR), { kind: 'other-card' })
  }
})

test('a transit card is another card, whatever the reader answers in its place', async () => {
  const felica = hex('3b8f8001804f0ca000000306110 03b0000000042'.replace(' ', ''))
  for (const answer of ['6a81', '6300', '6f00', '0064']) {
    const presented = await readCard(scripted(answer).transmit, felica)
    assert.deepEqual(presented, {
      kind: 'other-card',
      name: 'FeliCa のカード（交通系ICカードなど）',
    })
  }
})

test('an answer that makes no sense is an unreadable card, at every step', async () => {
  const nonsense = ['', 'ff', '1234', '0000', '6f00', '6281', '9001']
  for (const answer of nonsense) {
    const steps = [[answer], ['9000', answer], ['9000', '9000', answer]]
    steps.push(['9000', '9000', '308203419000', answer])
    for (const answers of steps) {
      const { transmit } = scripted(...answers)
      await assert.rejects(readCard(transmit, ATR), code('CARD_UNREADABLE'), answers.join(' '))
    }
  }
})

test('a file that holds no certificate is an unreadable card', async () => {
  const heads = ['00000000', 'ffffffff', '30800000', '30830100', '3003aabb', '3082ffff', '30820001']
  for (const head of heads) {
    const { transmit } = scripted('9000', '9000', `${head}9000`)
    await assert.rejects(readCard(transmit, ATR), code('CARD_UNREADABLE'), head)
  }
})

test('a certificate that is cut short is an unreadable card', async () => {
  const whole = identityOf().authCertificate
  for (const bytes of [4, 5, 200, 260, whole.length - 1]) {
    const file = Buffer.from(whole.subarray(0, bytes))
    await assert.rejects(readCard(fileOf(file), ATR), code('CARD_UNREADABLE'), `${bytes} bytes`)
  }
})

test('a certificate whose bytes are spoilt is an unreadable card or another certificate, never a crash', async () => {
  const whole = identityOf().authCertificate
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 4, max: whole.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, flip) => {
        const file = Buffer.from(whole)
        file.writeUInt8(file.readUInt8(at) ^ flip, at)
        await readCard(fileOf(file), ATR).catch(code('CARD_UNREADABLE'))
      },
    ),
    { numRuns: 200 },
  )
})

/** A card of one file that is read in pieces; beyond its end there are zero bytes. */
function fileOf(file: Buffer, piece = 256) {
  return (apdu: Uint8Array) => {
    const [, instruction, high = 0, low = 0, le = 0] = apdu
    const at = (high << 8) | low
    const want = Math.min(le === 0 ? 256 : le, piece)
    const data = instruction === 0xb0 ? file.subarray(at, at + want) : []
    return Promise.resolve(Uint8Array.from([...data, 0x90, 0x00]))
  }
}

test('a card that gives fewer bytes at a time than asked for is read all the same', async () => {
  const file = Buffer.from(identityOf().authCertificate)
  for (const piece of [1, 13, 240]) {
    const presented = await readCard(fileOf(file, piece), ATR)
    assert.ok(presented.kind === 'my-number-card')
    assert.deepEqual(presented.certificate, Uint8Array.from(file))
  }
})

test('what lies behind the certificate in its file is left there', async () => {
  const whole = identityOf().authCertificate
  const presented = await readCard(fileOf(Buffer.concat([whole, Buffer.alloc(500)])), ATR)
  assert.ok(presented.kind === 'my-number-card')
  assert.equal(presented.certificate.length, whole.length)
})

test('"ask again for xx bytes" and "xx bytes wait" are followed, but not for ever', async () => {
  const whole = Buffer.from(identityOf().authCertificate)
  const answers = fileOf(whole)
  let corrected = 0
  const presented = await readCard((apdu) => {
    const isFull = apdu[1] === 0xb0 && apdu[4] === 0
    if (!isFull) return answers(apdu)
    corrected += 1
    return Promise.resolve(Uint8Array.of(0x6c, 0x80))
  }, ATR)
  assert.equal(presented.kind, 'my-number-card')
  assert.ok(corrected > 0)
  const endless = scripted(...Array.from({ length: 100 }, () => '6110'))
  await assert.rejects(readCard(endless.transmit, ATR), code('CARD_UNREADABLE'))
  assert.ok(endless.sent.length < 20)
})

test('whatever a mad card answers, reading it ends soon and as a typed result', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 40 }),
      fc.boolean(),
      async (answers, polite) => {
        let sent = 0
        const transmit = () => {
          const answer = answers[sent] ?? new Uint8Array()
          sent += 1
          return Promise.resolve(polite ? Uint8Array.from([...answer, 0x90, 0]) : answer)
        }
        await readCard(transmit, ATR).catch(code('CARD_UNREADABLE'))
        assert.ok(sent <= answers.length + 3)
      },
    ),
    { numRuns: 300 },
  )
})

test('a card that is pulled before any of its answers is gone, not unreadable', async () => {
  for (let pulled = 0; pulled < readingApdus(); pulled++) {
    const card = myNumberCard()
    let sent = 0
    const transmit = (apdu: Uint8Array) => {
      if (sent++ === pulled) return Promise.reject(new AgentError('CARD_GONE', 'pulled'))
      return over(card)(apdu)
    }
    await assert.rejects(readCard(transmit, card.atr), code('CARD_GONE'), `command ${pulled}`)
  }
})
