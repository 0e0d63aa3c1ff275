import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Type } from 'typebox'
import { checked } from '../../bed/client.ts'
import { startCallee } from '../../bed/net/calls.ts'
import { openNamespaces, whyNoNet } from '../../bed/net/namespaces.ts'

const CALLEE = fileURLToPath(new URL('own-network.ts', import.meta.url))
const GATEWAY = 'fd00:ff::1'

const Report = Type.Object({
  steps: Type.Array(Type.Object({ step: Type.String(), result: Type.String() })),
  fault: Type.Union([Type.String(), Type.Null()]),
  facts: Type.Record(Type.String(), Type.Unknown()),
})

const lineB = { address: null, interface: 'line-b', prefix: null, family: 6 }
const gone = (fault: string) => ({ address: null, interface: 'line-b', prefixLength: null, fault })

/** A box with two Ethernets, each with a router; the gateway lies behind both. */
async function openBox(t: TestContext) {
  const namespaces = await openNamespaces()
  t.after(() => namespaces.close())
  const clinic = (...args: string[]) => namespaces.ip('clinic', ...args)
  const upstream = (...args: string[]) => namespaces.ip('upstream', ...args)
  const far = startCallee(namespaces.enter('upstream'), CALLEE)
  t.after(() => far.close())
  for (const line of ['a', 'b']) {
    await clinic('link', 'add', `line-${line}`, 'type', 'veth', 'peer', 'name', `up-${line}`)
    await clinic('link', 'set', `up-${line}`, 'netns', String(far.pid))
    await upstream('link', 'set', `up-${line}`, 'up')
    await clinic('link', 'set', `line-${line}`, 'up')
    await upstream('address', 'add', `fd00:${line}::1/64`, 'dev', `up-${line}`)
    await clinic('address', 'add', `fd00:${line}::2/64`, 'dev', `line-${line}`)
  }
  await upstream('address', 'add', `${GATEWAY}/128`, 'dev', 'lo')
  await clinic('-6', 'route', 'add', 'default', 'via', 'fd00:a::1')
  await clinic('-6', 'route', 'add', 'default', 'via', 'fd00:b::1', 'table', '102')
  await clinic('-6', 'rule', 'add', 'from', 'fd00:b::2', 'lookup', '102')
  const box = startCallee(namespaces.enter('clinic'), CALLEE)
  t.after(() => box.close())
  return {
    clinic,
    upstream,
    call: box.call,
    sysctl(setting: string) {
      const [program = '', ...words] = namespaces.enter('clinic')
      execFileSync(program, [...words, 'sysctl', '-q', '-w', setting])
    },
    /** The first red step of line b with its fault, and the whole report. */
    async path() {
      const given = { source: lineB, gateway: GATEWAY, port: 9 }
      const report = checked(Report, await box.call('path', given))
      const red = report.steps.find(({ result }) => result === 'fail')?.step
      return { report, red: [red, report.fault] }
    },
  }
}

type Box = Awaited<ReturnType<typeof openBox>>

function inNamespaces(name: string, work: (box: Box) => Promise<void>): void {
  const options = { skip: whyNoNet() ?? false, timeout: 60_000 }
  test(name, options, async (t) => work(await openBox(t)))
}

inNamespaces('a whole path is tested as far as the gateway’s machine', async ({ path }) => {
  const { report, red } = await path()
  assert.deepEqual(red, ['tcp', 'LINE_UNREACHABLE'])
  assert.equal(report.facts['sign'], 'ECONNREFUSED')
  assert.deepEqual(
    report.steps.map(({ result }) => result),
    ['pass', 'pass', 'pass', 'skipped', 'fail', 'skipped', 'skipped', 'skipped'],
  )
})

inNamespaces('a cable that is out and an address that is gone are told apart', async (box) => {
  const { clinic, upstream, path } = box
  await upstream('link', 'set', 'up-b', 'down')
  assert.deepEqual((await path()).red, ['link', 'LINE_LINK_DOWN'])
  await upstream('link', 'set', 'up-b', 'up')
  await clinic('address', 'del', 'fd00:b::2/64', 'dev', 'line-b')
  assert.deepEqual((await path()).red, ['address', 'LINE_ADDRESS_MISSING'])
  assert.deepEqual(
    await box.call('source', { ...lineB, address: 'fd00:b::2' }),
    gone('LINE_ADDRESS_MISSING'),
  )
})

