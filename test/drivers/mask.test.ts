import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeFrame, FrameReader, TO_CHIP, TO_HOST } from '../../drivers/pn532/frame.ts'
import { masked } from '../../drivers/record/mask.ts'
import { type Entry, headOf, linesOf, type Recording } from '../../drivers/record/recording.ts'
import * as vivopay from '../../drivers/vivopay/frame.ts'
import { openAssembler, toReports } from '../../drivers/vivopay/report.ts'
import { runsIn } from './needles.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

const recording = (
  driver: string,
  entries: readonly Entry[],
  options: Record<string, unknown> = {},
): Recording => ({ head: headOf({ release: '1', driver, options, devices: [] }), entries })

const wrote = (what: Uint8Array): Entry => ({ at: 0, is: 'wrote', port: 1, bytes: hex(what) })
const came = (what: Uint8Array): Entry => ({ at: 0, is: 'came', port: 1, bytes: hex(what) })
const sent = (apdu: string): Entry => ({ at: 0, is: 'sent', hold: 1, apdu: hex(bytes(apdu)) })
const answered = (apdu: string): Entry => ({
  at: 0,
  is: 'answered',
  hold: 1,
  apdu: hex(bytes(apdu)),
})

const shown = ({ entries }: Recording) =>
  entries.map((entry) => ('apdu' in entry ? entry.apdu : 'bytes' in entry ? entry.bytes : ''))

/** What is left of these bytes when a device of that family sends them after a command. */
const left = (driver: string, ...entries: Entry[]) => shown(masked(recording(driver, entries)))

test('of an answer only its status stays, and of a file its length', () => {
  const answers = [
    sent('00B0000004'),
    answered('308203429000'),
    sent('00B0000000'),
    answered('3082034230820001AABB6282'),
    sent('00B0000400'),
    answered('3082034230829000'),
    sent('0084000008'),
    answered('01020304050607089000'),
  ]
  assert.deepEqual(
    left('pcsc', ...answers).filter((_, at) => at % 2 === 1),
    ['308203429000', '30820342000000000000' + '6282', '0000000000009000', '00000000000000009000'],
  )
})

test('of a command only its header stays, but of a selection all', () => {
  const [verify, sign, select, long] = left(
    'pcsc',
    sent('00 20 00 80 04 31 32 33 34'),
    sent('80 2A 00 80 04 AA BB CC DD 00'),
    sent('00 A4 02 0C 02 00 0A'),
    sent('80 2A 00 80 00 00 02 AA BB 00 00'),
  )
  assert.equal(verify, '002000800400000000')
  assert.equal(sign, '802a00800400000000' + '00')
  assert.equal(select, '00a4020c02000a')
  assert.equal(long, `802a0080${'00'.repeat(7)}`)
})

test('an ATR of a known kind stays; of another one the historical bytes go', () => {
  const atrs = [
    '3b888001000005e0b381a1007f',
    '3b80800101',
    '3b8580014a4f484e31' + '60',
    '3bda13ff8131fb46',
  ]
  const held = atrs.map(
    (atr, at): Entry => ({
      at: 0,
      is: 'held',
      client: 1,
      hold: at,
      slot: 'reader',
      atr,
      pinPad: false,
    }),
  )
  const after = masked(recording('pcsc', held)).entries.map((e) => (e.is === 'held' ? e.atr : ''))
  assert.deepEqual(after, [atrs[0], atrs[1], '3b8580010000000000' + '04', '3bda000000000000'])
})

test('serial numbers of the device are in no slot and no option, and the reader is found again', () => {
  const slot = 'SONY FeliCa RC-S300/S (1234567) 00 00'
  const entry: Entry = { at: 0, is: 'slot', client: 1, slot, state: 'empty', count: 0 }
  const held: Entry = { at: 0, is: 'held', client: 1, hold: 1, slot, atr: '', pinPad: false }
  for (const options of [
    { reader: '(1234567)', usb: '' },
    { reader: '3456', usb: '' },
    { reader: '', usb: '054c:0dc8' },
  ]) {
    const { head, entries } = masked(recording('pcsc', [entry, held], options))
    const [first] = entries
    assert.ok(first?.is === 'slot')
    assert.equal(first.slot, 'SONY FeliCa RC-S300/S (0000000) 00 00')
    assert.equal(head.options['usb'], '')
    assert.ok(first.slot.includes(String(head.options['reader'])), options.reader)
  }
  const port = { port: '/dev/serial/by-id/usb-FTDI_A50285BI', serial_number: 'SN42' }
  assert.doesNotMatch(linesOf(masked(recording('pn532', [], port))), /A50285BI|SN42/)
})

