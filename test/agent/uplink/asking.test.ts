import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import { type AskingParts, askOver, type Carrier } from '../../../agent/uplink/asking.ts'
import type { Request, Response, Watcher } from '../../../agent/uplink/exchange.ts'
import type { Look } from '../../../agent/uplink/life.ts'
import { policy } from '../../../agent/uplink/policy.ts'
import { FakeClock } from '../../fakes/clock.ts'

const request: Request = { method: 'POST', path: '/', headers: {}, body: new Uint8Array() }
const fault = (code: FaultCode) => new AgentError(code, code)

/** How long a look takes that finds nothing. */
const LOOK_MS = 50

interface Sent {
  readonly answer: (text: string) => void
  readonly fail: (error: unknown) => void
  readonly watcher: Watcher
  isCancelled: boolean
}

/** A line whose sendings end when the test says so; it lives until `look` is changed. */
class FakeCarrier implements Carrier {
  readonly name: string
  readonly isMetered: boolean
  readonly sent: Sent[] = []
  looked: Look = { is: 'alive' }
  looks = 0
  dropped = 0
  readonly out = new AbortController()
  clock: FakeClock | undefined

  constructor(name: string, isMetered = false) {
    this.name = name
    this.isMetered = isMetered
  }

  send(_request: Request, signal: AbortSignal, watcher: Watcher): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const sent: Sent = {
      answer: (text) => resolve({ status: 200, headers: {}, body: Buffer.from(text) }),
      fail: reject,
      watcher,
      isCancelled: false,
    }
    this.sent.push(sent)
    const abort = () => {
      sent.isCancelled = true
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    return promise
  }

  async look(signal: AbortSignal) {
    this.looks += 1
    if (this.looked.is === 'silent') await this.clock?.sleep(LOOK_MS, signal)
    return this.looked
  }
  acknowledgedWithinMs = () => 300
  gone = () => this.out.signal
  dropIdle = () => {
    this.dropped += 1
  }
}

function stage(carriers: FakeCarrier[], over: Partial<AskingParts> = {}) {
  const clock = new FakeClock()
  for (const carrier of carriers) carrier.clock = clock
  const ended: string[] = []
  const parts: AskingParts = {
    choose: () => carriers,
    noLine: () => fault('NO_LINE'),
    ended: ({ name }, _tookMs, why) => void ended.push(`${name} ${why?.code ?? 'answered'}`),
    unacknowledged: () => 0,
    makeRoom: () => true,
    lateMs: 0,
    clock,
    now: () => clock.now(),
    ...over,
  }
  const gone = new AbortController()
  const ask = (safe = true) => {
    const asked = askOver(
      request,
      { safe, signal: gone.signal, accept: ({ body }) => Buffer.from(body).toString() },
      parts,
    )
    // Awaited later; until then a rejection is nobody's bug.
    asked.catch(() => {})
    return asked
  }
  return { clock, ended, ask, gone }
}

function two(over: Partial<AskingParts> = {}) {
  const [a, b] = [new FakeCarrier('a'), new FakeCarrier('b')]
  return { a, b, ...stage([a, b], over) }
}

const LONG_MS = 5_000

test('a question goes out over the best line alone while that lives, however long it takes', async () => {
  const { a, b, clock, ask, ended } = two()
  const asked = ask()
  await clock.advance(LONG_MS)
  assert.deepEqual([a.sent.length, b.sent.length], [1, 0])
  assert.ok(a.looks > 2, 'the line is looked at meanwhile')
  a.sent[0]?.answer('yes')
  assert.deepEqual(await asked, { answer: 'yes', line: 'a' })
  assert.deepEqual(ended, ['a answered'])
})

test('a line that shows no sign of life brings a second one in, and the first answer counts', async () => {
  for (const winner of ['a', 'b'] as const) {
    const { a, b, clock, ask, ended } = two()
    const asked = ask()
    a.looked = { is: 'silent' }
    await clock.advance(policy.firstLookMs + LOOK_MS)
    assert.deepEqual([a.sent.length, b.sent.length], [1, 1])
    const [first, second] = winner === 'a' ? [a, b] : [b, a]
    first.sent[0]?.answer('yes')
    assert.equal((await asked).line, winner)
    assert.equal(second.sent[0]?.isCancelled, true, 'the other is cancelled')
    await clock.advance(LONG_MS)
    assert.deepEqual(ended, [`${winner} answered`])
    assert.equal(a.sent.length + b.sent.length, 2)
  }
})

test('one that is not safe is never sent twice', async () => {
  const { a, b, clock, ask } = two({ lateMs: 10, unacknowledged: () => 500 })
  const asked = ask(false)
  a.looked = { is: 'silent' }
  a.sent[0]?.watcher.onSent(new Socket(), true)
  await clock.advance(LONG_MS)
  a.sent[0]?.fail(fault('LINE_BROKEN'))
  await assert.rejects(asked, { code: 'LINE_BROKEN' })
  assert.deepEqual([a.sent.length, b.sent.length], [1, 0])
  assert.equal(a.dropped, 1, 'what else is kept may be as dead')
})

test('a fault of the line is asked again elsewhere at once, an answer of the gateway is not', async () => {
  for (const code of ['LINE_UNREACHABLE', 'LOGIN_PAGE', 'GATEWAY_BUSY'] as const) {
    const { a, b, ask, clock } = two()
    const asked = ask()
    a.sent[0]?.fail(fault(code))
    await clock.advance(0)
    b.sent[0]?.answer('yes')
    assert.equal((await asked).line, 'b', code)
  }
  for (const code of ['GATEWAY_TIMEOUT', 'GATEWAY_REFUSED', 'LOGIN_REFUSED'] as const) {
    const { a, b, ask } = two()
    const asked = ask()
    a.sent[0]?.fail(fault(code))
    await assert.rejects(asked, { code })
    assert.equal(b.sent.length, 0, code)
  }
})

