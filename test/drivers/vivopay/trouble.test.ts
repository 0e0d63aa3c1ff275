import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import { myNumberCard, readingApdus } from '../cards.ts'
import { is, vivopayOn } from './bench.ts'

test('a reader that restarts by itself is put into its mode again, and its card read anew', async () => {
  const { events, put, device } = await vivopayOn()
  put(myNumberCard())
  await events.until(is('presented'))
  device.restart()
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  assert.equal((await events.next()).is, 'presented')
})

test('a reader that withholds what cards answer says so once for a card', async () => {
  const { events, put, device, answers } = await vivopayOn({ secure: true })
  put(myNumberCard())
  const event = await events.until(is('card-fault'))
  assert.ok(event.is === 'card-fault' && event.code === 'CARD_UNREADABLE')
  assert.match(event.message, /secure pass-through/)
  await answers(({ sub }) => sub === 0x02, 3)
  device.remove()
  assert.equal((await events.next()).is, 'gone')
})

test('whichever answer is damaged once, the card is read', async () => {
  const read = async (spoilt: number) => {
    let nth = 0
    const tamper = (reports: Buffer[]) => {
      if (nth++ === spoilt) reports.at(-1)?.fill(0x55, 12, 13)
      return reports
    }
    const { events, put, device, close } = await vivopayOn({ tamper })
    put(myNumberCard())
    await events.until(is('presented'))
    assert.deepEqual(device.objections, [])
    await close()
  }
  // A ping, the start, a poll, then the card.
  await Promise.all(Array.from({ length: 3 + readingApdus() }, (_, nth) => read(nth)))
})

test('after answers that were lost, doubled, mixed up or spoilt at random, a good card is read', async (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  t.diagnostic(`SEED=${seed}`)
  const survive = async (run: number) => {
    const dice = fc.sample(fc.integer({ min: 0, max: 63 }), { seed: seed + run, numRuns: 60 })
    let nth = 0
    const roll = () => dice[nth++] ?? 63
    const chaos = (reports: Buffer[]) => reports.flatMap((report) => spoil(report, roll))
    const { events, put, device, close } = await vivopayOn({ tamper: chaos })
    while (nth < dice.length) {
      put(myNumberCard())
      const event = await events.next()
      device.remove()
      const lasts = event.is === 'card-fault' && event.code !== 'CARD_GONE'
      if (lasts || event.is === 'presented')
        await events.until((later) => later.is === 'gone' || later.is === 'reader-fault')
    }
    put(myNumberCard())
    await events.until(is('presented'))
    await close()
  }
  await Promise.all(Array.from({ length: 12 }, (_, run) => survive(run)))
})

function spoil(report: Buffer, roll: () => number): Buffer[] {
  const kind = roll()
  if (kind === 0) return []
  if (kind === 1) return [report, report]
  if (kind === 2) return [Buffer.alloc(64, roll()), report]
  if (kind < 6) report[roll()] = roll()
  return [report]
}

test('whenever the reader is unplugged, the card is read once it is back', async () => {
  const read = async (last: number) => {
    let nth = 0
    const tamper = (reports: Buffer[]) => {
      if (nth++ !== last) return reports
      setImmediate(plug.unplug)
      return reports.slice(0, 1)
    }
    const { events, put, device, plug, close } = await vivopayOn({ tamper })
    put(myNumberCard())
    const fault = await events.until(is('reader-fault'))
    assert.ok(fault.is === 'reader-fault' && fault.code === 'READER_GONE')
    device.restart()
    plug.plug(device)
    assert.equal((await events.next()).is, 'ready')
    assert.equal((await events.next()).is, 'presented')
    await close()
  }
  await Promise.all(Array.from({ length: 3 + readingApdus() }, (_, nth) => read(nth)))
})

test('a reader that hangs is gone, and its card is read once it answers again', async () => {
  const { events, put, device } = await vivopayOn()
  put(myNumberCard())
  await events.until(is('presented'))
  device.stall()
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  const fault = await events.next()
  assert.ok(fault.is === 'reader-fault' && fault.code === 'READER_GONE')
  device.resume()
  assert.equal((await events.next()).is, 'ready')
  assert.equal((await events.next()).is, 'presented')
})

test('why a device cannot be opened is told, and it is taken once it can be', async () => {
  for (const code of ['READER_FORBIDDEN', 'READER_BUSY', 'DRIVER_UNAVAILABLE'] as const) {
    let refused = false
    const refuse = (fault: FaultCode): never => {
      refused = true
      throw new AgentError(fault, 'not now')
    }
    const { events } = await vivopayOn({}, (hid) => {
      if (refused) return hid
      if (code === 'DRIVER_UNAVAILABLE') return refuse(code)
      return { ...hid, open: async () => refuse(code) }
    })
    assert.deepEqual(await events.next(), { is: 'reader-fault', code, message: 'not now' })
    assert.equal((await events.next()).is, 'ready')
  }
})
