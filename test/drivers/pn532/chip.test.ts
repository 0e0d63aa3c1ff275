import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { answer } from '../../../agent/sim/card/apdu.ts'
import { present } from '../../../agent/sim/card/presented.ts'
import { startPn532Reader } from '../../../agent/sim/reader/pn532.ts'
import type { Pn532Dialect } from '../../../agent/sim/reader/pn532-chip.ts'
import { type Chip, openChip } from '../../../drivers/pn532/chip.ts'
import { dialects } from '../../../drivers/pn532/dialect.ts'
import { openLink } from '../../../drivers/pn532/link.ts'
import type { Target } from '../../../drivers/pn532/target.ts'
import { myNumberCard, otherCard } from '../cards.ts'
import { openTcpPort } from './rig.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

async function open(t: TestContext, dialect: Pn532Dialect) {
  const sim = await startPn532Reader({ host: '127.0.0.1', port: 0, dialect })
  const port = await openTcpPort(sim.port)
  t.after(async () => {
    await port.close()
    await sim.close()
  })
  const chip = await openChip(openLink(port, 'tty'), dialects[dialect], 'tty')
  return { sim, chip }
}

async function onlyTarget(chip: Chip): Promise<Target> {
  const [target] = (await chip.poll()) ?? []
  assert.ok(target !== undefined)
  return target
}

async function say(chip: Chip, target: Target, apdu: string): Promise<string> {
  const said = await chip.exchange(target, bytes(apdu))
  return said.is === 'answer' ? Buffer.from(said.apdu).toString('hex') : said.is
}

for (const dialect of ['pn532', 'rcs620s'] as const)
  test(`looking whether a card is still there ends no PIN session (${dialect})`, async (t) => {
    const { sim, chip } = await open(t, dialect)
    sim.insert(present(myNumberCard(), {}, () => undefined))
    const target = await onlyTarget(chip)
    for (const apdu of ['00a4040c0ad392f000260100000001', '00a4020c020018', '002000800431323334'])
      assert.equal(await say(chip, target, apdu), '9000')
    assert.equal(await chip.isThere(target), true)
    assert.equal(await say(chip, target, '00a4020c020017'), '9000')
    assert.equal(await chip.isThere(target), true)
    const digest = createHash('sha256').digest('hex')
    const info = `3031300d060960864801650304020105000420${digest}`
    const signed = await say(chip, target, `802a008033${info}00`)
    assert.equal(signed.length, 2 * 258)
    assert.equal(signed.slice(-4), '9000')
    sim.remove()
    assert.equal(await chip.isThere(target), false)
    assert.deepEqual(sim.violations(), [])
  })

test('a command longer than a frame goes out in pieces', async (t) => {
  const { sim, chip } = await open(t, 'pn532')
  const heard: Uint8Array[] = []
  sim.insert({
    ...otherCard('juki'),
    transmit: (apdu) => {
      heard.push(apdu)
      return answer(0x9000)
    },
  })
  const apdu = Uint8Array.from({ length: 600 }, (_, at) => at & 0xff)
  const said = await chip.exchange(await onlyTarget(chip), apdu)
  assert.deepEqual(said, { is: 'answer', apdu: bytes('9000') })
  assert.deepEqual(heard, [apdu])
  assert.deepEqual(sim.violations(), [])
})

test('a card that is silent, one that left and a target that is unknown are told apart', async (t) => {
  const { sim, chip } = await open(t, 'pn532')
  sim.insert(present(otherCard('mute'), {}, () => undefined))
  const target = await onlyTarget(chip)
  assert.deepEqual(await chip.exchange(target, bytes('00b0000000')), { is: 'silent' })
  const unknown = { ...target, number: 2 }
  const broken = await chip.exchange(unknown, bytes('00b0000000'))
  assert.deepEqual(broken, { is: 'broken', status: 0x27 })
})

test('an exchange that nobody waits for any more is given up at once', async (t) => {
  const { sim, chip } = await open(t, 'pn532')
  sim.insert(present(otherCard('mute'), {}, () => undefined))
  const target = await onlyTarget(chip)
  const stop = new AbortController()
  const said = chip.exchange(target, bytes('00b0000000'), stop.signal)
  stop.abort()
  assert.deepEqual(await said, { is: 'lost' })
  assert.equal((await chip.poll())?.length, 0)
  await chip.restartField()
  assert.equal((await chip.poll())?.length, 1)
  assert.deepEqual(sim.violations(), [])
})

test('the chip says what it is, and its field is off once it is left', {
  timeout: 60_000,
}, async (t) => {
  const { sim, chip } = await open(t, 'rcs620s')
  assert.equal(chip.title, 'RC-S620/S 1.30')
  const { promise: unpowered, resolve } = Promise.withResolvers<void>()
  let isThere = false
  sim.insert({ ...otherCard('juki'), reset: () => isThere && resolve() })
  isThere = true
  await chip.leave()
  await unpowered
})