test('of two faults the one that came from further away is told, whichever was first', async () => {
  for (const [first, second] of [
    ['LINE_UNREACHABLE', 'GATEWAY_BUSY'],
    ['GATEWAY_BUSY', 'LINE_UNREACHABLE'],
  ] as const) {
    const { a, b, ask, clock } = two()
    const asked = ask()
    a.sent[0]?.fail(fault(first))
    await clock.advance(0)
    b.sent[0]?.fail(fault(second))
    await assert.rejects(asked, { code: 'GATEWAY_BUSY' })
  }
})

test('with every line down nothing is sent, and that is said at once', async () => {
  const { ask, ended } = stage([])
  await assert.rejects(ask(), { code: 'NO_LINE' })
  assert.deepEqual(ended, [])
})

test('a question that nobody waits for any more cancels both sendings', async () => {
  const { a, b, clock, ask, gone, ended } = two()
  const asked = ask()
  a.looked = { is: 'silent' }
  await clock.advance(policy.firstLookMs + LOOK_MS)
  gone.abort(new Error('nobody waits'))
  await assert.rejects(asked, { message: 'nobody waits' })
  await clock.advance(0)
  assert.deepEqual([a.sent[0]?.isCancelled, b.sent[0]?.isCancelled], [true, true])
  assert.deepEqual(ended, [], 'what is cancelled says nothing about a line')
  assert.equal(clock.sleeping(), 0, 'nobody looks on')
})

test('a connection that acknowledges nothing while its line lives is replaced', async () => {
  const dead = new Socket()
  const only = new FakeCarrier('a')
  const { clock, ask } = stage([only], { unacknowledged: (one) => (one === dead ? 500 : 0) })
  const asked = ask()
  only.sent[0]?.watcher.onSent(dead, true)
  await clock.advance(200)
  assert.equal(only.sent.length, 1, 'an acknowledgement may take its time')
  await clock.advance(LONG_MS)
  assert.deepEqual([only.sent.length, only.dropped], [2, 1])
  only.sent[1]?.answer('yes')
  assert.equal((await asked).answer, 'yes')
})

test('a kept connection that was closed is replaced on the only line there is', async () => {
  const only = new FakeCarrier('a')
  const { clock, ask } = stage([only])
  const asked = ask()
  only.sent[0]?.fail(fault('LINE_BROKEN'))
  await clock.advance(0)
  only.sent[1]?.answer('yes')
  assert.equal((await asked).line, 'a')
})

test('a line that costs by use is the second one only where no other is left', async () => {
  const [a, costly, b] = [new FakeCarrier('a'), new FakeCarrier('m', true), new FakeCarrier('b')]
  const { clock, ask } = stage([a, costly, b])
  const asked = ask()
  a.sent[0]?.fail(fault('LINE_UNREACHABLE'))
  await clock.advance(0)
  b.sent[0]?.answer('yes')
  assert.equal((await asked).line, 'b')
  assert.deepEqual([costly.sent.length, b.sent.length], [0, 1])
  const [alone, dear] = [new FakeCarrier('a'), new FakeCarrier('m', true)]
  const other = stage([alone, dear])
  const askedDearly = other.ask()
  alone.sent[0]?.fail(fault('LINE_UNREACHABLE'))
  await other.clock.advance(0)
  dear.sent[0]?.answer('yes')
  assert.equal((await askedDearly).line, 'm')
})

test('lateness alone asks a second line where that is set, after the time that is set', async () => {
  const { b, clock, ask } = two({ lateMs: 800 })
  const asked = ask()
  await clock.advance(799)
  assert.equal(b.sent.length, 0)
  await clock.advance(1)
  b.sent[0]?.answer('yes')
  assert.equal((await asked).line, 'b')
})

test('where no connection is left the first sending makes room, and faults still end the question', async () => {
  const { a, b, clock, ask } = two({ makeRoom: () => false })
  const asked = ask()
  a.looked = { is: 'silent' }
  await clock.advance(policy.firstLookMs + LOOK_MS)
  assert.deepEqual([a.sent[0]?.isCancelled, b.sent.length], [true, 1])
  b.sent[0]?.fail(fault('GATEWAY_BUSY'))
  await assert.rejects(asked, { code: 'GATEWAY_BUSY' })
})

test('a line that is taken out fails what is under way on it with the reason', async () => {
  const { a, b, clock, ask, ended } = two()
  const [safe, unsafe] = [ask(), ask(false)]
  a.out.abort(fault('LINE_LINK_DOWN'))
  await assert.rejects(unsafe, { code: 'LINE_LINK_DOWN' })
  await clock.advance(0)
  b.sent[0]?.answer('yes')
  assert.equal((await safe).line, 'b')
  assert.deepEqual(ended, ['a LINE_LINK_DOWN', 'a LINE_LINK_DOWN', 'b answered'])
})

test('of two questions whose connections break at once each ends, though the first takes the line out', async () => {
  const a = new FakeCarrier('a')
  const { ask } = stage([a], { ended: () => a.out.abort(fault('LINE_SILENT')) })
  const asked = [ask(false), ask(false)]
  for (const sent of a.sent) sent.fail(fault('LINE_UNREACHABLE'))
  for (const one of asked) await assert.rejects(one, { code: 'LINE_UNREACHABLE' })
})

test('what is no fault is a bug, and is told as it is', async () => {
  const { a, ask } = two()
  const asked = ask()
  a.sent[0]?.fail(new TypeError('a bug'))
  await assert.rejects(asked, TypeError)
})
