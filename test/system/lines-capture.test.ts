import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { captureOn, isAllowed, packetIn, whyNoCapture } from '../bed/net/capture.ts'
import { whyNoNet } from '../bed/net/namespaces.ts'
import { LINES, planOf } from '../bed/net/plan.ts'
import { HASTE, openStage, settled, until } from './line-faults/stage.ts'

const skip = whyNoNet() ?? whyNoCapture() ?? false
const LAN = '192.168.50.1'
const tables = `${HASTE}
[[outbox.targets]]
host = "${LAN}"
networks = ["192.168.50.0/24"]
[[outbox.targets]]
host = "203.0.113.5"
networks = ["203.0.113.0/24"]
`

test('a packet is known by both its ends, and what no line may carry is found', () => {
  for (const family of ['ipv6', 'ipv4'] as const) {
    const plan = planOf('a', family)
    const { source, gateway, dns, router, lineAuth } = plan
    const ip = family === 'ipv6' ? 'IP6' : 'IP'
    const is = (text: string) => isAllowed(packetIn(text), plan)
    const flags = 'Flags [S], seq 1, win 1, length 0'
    assert.ok(is(`${ip} ${source}.40000 > ${gateway}.443: ${flags}`))
    assert.ok(is(`${ip} ${gateway}.443 > ${source}.40000: ${flags}`))
    assert.ok(is(`${ip} ${source}.40000 > ${lineAuth}.80: ${flags}`))
    assert.ok(is(`${ip} ${source}.40000 > ${dns}.53: 1234+ AAAA? x. (35)`))
    assert.ok(
      is(`IP6 fe80::1 > ff02::1:ff00:1: ICMP6, neighbor solicitation, who has x, length 32`),
    )
    assert.ok(is(`${ip} ${source} > ${router}: ICMP echo request, id 1, seq 1, length 64`))
    for (const other of [
      `${ip} ${source}.40000 > ${gateway}.80: ${flags}`,
      `${ip} ${source}.443 > ${gateway}.40000: ${flags}`,
      `${ip} ${source}.40000 > ${dns}.443: ${flags}`,
      `${ip} ${source}.40000 > ${gateway}.53: 1234+ AAAA? x. (35)`,
      `${ip} ${source}.123 > ${gateway}.123: NTPv4, Client, length 48`,
      `${ip} ${LAN}.40000 > ${gateway}.443: ${flags}`,
      `${ip} ${source} > ${dns}: ICMP echo request, id 1, seq 1, length 64`,
      'ARP, Request who-has 192.168.50.1, length 28',
      'nonsense',
    ])
      assert.ok(!is(other), other)
  }
})

test('of everything that the agent does, a line carries its queries, DNS, line authentication and probes, and nothing else', {
  skip,
}, async (t) => {
  const stage = await openStage(t, { tables })
  const { bed } = stage
  await bed.ip('clinic', 'link', 'add', 'lan0', 'type', 'veth', 'peer', 'name', 'lan1')
  await bed.ip('clinic', 'addr', 'add', `${LAN}/24`, 'dev', 'lan0')
  for (const end of ['lan0', 'lan1']) await bed.ip('clinic', 'link', 'set', end, 'up')
  const captures = await Promise.all(LINES.map((name) => captureOn(bed, name)))
  for (const [name, host] of [
    ['near', LAN],
    ['far', '203.0.113.5'],
  ]) {
    const url = `http://${host}:9080/hook`
    const words = ['consumer', 'add', `${name}`, '--role', 'ehr', '--sink', 'webhook', '--url', url]
    const { code, stderr } = await bed.cli(...words)
    assert.equal(code, 0, stderr)
  }
  await stage.restart()
  for (let n = 0; n < 5; n += 1) await stage.ask()
  await stage.lines(true)
  await bed.line('a').set({ hole: true })
  await until('an answer over another line', async () => (await stage.ask()).source.line !== 'a')
  await bed.line('a').heal()
  await stage.untilWell()
  assert.equal((await bed.cli('doctor', '--json')).code !== null, true)
  await stage.stop()

  const { gateway, source } = bed.line('b').plan()
  const carried = async () => (await bed.line('b').packets()).up.packets
  const before = await settled(carried)
  const stranger = `printf x | socat -u - UDP6-SENDTO:[${gateway}]:9999,bind=[${source}]`
  await once(bed.spawnIn('clinic', 'sh', ['-c', stranger], { stdio: 'ignore' }), 'exit')
  await until('the stranger on the line', async () => (await carried()) > before)
  for (const [at, name] of LINES.entries()) {
    const plan = bed.line(name).plan()
    const seen = (await captures[at]?.end())?.map(packetIn) ?? []
    const strangers = seen.filter((one) => !isAllowed(one, plan)).map(({ text }) => text)
    const isHere = (fits: (one: (typeof seen)[number]) => boolean) => seen.some(fits)
    assert.ok(
      isHere(({ to, protocol }) => to === plan.gateway && protocol === 'tcp'),
      name,
    )
    assert.ok(
      isHere(({ to, protocol }) => to === plan.dns && protocol === 'udp'),
      name,
    )
    const sent = strangers.filter((text) => text.includes('.9999:'))
    assert.equal(sent.length, name === 'b' ? 1 : 0, 'the control: what was sent on purpose')
    assert.deepEqual(
      strangers.filter((text) => !text.includes('9999')),
      [],
      `line ${name}, of ${seen.length} packets`,
    )
  }
})
