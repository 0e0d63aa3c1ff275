import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import type { PathReport } from '../../../agent/kernel/line.ts'
import { type PathParts, testPath } from '../../../agent/uplink/path-test.ts'
import { FakeClock } from '../../fakes/clock.ts'

const forever = new AbortController().signal
const rejects = (code: FaultCode, sign?: string) => async () => {
  throw new AgentError(code, 'as the test says', { facts: sign === undefined ? {} : { sign } })
}
const unreachable = rejects('LINE_UNREACHABLE', 'EHOSTUNREACH')
const fine = async () => {}

/** A line whose gateway is on this machine: its way is one that every machine has. */
const parts = (over: Partial<PathParts> = {}): PathParts => ({
  line: 'ngn',
  source: { address: '127.0.0.1', interface: 'lo', prefixLength: 8, fault: null },
  isFollowed: false,
  gateway: { host: 'gateway.mnw', port: 443 },
  dnsServers: ['127.0.0.53'],
  resolve: async () => ['127.0.0.1'],
  connect: async () => 1,
  handshake: fine,
  application: fine,
  answerTimeoutMs: 3_000,
  lineAuthUrl: null,
  lastGateway: null,
  clock: new FakeClock(),
  ...over,
})
const tested = (over: Partial<PathParts> = {}) => testPath(parts(over), forever)
const results = ({ steps }: PathReport) =>
  steps.map(({ result }) => ({ pass: '+', fail: 'x', skipped: '-' })[result]).join('')

test('a path that is well passes every step, in order', async () => {
  const report = await tested()
  assert.equal(results(report), '++++++++')
  assert.deepEqual([report.line, report.fault, report.facts], ['ngn', null, {}])
})

test('the first red step names the fault, and what lies behind it is skipped', async () => {
  const down = { address: null, interface: 'lo', prefixLength: null }
  const rows: readonly (readonly [Partial<PathParts>, string, FaultCode])[] = [
    [{ source: { ...down, fault: 'LINE_LINK_DOWN' } }, 'x-------', 'LINE_LINK_DOWN'],
    [{ source: { ...down, fault: 'LINE_ADDRESS_MISSING' } }, '+x------', 'LINE_ADDRESS_MISSING'],
    [{ resolve: rejects('LINE_NAME_UNRESOLVED') }, '+++x----', 'LINE_NAME_UNRESOLVED'],
    [{ connect: unreachable }, '++++x---', 'LINE_UNREACHABLE'],
    [{ handshake: rejects('SERVER_NAME_MISMATCH') }, '+++++x--', 'SERVER_NAME_MISMATCH'],
    [{ application: rejects('GATEWAY_BUSY') }, '+++++++x', 'GATEWAY_BUSY'],
    [{ application: rejects('LOGIN_PAGE') }, '++++++x-', 'LINE_AUTH_LOST'],
  ]
  for (const [over, expected, fault] of rows) {
    const report = await tested(over)
    assert.deepEqual([results(report), report.fault], [expected, fault])
    assert.equal(report.steps.find(({ result }) => result === 'fail')?.fault, fault)
  }
})

test('an address needs no names, and an application that is not asked says nothing', async () => {
  const report = await tested({
    gateway: { host: '127.0.0.1', port: 443 },
    resolve: rejects('LINE_NAME_UNRESOLVED'),
    application: null,
  })
  assert.equal(results(report), '+++-++--')
})

test('a line on which the system chooses has neither link nor address to test', async () => {
  const source = { address: null, interface: null, prefixLength: null, fault: null }
  assert.equal(results(await tested({ source })), '--++++++')
})

