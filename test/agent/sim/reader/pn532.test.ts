import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { makeCard } from '../../../../agent/sim/card/card.ts'
import { cardCommand, startCardSimulator } from '../../../../agent/sim/card/command.ts'
import { startPn532Reader } from '../../../../agent/sim/reader/pn532.ts'
import type { Pn532Dialect } from '../../../../agent/sim/reader/pn532-chip.ts'

const WAKE_UP = `5555${'00'.repeat(14)}`
const ACK = '0000ff00ff00'
const NACK = '0000ffff0000'
const ERROR = '0000ff01ff7f8100'
const SAM = '0000ff05fbd4140100001700'
const FIRMWARE = '0000ff02fed4022a00'
const RETRIES = '0000ff06fad43205ff0102f300'
const POLL_B = '0000ff05fbd44a010300de00'
const SELECT = '0000ff12eed4400100a4040c0ad392f000260100000001b000'
const RELEASE = '0000ff03fdd45200da00'

/** Of what comes back when a polling finds one card: its PUPI is drawn anew each time. */
const FOUND_DIGITS = ACK.length + 2 * 25

/** A host that knows its bytes by heart. */
async function open(t: TestContext, dialect: Pn532Dialect) {
  const sim = await startPn532Reader({ host: '127.0.0.1', port: 0, dialect, cardLimitMs: 1 })
  t.after(() => sim.close())
  return { sim, ...hostOf(t, sim.port) }
}

function hostOf(t: TestContext, port: number) {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  let come = ''
  let wake = () => {}
  socket.on('data', (chunk) => {
    come += chunk.toString('hex')
    wake()
  })
  /** Sends, and resolves with what comes back once it has that many hex digits. */
  const send = async (sent: string, digits: number): Promise<string> => {
    come = ''
    socket.write(Buffer.from(sent, 'hex'))
    while (come.length < digits)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    return come
  }
  const answers = async (sent: string, wanted: string): Promise<void> =>
    assert.equal(await send(sent, wanted.length), wanted)
  return { send, answers }
}

const ready = async (t: TestContext) => {
  const host = await open(t, 'pn532')
  await host.answers(WAKE_UP + SAM, `${ACK}0000ff02fed5151600`)
  await host.answers(RETRIES, `${ACK}0000ff02fed533f800`)
  return host
}

test('a PN532 answers as its manual says', { timeout: 60_000 }, async (t) => {
  const { sim, answers } = await ready(t)
  await answers(FIRMWARE, `${ACK}0000ff06fad50332010607e800`)
  await answers(POLL_B, `${ACK}0000ff03fdd54b00e000`)
  await answers(RELEASE, `${ACK}0000ff03fdd55300d800`)
  assert.deepEqual(sim.violations(), [])
})

test('a PN532 that sleeps says nothing, and one without SAMConfiguration refuses', {
  timeout: 60_000,
}, async (t) => {
  const { sim, answers } = await open(t, 'pn532')
  await answers(FIRMWARE + WAKE_UP + FIRMWARE, ACK + ERROR)
  assert.deepEqual(sim.violations(), [
    'a command before wake-up',
    'a command before SAMConfiguration',
  ])
})

test('a RC-S620/S knows no SAMConfiguration, and lists one target at a time', {
  timeout: 60_000,
}, async (t) => {
  const { sim, answers } = await open(t, 'rcs620s')
  await answers(SAM, ACK + ERROR)
  await answers('0000ff05fbd44a020300dd00', ACK + ERROR)
  assert.deepEqual(sim.violations(), [
    'SAMConfiguration on a chip without it',
    'InListPassiveTarget of 2 targets',
  ])
})

test('a wrong sum is refused with a NACK, and a NACK has the answer sent again', {
  timeout: 60_000,
}, async (t) => {
  const { sim, answers } = await ready(t)
  await answers('0000ff02fed4022b00', NACK)
  await answers('0000ff02ffd4022a00', NACK)
  await answers(FIRMWARE, `${ACK}0000ff06fad50332010607e800`)
  await answers(NACK, '0000ff06fad50332010607e800')
  assert.deepEqual(sim.violations().slice(0, 2), [
    'a wrong data checksum',
    'a wrong length checksum',
  ])
})

test('data for a target that is not listed is a wrong context', { timeout: 60_000 }, async (t) => {
  const { sim, answers } = await ready(t)
  sim.insert(makeCard({ kind: 'juki' }))
  await answers(SELECT, `${ACK}0000ff03fdd54127c300`)
  assert.deepEqual(sim.violations(), ['InDataExchange with a target that is not listed'])
})

test('a card that left is a timeout, and answers no polling', { timeout: 60_000 }, async (t) => {
  const { sim, send, answers } = await ready(t)
  sim.insert(makeCard({ kind: 'juki' }))
  const found = await send(POLL_B, FOUND_DIGITS)
  assert.match(found, /^0000ff00ff000000ff12eed54b010150.{8}000014e0b381910101..00$/)
  sim.remove()
  await answers(SELECT, `${ACK}0000ff03fdd54101e900`)
  await answers(POLL_B, `${ACK}0000ff03fdd54b00e000`)
})

test('a command of more than 265 bytes is refused', { timeout: 60_000 }, async (t) => {
  const { sim, answers } = await ready(t)
  await answers('0000ffffff010af5', NACK)
  assert.deepEqual(sim.violations(), ['more than 265 bytes'])
})

test('cards of `sim card` stand on its PN532 too', { timeout: 60_000 }, async (t) => {
  const anyPort = { host: '127.0.0.1', port: 0 }
  const simulator = await startCardSimulator({
    pn532: { ...anyPort, dialect: 'pn532' },
    control: anyPort,
  })
  t.after(() => simulator.close())
  assert.equal(simulator.linkPort, null)
  const host = hostOf(t, simulator.pn532Port ?? 0)
  await host.answers(WAKE_UP + SAM, `${ACK}0000ff02fed5151600`)
  await host.answers(RETRIES, `${ACK}0000ff02fed533f800`)
  await simulator.tap({ kind: 'juki' })
  await host.send(POLL_B, FOUND_DIGITS)
  await host.answers(SELECT, `${ACK}0000ff05fbd541006a82fe00`)
  assert.equal(simulator.state().apdus, 1)
  await simulator.remove()
  await host.answers(POLL_B, `${ACK}0000ff03fdd54b00e000`)
})

test('a dialect without a reader, and one that is unknown, are wrong usage', async (t) => {
  const said = t.mock.method(process.stderr, 'write', () => true)
  for (const argv of [
    ['--dialect', 'rcs620s'],
    ['--pn532', '127.0.0.1:0', '--dialect', 'pn533'],
    ['--pn532', '127.0.0.1'],
  ])
    assert.equal(await cardCommand(argv), 64)
  assert.deepEqual(
    said.mock.calls.map((call) => String(call.arguments[0]).split('\n')[0]),
    ['--dialect belongs to --pn532', '--dialect is one of pn532, rcs620s', '--pn532 is HOST:PORT'],
  )
})
