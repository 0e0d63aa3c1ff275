import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { type Application, openApplication, sendOver } from '../../../agent/uplink/application.ts'
import type { Line } from '../../../agent/uplink/line.ts'

const MINUTE_MS = 60_000
const signal = new AbortController().signal

/** An application whose answer the test decides; counts how often it was asked. */
function stage(everyMs = 5 * MINUTE_MS) {
  const state = { now: 0, asked: 0, answered: 0, fault: null as AgentError | null }
  const application = openApplication({
    probe: {
      request: { method: 'GET', path: '/status', headers: {}, body: new Uint8Array() },
      accept: () => {
        if (state.fault !== null) throw state.fault
      },
    },
    everyMs: () => everyMs,
    send: async () => {
      state.asked += 1
      return { status: 200, headers: {}, body: new Uint8Array() }
    },
    explain: (fault) => fault,
    onAnswer: () => {
      state.answered += 1
    },
    now: () => state.now,
  })
  return { state, application }
}

const fault = (code: AgentError['code']) => new AgentError(code, 'as the test wants it')
const minutes = async (state: { now: number }, count: number, each: () => Promise<void>) => {
  for (let n = 0; n < count; n += 1) {
    await each()
    state.now += MINUTE_MS
  }
}
/** As a test of the path does; null where nothing is known. */
const tested = async (application: Application, isByHand = false) => {
  const step = application.forTest(isByHand)
  return step === null ? null : step(signal).then(() => 'well')
}

test('the application is asked for a sign of life at most every five minutes', async () => {
  const { state, application } = stage()
  await minutes(state, 30, () => application.askIfDue(signal))
  assert.deepEqual([state.asked, state.answered], [6, 6])
})

test('a question that was answered is sign of life enough', async () => {
  const { state, application } = stage()
  await minutes(state, 30, async () => {
    application.heard(null)
    await application.askIfDue(signal)
  })
  assert.equal(state.asked, 0)
})

test('tests of a line that is down tell what the application last said, and do not ask it', async () => {
  const { state, application } = stage()
  application.heard(fault('GATEWAY_ERROR'))
  await minutes(state, 4, async () => {
    await assert.rejects(tested(application), { code: 'GATEWAY_ERROR' })
  })
  assert.equal(state.asked, 0)
  state.now += MINUTE_MS
  assert.equal(await tested(application), 'well')
  assert.equal(await tested(application), null, 'nothing is known, and it is not asked again')
})

test('a page, which is not the application, is asked about every minute', async () => {
  const { state, application } = stage()
  state.fault = fault('LOGIN_PAGE')
  await minutes(state, 3, () => assert.rejects(tested(application), { code: 'LOGIN_PAGE' }))
  assert.equal(state.asked, 3)
  state.fault = null
  assert.equal(await tested(application), 'well')
})

test('a person who tests a line asks now, but not with every press', async () => {
  const { state, application } = stage()
  assert.equal(await tested(application, true), 'well')
  assert.equal(await tested(application, true), null)
  state.now += 10_000
  assert.equal(await tested(application, true), 'well')
  assert.equal(state.asked, 2)
})

test('what the line did to a probe says nothing of the application', async () => {
  const { state, application } = stage()
  state.fault = fault('LINE_BROKEN')
  await assert.rejects(application.askIfDue(signal), { code: 'LINE_BROKEN' })
  state.fault = null
  assert.equal(await tested(application), 'well', 'it is due as before')
})

/** A line whose kept connections the other end has forgotten. */
function forgottenLine(kept: number) {
  const line = { kept, sent: [] as string[] }
  const request: Line['request'] = async (_request, _signal, watcher) => {
    const isWarm = line.kept > 0
    line.kept = Math.max(0, line.kept - 1)
    line.sent.push(isWarm ? 'kept' : 'new')
    watcher.onSent(new Socket(), isWarm)
    if (isWarm) throw fault('GATEWAY_TIMEOUT')
    return { status: 200, headers: {}, body: new Uint8Array() }
  }
  const dropIdle = () => {
    line.kept = 0
  }
  return { line, send: sendOver({ request, connections: { dropIdle } }) }
}
const status = { method: 'GET', path: '/status', headers: {}, body: new Uint8Array() } as const

test('a sign of life that a forgotten connection swallowed is asked for on a new one', async () => {
  const { line, send } = forgottenLine(3)
  assert.equal((await send(status, signal)).status, 200)
  assert.deepEqual(line.sent, ['kept', 'new'])
})

test('where no time is left for that, the next one goes out on a new connection', async () => {
  const { line, send } = forgottenLine(3)
  await assert.rejects(send(status, AbortSignal.abort()), { code: 'GATEWAY_TIMEOUT' })
  assert.equal((await send(status, signal)).status, 200)
  assert.deepEqual(line.sent, ['kept', 'new'])
})