inNamespaces('a new prefix is taken when the old one is withdrawn', async ({ clinic, call }) => {
  await clinic('address', 'add', '2001:db8:2::2/64', 'dev', 'line-b')
  await clinic('address', 'change', 'fd00:b::2/64', 'dev', 'line-b', 'preferred_lft', '0')
  assert.deepEqual(await call('source', lineB), {
    address: '2001:db8:2::2',
    interface: 'line-b',
    prefixLength: 64,
    fault: null,
  })
  assert.deepEqual(
    await call('source', { ...lineB, prefix: '2001:db8:3::/48' }),
    gone('LINE_ADDRESS_MISSING'),
  )
})

inNamespaces(
  'without its rule a line’s packets leave by another line, which is named',
  async (box) => {
    const { clinic, call, path } = box
    assert.partialDeepStrictEqual(await call('route', { to: GATEWAY, from: 'fd00:b::2' }), {
      is: 'route',
      route: { interface: 'line-b', router: 'fd00:b::1', isLocal: false },
    })
    await clinic('-6', 'rule', 'del', 'from', 'fd00:b::2', 'lookup', '102')
    const { report, red } = await path()
    assert.deepEqual(red, ['router', 'LINE_MISROUTED'])
    assert.deepEqual(report.facts, { destination: GATEWAY, expected: 'line-b', found: 'line-a' })
  },
)

inNamespaces(
  'a router that is silent on the link, and a missing route, are the router',
  async (box) => {
    const { clinic, upstream, path } = box
    await upstream('address', 'del', 'fd00:b::1/64', 'dev', 'up-b')
    const { report, red } = await path()
    assert.deepEqual(red, ['router', 'LINE_ROUTER_GONE'])
    assert.equal(report.facts['router'], 'fd00:b::1')
    await clinic('-6', 'route', 'replace', 'unreachable', 'default', 'table', '102')
    assert.deepEqual((await path()).red, ['router', 'LINE_ROUTER_GONE'])
  },
)

inNamespaces(
  'a router that was seen lately is asked anew when nothing behind it answers',
  async (box) => {
    const { clinic, upstream, path } = box
    // Instead of the five seconds that the kernel trusts it.
    box.sysctl('net.ipv6.neigh.line-b.delay_first_probe_time=1')
    assert.deepEqual((await path()).red, ['tcp', 'LINE_UNREACHABLE'])
    await clinic('neighbour', 'change', 'fd00:b::1', 'dev', 'line-b', 'nud', 'stale')
    await upstream('address', 'del', 'fd00:b::1/64', 'dev', 'up-b')
    assert.deepEqual((await path()).red, ['router', 'LINE_ROUTER_GONE'])
  },
)

inNamespaces(
  'each change of links, addresses and routes gives a hint',
  async ({ clinic, call }) => {
    // The monitor takes a moment to start, and nothing says when it has.
    for (let i = 1; (await call('hints')) === 0; i += 1)
      await clinic('address', 'add', `fd00:b::1:${i}/64`, 'dev', 'line-b')
    const changes = [
      ['link', 'set', 'line-b', 'down'],
      ['link', 'set', 'line-b', 'up'],
      ['address', 'add', 'fd00:b::9/64', 'dev', 'line-b'],
      ['-6', 'route', 'add', 'fd00:77::/64', 'dev', 'line-b'],
    ]
    for (const change of changes) {
      const hint = call('hint')
      await clinic(...change)
      await hint
    }
  },
)

inNamespaces('a box that forwards says on which interfaces', async ({ call, sysctl }) => {
  assert.deepEqual(await call('forwarding'), { ipv4: [], ipv6: [] })
  sysctl('net.ipv4.conf.line-b.forwarding=1')
  assert.deepEqual(await call('forwarding'), { ipv4: ['line-b'], ipv6: [] })
  sysctl('net.ipv6.conf.all.forwarding=1')
  assert.deepEqual(await call('forwarding'), { ipv4: ['line-b'], ipv6: ['line-a', 'line-b'] })
})