test('a recording of a driver without frames of ours keeps two bytes of each piece', () => {
  assert.deepEqual(left('other', came(bytes('3082034230820001'))), ['3082000000000000'])
})

const listed = encodeFrame(TO_CHIP, bytes('4A 02 03 00'))
const targets = encodeFrame(
  TO_HOST,
  bytes('4B 02 01 50 DEADBEEF 000005E0B381A1 01 01 02 50 CAFEBABE 000005E0B381A1 00'),
)

test('the number of a card becomes another one, the same for the same card', () => {
  const [, first, , again] = left(
    'pn532',
    wrote(listed),
    came(targets),
    wrote(listed),
    came(targets),
  )
  assert.equal(first, again)
  assert.match(first ?? '', /d54b0201500000000100000?5e0b381a1010102500000000200/)
  assert.deepEqual(
    new FrameReader(TO_HOST).push(bytes(first ?? '')).map(({ is }) => is),
    ['data'],
  )
})

test('type A and FeliCa cards lose UID, historical bytes, IDm and PMm, and keep their form', () => {
  const typeA = 'D5 4B 01 01 0344 20 07 04112233445566 06 75 77 81 02 80 31'.replace('D5 ', '')
  const felica = '4B 01 01 12 01 0123456789ABCDEF 1122334455667788'
  const [, a, , f] = left(
    'pn532',
    wrote(encodeFrame(TO_CHIP, bytes('4A 02 00'))),
    came(encodeFrame(TO_HOST, bytes(typeA))),
    wrote(encodeFrame(TO_CHIP, bytes('4A 02 01 00 FF FF 00 00'))),
    came(encodeFrame(TO_HOST, bytes(felica))),
  )
  assert.match(a ?? '', /d54b0101034420070000000000000106757781020000/)
  assert.match(f ?? '', /d54b010112010000000000000002(00){8}/)
})

test('a damaged frame stays damaged, with nothing of the card in it', () => {
  const frame = encodeFrame(TO_HOST, bytes('41 00 DEADBEEFCAFE 9000'))
  frame[10] = (frame[10] ?? 0) ^ 0x01
  const [after = ''] = left('pn532', came(frame))
  const [first, ...rest] = new FrameReader(TO_HOST).push(bytes(after))
  assert.deepEqual(first, { is: 'damaged', part: 'body' })
  assert.ok(rest.every(({ is }) => is === 'damaged'))
  assert.match(after, /^0000ff0bf5d541(00){9}/)
})

test('noise between frames keeps two bytes of each run, and acknowledgements stay', () => {
  const ack = '0000ff00ff00'
  const data = hex(encodeFrame(TO_HOST, bytes('41 00 DEADBEEF 9000')))
  const [after] = left('pn532', came(bytes(`deadbeefcafe${ack}${data}cafebabe`)))
  assert.match(after ?? '', /^dead000000000000ff00ff00/)
  assert.ok(after?.includes('d541000000000090 00'.replace(' ', '')))
  assert.doesNotMatch(after ?? '', /beef|cafe|babe/)
})

test('a run of a card is found in whatever form it is written, at any place', () => {
  const card = bytes('30820342 A0B1C2D3E4F5061728394A5B6C7D8E9F')
  for (const at of [0, 1, 2, 3]) {
    const part = Buffer.concat([Buffer.alloc(at, 0xee), card.subarray(9, 15)])
    for (const form of ['hex', 'base64', 'base64url', 'latin1'] as const)
      assert.ok(runsIn(`{"x":"${part.toString(form)}"}`, [card]).length > 0, `${form} ${at}`)
  }
  assert.deepEqual(runsIn('308203420000000000ee', [card]), [], 'the length of a file is no secret')
})

