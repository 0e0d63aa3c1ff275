import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import {
  answerName,
  answerTo,
  benchOf,
  never,
  questionAt,
  requestIn,
  requestName,
  watched,
} from './terminal-bench.ts'

test('a request that nobody picks up is taken back: the terminal is silent, nothing was asked', async () => {
  const bench = benchOf()
  const { clock, req, res, gateway, events } = bench
  const asked = watched(gateway.ask(questionAt(clock), never))
  const name = await requestIn(bench)
  await clock.advance(19_500)
  assert.deepEqual([asked.ended, req.files.has(name)], [false, true])
  await clock.advance(500)
  assert.deepEqual([asked.code, req.files.size, res.claims()], ['TERMINAL_SILENT', 0, []])
  assert.deepEqual(
    events.map(({ at: _, ...event }) => event),
    [{ is: 'asked', fault: 'TERMINAL_SILENT', answerMs: null }],
  )
  assert.equal(gateway.answerMs(), null)
})

test('one that vanishes just when it is taken back was picked up: its answer is waited for', async () => {
  const bench = benchOf()
  const { clock, req, res, gateway } = bench
  const asked = gateway.ask(questionAt(clock), never)
  const state = watched(asked)
  const name = await requestIn(bench)
  req.onWrite = (what) => {
    if (what === 'remove') req.takeAway(name)
  }
  await clock.advance(79_000)
  assert.equal(state.ended, false)
  await res.bring(answerName(name), answerTo(name))
  assert.equal((await asked).line, null)
})

test('an answer that does not come in time after the pick-up is a time-out', async () => {
  const bench = benchOf()
  const { clock, req, gateway } = bench
  const asked = watched(gateway.ask(questionAt(clock), never))
  const name = await requestIn(bench)
  await clock.advance(10_000)
  req.takeAway(name)
  await clock.advance(60_000)
  assert.equal(asked.ended, false)
  await clock.advance(500)
  assert.deepEqual([asked.code, clock.sleeping()], ['GATEWAY_TIMEOUT', 0])
})

test('a share that cannot be reached, written or listed: nothing is asked, nothing stays behind', async () => {
  const unreachable = benchOf()
  unreachable.req.cut()
  await assert.rejects(unreachable.gateway.ask(questionAt(unreachable.clock), never), {
    code: 'TERMINAL_UNREACHABLE',
  })
  const blind = benchOf()
  blind.res.cut()
  await assert.rejects(blind.gateway.ask(questionAt(blind.clock), never), {
    code: 'TERMINAL_UNREACHABLE',
  })
  const refusing = benchOf()
  refusing.req.onWrite = () => {
    throw new AgentError('TERMINAL_REFUSED', 'read-only')
  }
  await assert.rejects(refusing.gateway.ask(questionAt(refusing.clock), never), {
    code: 'TERMINAL_REFUSED',
  })
  for (const { req, res, clock } of [unreachable, blind, refusing])
    assert.deepEqual([req.puts, res.claims(), clock.sleeping()], [[], [], 0])
})

test('a request that was half put is taken back as soon as the share is back, however long', async () => {
  const { gateway, clock, req, log } = benchOf()
  req.afterWrite = (what) => {
    if (what === 'put') req.cut()
  }
  await assert.rejects(gateway.ask(questionAt(clock), never), { code: 'TERMINAL_UNREACHABLE' })
  await clock.advance(10 * 60_000)
  assert.equal(req.files.size, 1)
  req.mend()
  await clock.advance(1_000)
  assert.deepEqual([req.files.size, clock.sleeping()], [0, 0])
  assert.deepEqual(
    log.lines.map(({ event }) => event),
    ['request-not-withdrawn', 'request-withdrawn'],
  )
})

test('a gateway that is closed no longer takes anything back', async () => {
  const { gateway, clock, req } = benchOf()
  req.afterWrite = () => req.cut()
  await assert.rejects(gateway.ask(questionAt(clock), never), { code: 'TERMINAL_UNREACHABLE' })
  await gateway.close()
  await clock.advance(0)
  assert.equal(clock.sleeping(), 0)
})

test('time in which the share is away does not count, before and after the pick-up', async () => {
  const bench = benchOf()
  const { clock, req, res, gateway } = bench
  const asked = gateway.ask(questionAt(clock), never)
  const state = watched(asked)
  const name = await requestIn(bench)
  await clock.advance(15_000)
  req.cut()
  await clock.advance(30_000)
  assert.equal(state.ended, false)
  req.mend()
  await clock.advance(4_000)
  assert.equal(state.ended, false)
  req.takeAway(name)
  await clock.advance(1_000)
  await clock.advance(50_000)
  res.cut()
  await clock.advance(25_000)
  assert.equal(state.ended, false)
  res.mend()
  await clock.advance(5_000)
  await res.bring(answerName(name), answerTo(name))
  assert.equal((await asked).line, null)
})