test('behind a red connection it is told whether the line authentication answers', async () => {
  const lineAuthUrl = 'http://auth.mnw:8080/'
  const asked: string[] = []
  const report = await tested({
    lineAuthUrl,
    resolve: async (host) => [host === 'auth.mnw' ? '127.0.0.9' : '127.0.0.1'],
    connect: async (address, port) => {
      if (port === 443) await unreachable()
      asked.push(`${address} ${port}`)
      return 1
    },
  })
  assert.deepEqual(asked, ['127.0.0.9 8080'])
  assert.partialDeepStrictEqual(report.facts, { lineAuthReachable: true, sign: 'EHOSTUNREACH' })
  const silent = await tested({
    lineAuthUrl,
    handshake: rejects('TLS_FAILED'),
    connect: unreachable,
  })
  assert.equal(silent.facts['lineAuthReachable'], false)
  const elsewhere = await tested({ lineAuthUrl, application: rejects('GATEWAY_ERROR') })
  assert.equal(elsewhere.facts['lineAuthReachable'], undefined)
})

test('a name with a dead address and a live one is reached', async () => {
  const report = await tested({
    resolve: async () => ['127.0.0.1', '127.0.0.2'],
    connect: async (address) => (address === '127.0.0.1' ? unreachable() : 1),
  })
  assert.equal(report.fault, null)
})

test('names that nobody answers are not to blame where the gateway itself is silent too', async () => {
  const silent = { resolve: rejects('LINE_NAME_UNRESOLVED', 'ETIMEOUT'), lastGateway: '127.0.0.1' }
  const dead = await tested({ ...silent, connect: unreachable })
  assert.deepEqual([results(dead), dead.fault], ['+++-x---', 'LINE_UNREACHABLE'])
  const alive = await tested(silent)
  assert.deepEqual([results(alive), alive.fault], ['+++x----', 'LINE_NAME_UNRESOLVED'])
  const refused = rejects('LINE_NAME_UNRESOLVED', 'ESERVFAIL')
  const answered = await tested({ ...silent, resolve: refused, connect: unreachable })
  assert.equal(answered.fault, 'LINE_NAME_UNRESOLVED')
})

test('names that say another machine are to blame while the gateway is where it was', async () => {
  const wrong = { resolve: async () => ['127.0.0.66'], lastGateway: '127.0.0.1' }
  const connect = async (address: string) => (address === '127.0.0.66' ? unreachable() : 1)
  const report = await tested({ ...wrong, connect })
  assert.deepEqual([results(report), report.fault], ['+++x----', 'LINE_NAME_UNRESOLVED'])
  assert.partialDeepStrictEqual(report.facts, { addresses: '127.0.0.66', expected: '127.0.0.1' })
  const moved = await tested({ ...wrong, connect: unreachable })
  assert.equal(moved.fault, 'LINE_UNREACHABLE')
})

test('a step that never ends is cut off, also where it heeds no signal', async () => {
  const never = () => new Promise<never>(() => {})
  const rows: readonly (readonly [Partial<PathParts>, FaultCode])[] = [
    [{ resolve: never }, 'LINE_NAME_UNRESOLVED'],
    [{ connect: never }, 'LINE_UNREACHABLE'],
    [{ handshake: never }, 'LINE_TIMEOUT'],
    [{ application: never }, 'GATEWAY_TIMEOUT'],
  ]
  for (const [over, fault] of rows) {
    const clock = new FakeClock()
    const since = clock.now()
    let report: PathReport | undefined
    const running = tested({ ...over, clock }).then((found) => {
      report = found
    })
    while (report === undefined) {
      await turn()
      if (clock.sleeping() > 0) await clock.advance(500)
    }
    await running
    assert.equal(report.fault, fault)
    assert.ok(clock.now() - since <= 3_500, `${fault} after ${clock.now() - since} ms`)
  }
})

test('a test that is no longer wanted ends with the reason, and a bug with itself', async () => {
  const ending = new AbortController()
  const running = testPath(parts({ connect: () => new Promise(() => {}) }), ending.signal)
  const reason = new Error('closing')
  ending.abort(reason)
  await assert.rejects(running, reason)
  const bug = new TypeError('a bug')
  const buggy = tested({ handshake: () => Promise.reject(bug) })
  await assert.rejects(buggy, bug)
})