/** Nothing in a command or a frame's own bytes looks like it. */
const secret = Buffer.concat(
  Array.from({ length: 20 }, (_, at) => createHash('sha256').update(`secret ${at}`).digest()),
)
const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 12 })

function cutUp(stream: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(stream.subarray(at, at + size))
    at += size
  }
  return pieces
}

test('whatever a PN532 sends, however it is cut: no run of a card is left, and frames stay frames', () => {
  const part = fc.record({ from: fc.nat(300), bytes: fc.nat(258) })
  const thing = fc.record({
    part,
    code: fc.constantFrom(0x41, 0x43, 0x4b, 0x61, 0x8d),
    noise: fc.nat(9),
  })
  fc.assert(
    fc.property(
      fc.array(thing, { minLength: 1, maxLength: 5 }),
      cuts,
      fc.nat(4),
      (things, sizes, harm) => {
        const frames = things.map(({ part: { from, bytes: count }, code, noise }) =>
          Buffer.concat([
            secret.subarray(from, from + noise),
            encodeFrame(TO_HOST, Buffer.of(code, 0x00, ...secret.subarray(from, from + count))),
          ]),
        )
        const stream = Buffer.concat(frames)
        const middle = stream.length >> 1
        if (harm === 0) stream.writeUInt8(stream.readUInt8(middle) ^ 0x55, middle)
        const before = cutUp(stream, sizes).map(came)
        const after = masked(recording('pn532', [wrote(listed), ...before]))
        const text = linesOf(after)
        assert.deepEqual(runsIn(text, [secret]), [])
        const lengths = ({ entries }: Recording) =>
          entries.map((entry) => ('bytes' in entry ? entry.bytes.length : 0))
        assert.deepEqual(lengths(after).slice(1), lengths(recording('pn532', before)))
        const read = (stream: Uint8Array) =>
          new FrameReader(TO_HOST)
            .push(stream)
            .map((frame) => (frame.is === 'data' ? frame.payload.length : frame.is))
            .filter((one) => typeof one === 'number')
        if (harm !== 0) {
          const whole = after.entries.slice(1).map((entry) => ('bytes' in entry ? entry.bytes : ''))
          assert.deepEqual(read(bytes(whole.join(''))), read(stream))
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('whatever a ViVOpay reader sends: no run of a card is left, and frames stay frames', () => {
  const thing = fc.record({
    from: fc.nat(300),
    bytes: fc.nat(258),
    sub: fc.constantFrom(0x01, 0x02, 0x13),
    harm: fc.constantFrom('none', 'none', 'crc', 'lost', 'noise'),
  })
  fc.assert(
    fc.property(fc.array(thing, { minLength: 1, maxLength: 5 }), (things) => {
      const entries = things.flatMap(({ from, bytes: count, sub, harm }) => {
        const data = sub === 0x02 ? new Uint8Array([5, 10]) : new Uint8Array([0, 0, 0xb0, 0, 4, 0])
        const command = vivopay.encodeFrame({ command: 0x2c, code: sub, data }, 'low-first')
        const part = secret.subarray(from, from + count)
        const answer = vivopay.encodeFrame({ command: 0x2c, code: 0, data: part }, 'high-first')
        if (harm === 'crc') answer[answer.length - 1] = (answer.at(-1) ?? 0) ^ 0x10
        const reports = toReports(answer)
        if (harm === 'lost') reports.splice(1, 1)
        if (harm === 'noise') reports.unshift(Uint8Array.from(secret.subarray(0, 64)))
        return [...toReports(command).map(wrote), ...reports.map(came)]
      })
      const after = masked(recording('vivopay', entries))
      assert.deepEqual(runsIn(linesOf(after), [secret]), [])
      assert.deepEqual(kinds(after.entries), kinds(entries))
    }),
    { numRuns: 60 },
  )
})

/** What a host makes of the reports. */
function kinds(entries: readonly Entry[]): string[] {
  const assemble = openAssembler()
  return entries.flatMap((entry) => {
    if (entry.is !== 'came') return []
    const assembled = assemble(bytes(entry.bytes))
    if (assembled.is !== 'frame') return [assembled.is]
    const frame = vivopay.decodeFrame(assembled.bytes, 'high-first')
    return [frame === undefined ? 'damaged' : `${frame.code} ${frame.data.length}`]
  })
}