test('a share that stays away ends the question a minute after both time-outs', async () => {
  const bench = benchOf()
  const { clock, req, gateway } = bench
  const asked = watched(gateway.ask(questionAt(clock), never))
  const name = await requestIn(bench)
  req.cut()
  await clock.advance(139_500)
  assert.equal(asked.ended, false)
  await clock.advance(500)
  assert.equal(asked.code, 'TERMINAL_UNREACHABLE')
  req.mend()
  await clock.advance(1_000)
  assert.ok(!req.files.has(name), 'it must not be asked any more')

  const picked = benchOf()
  const second = watched(picked.gateway.ask(questionAt(picked.clock), never))
  picked.req.takeAway(await requestIn(picked))
  await picked.clock.advance(500)
  picked.res.cut()
  await picked.clock.advance(139_000)
  assert.equal(second.ended, false)
  await picked.clock.advance(500)
  assert.equal(second.code, 'GATEWAY_TIMEOUT')
})

test('our own standstill condemns nobody', async () => {
  const bench = benchOf()
  const { clock, res, gateway } = bench
  const asked = gateway.ask(questionAt(clock), never)
  const name = await requestIn(bench)
  await clock.stall(10 * 60_000)
  await res.bring(answerName(name), answerTo(name))
  assert.equal((await asked).line, null)
})

test('an account that may not take a request back: said so, and tried on', async () => {
  const bench = benchOf()
  const { clock, req, gateway } = bench
  const asked = watched(gateway.ask(questionAt(clock), never))
  await requestIn(bench)
  req.onWrite = () => {
    throw new AgentError('TERMINAL_REFUSED', 'may not delete')
  }
  await clock.advance(20_000)
  assert.deepEqual([asked.code, req.files.size], ['TERMINAL_REFUSED', 1])
  req.onWrite = () => {}
  await clock.advance(1_000)
  assert.equal(req.files.size, 0)
})

test('a stop leaves the request; after it the same question uses what lies there', async () => {
  const bench = benchOf()
  const { clock, req, res } = bench
  const question = questionAt(clock)
  const stop = new AbortController()
  const reason = new AgentError('SHUTTING_DOWN', 'stop')
  const asked = bench.gateway.ask(question, stop.signal)
  const name = await requestIn(bench)
  stop.abort(reason)
  await assert.rejects(asked, reason)
  assert.deepEqual(
    [[...req.files.keys()], res.claims(), clock.sleeping(), bench.events],
    [[name], [], 0, []],
  )

  const second = bench.again()
  const again = second.gateway.ask(question, never)
  await clock.advance(1_000)
  assert.deepEqual(req.puts, [name], 'it lies there and is not written twice')
  req.takeAway(name)
  await res.bring(answerName(name), answerTo(name))
  assert.equal((await again).line, null)

  const third = bench.again()
  const answered = third.gateway.ask(question, never)
  await clock.advance(1_000)
  assert.equal((await answered).line, null)
  assert.deepEqual(req.puts, [name], 'its answer lies there and is used')
  assert.deepEqual(
    third.events.map(({ at: _, ...event }) => event),
    [{ is: 'asked', fault: null, answerMs: null }],
  )
  assert.equal(third.gateway.answerMs(), null, 'nobody knows how long it took')
})

test('a lying answer that cannot be read is a time-out: it was asked before', async () => {
  const bench = benchOf()
  const { clock, req, res, gateway } = bench
  const question = questionAt(clock)
  await res.bring(answerName(requestName('OQSsiquc01', question.id)), Buffer.from('<XmlMsg>'))
  const asked = watched(gateway.ask(question, never))
  await clock.advance(0)
  await clock.advance(59_500)
  assert.equal(asked.ended, false)
  await clock.advance(500)
  assert.deepEqual([asked.code, req.puts], ['GATEWAY_TIMEOUT', []])
})

test('a lying answer that is another’s, or goes before it is read, does not keep a question back', async () => {
  const bench = benchOf()
  const { clock, req, res } = bench
  const question = questionAt(clock)
  const first = watched(bench.gateway.ask(question, never))
  const name = await requestIn(bench)
  req.takeAway(name)
  await clock.advance(60_500)
  assert.equal(first.code, 'GATEWAY_TIMEOUT')
  await res.bring(answerName(name), answerTo(name, { code: '1319999983' }))
  await res.bring(answerName(name, 'zip'), Buffer.from('PK'))

  const again = bench.again()
  const asked = again.gateway.ask(question, never)
  await clock.advance(1_000)
  assert.equal(req.puts.length, 1, 'a half-written one may be its answer')
  res.takeAway(answerName(name, 'zip'))
  await clock.advance(1_000)
  assert.equal(req.puts.length, 2)
  await res.bring(answerName(name), answerTo(name))
  assert.equal((await asked).line, null)
})

test('an abort before, while queued, and while it looks leaves nothing', async () => {
  const { gateway, clock, req, res } = benchOf({ sessions: 1 })
  await assert.rejects(
    gateway.ask(questionAt(clock), AbortSignal.abort('gone')),
    (e) => e === 'gone',
  )
  const stop = new AbortController()
  const looking = watched(gateway.ask(questionAt(clock), stop.signal))
  await clock.advance(1)
  const queued = watched(gateway.ask(questionAt(clock), stop.signal))
  stop.abort(new Error('stop'))
  await clock.advance(0)
  assert.deepEqual([looking.ended, queued.ended, gateway.openCount()], [true, true, 0])
  assert.deepEqual([res.claims(), clock.sleeping()], [[], 0])
  assert.ok(req.puts.length <= 1)
})
