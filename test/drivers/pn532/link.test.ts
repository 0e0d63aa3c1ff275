import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { Port } from '../../../drivers/io/io.ts'
import { ackFrame, encodeFrame, FrameReader, nackFrame } from '../../../drivers/pn532/frame.ts'
import { openLink } from '../../../drivers/pn532/link.ts'
import { Queue } from '../../../drivers/queue.ts'

const hexOf = (of: Uint8Array): string => Buffer.from(of).toString('hex')
const answer = (...payload: readonly number[]) => encodeFrame(0xd5, Uint8Array.from(payload))
const glued = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts))

/** A chip that a test plays: `hears` gets each thing that the host writes. */
function play(
  t: TestContext,
  hears: (sent: string, say: (...bytes: Uint8Array[]) => void) => void,
) {
  const incoming = new Queue<Uint8Array>()
  const heard: string[] = []
  const say = (...parts: Uint8Array[]) => {
    for (const part of parts) incoming.push(part)
  }
  const port: Port = {
    incoming: () => incoming,
    write: async (bytes) => {
      heard.push(hexOf(bytes))
      // The communication line test: a chip that is well sends it back.
      const [frame] = new FrameReader(0xd4).push(bytes)
      if (frame?.is === 'data' && frame.payload[0] === 0x00 && sane)
        say(ackFrame, answer(0x01, ...frame.payload.subarray(1)))
      else hears(hexOf(bytes), say)
    },
    close: async () => incoming.end(),
  }
  let sane = true
  t.after(() => port.close())
  return {
    link: openLink(port, '/dev/ttyUSB0'),
    heard,
    unplug: () => incoming.fail(new AgentError('READER_GONE', 'unplugged')),
    fallSilent: () => {
      sane = false
    },
  }
}

const firmware = hexOf(encodeFrame(0xd4, Uint8Array.of(0x02)))
const ask = (link: ReturnType<typeof openLink>, limitMs = 5_000) => link.command(0x02, [], limitMs)

test('the answer is taken behind its acknowledgement, glued or apart', async (t) => {
  for (const cut of [0, 3, 6, 9]) {
    const whole = glued(ackFrame, answer(0x03, 0x32))
    const { link } = play(t, (sent, say) => {
      if (sent === firmware) say(whole.slice(0, cut), whole.slice(cut))
    })
    assert.deepEqual(await ask(link), { is: 'answer', data: Uint8Array.of(0x32) })
  }
})

test('what comes before the acknowledgement is another command’s, and is not taken', async (t) => {
  const { link } = play(t, (sent, say) => {
    if (sent === firmware) say(answer(0x03, 0xaa), ackFrame, answer(0x03, 0x32))
  })
  assert.deepEqual(await ask(link), { is: 'answer', data: Uint8Array.of(0x32) })
})

test('an answer with a wrong sum is asked for again, and a NACK is met by sending again', async (t) => {
  let refused = 0
  const good = answer(0x03, 0x32)
  const bad = good.map((byte, at) => (at === good.length - 2 ? byte ^ 1 : byte))
  const { link, heard } = play(t, (sent, say) => {
    if (sent === firmware) {
      refused += 1
      if (refused === 1) say(nackFrame)
      else say(ackFrame, bad)
    } else if (sent === hexOf(nackFrame)) say(good)
  })
  assert.deepEqual(await ask(link), { is: 'answer', data: Uint8Array.of(0x32) })
  assert.deepEqual(heard.slice(0, 3), [firmware, firmware, hexOf(nackFrame)])
})

test('the second answer to a command that was sent twice is nobody’s', async (t) => {
  let answers = 0
  const { link } = play(t, (sent, say) => {
    if (sent !== firmware) return
    answers += 1
    // A NACK that is noise: the chip does the command both times.
    if (answers === 1) say(nackFrame)
    say(glued(ackFrame, answer(0x03, answers)))
  })
  assert.deepEqual(await ask(link), { is: 'answer', data: Uint8Array.of(1) })
  assert.deepEqual(await ask(link), { is: 'answer', data: Uint8Array.of(3) })
})

test('a chip that refuses for ever is asked three times', async (t) => {
  const { link, heard } = play(t, (sent, say) => {
    if (sent === firmware) say(nackFrame)
  })
  assert.deepEqual(await ask(link), { is: 'lost' })
  assert.equal(heard.filter((sent) => sent === firmware).length, 3)
})

test('an error frame is a refusal', async (t) => {
  const { link } = play(t, (sent, say) => {
    if (sent === firmware) say(ackFrame, Uint8Array.from(Buffer.from('0000ff01ff7f8100', 'hex')))
  })
  assert.deepEqual(await ask(link), { is: 'refused' })
})

test('a command that is given up is aborted, and its late answer is nobody’s', async (t) => {
  const stop = new AbortController()
  let late: (() => void) | undefined
  let turn = 0
  const { link, heard } = play(t, (sent, say) => {
    if (sent !== firmware) return
    turn += 1
    if (turn === 1) {
      say(ackFrame)
      late = () => say(answer(0x03, 0xaa))
      stop.abort()
      return
    }
    late?.()
    say(glued(ackFrame, answer(0x03, 0x32)))
  })
  assert.deepEqual(await link.command(0x02, [], 5_000, stop.signal), { is: 'lost' })
  assert.ok(heard.includes(hexOf(ackFrame)), 'an ACK aborts what the chip does')
  assert.deepEqual(await ask(link), { is: 'answer', data: Uint8Array.of(0x32) })
})

test('an acknowledgement that is lost costs the command, and not the one after it', async (t) => {
  let turn = 0
  const { link } = play(t, (sent, say) => {
    if (sent !== firmware) return
    turn += 1
    if (turn === 1) say(answer(0x03, 0xaa))
    else say(ackFrame, answer(0x03, 0x32))
  })
  assert.deepEqual(await ask(link), { is: 'lost' })
  assert.deepEqual(await ask(link), { is: 'answer', data: Uint8Array.of(0x32) })
})

test('a broken head ends the wait soon, as its answer will not come again', async (t) => {
  const { link } = play(t, (sent, say) => {
    if (sent === firmware)
      say(ackFrame, Uint8Array.from(Buffer.from('0000ff06fbd503320106', 'hex')))
  })
  assert.deepEqual(await ask(link, 60_000), { is: 'lost' })
})

test('a chip that says nothing ends the link, and nothing waits', async (t) => {
  const { link, fallSilent } = play(t, () => undefined)
  fallSilent()
  await assert.rejects(ask(link), { code: 'READER_GONE' })
  await assert.rejects(link.ended, { code: 'READER_GONE' })
  await assert.rejects(ask(link), { code: 'READER_GONE' })
})

test('a port that vanishes ends the command that runs', async (t) => {
  const { link, unplug } = play(t, (sent, say) => {
    if (sent === firmware) {
      say(ackFrame)
      unplug()
    }
  })
  await assert.rejects(ask(link, 60_000), { code: 'READER_GONE', message: 'unplugged' })
})
