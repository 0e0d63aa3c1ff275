import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { makeNetBed } from './bed.ts'
import { dnsReply } from './dns.ts'
import { whyNoNet } from './namespaces.ts'
import { GATEWAY_NAME, LINE_AUTH_NAME, LINES, NOBODY } from './plan.ts'
import { startTalk } from './talk.ts'

const skip = whyNoNet() ?? false

test('each line has a server of its own, that says its own way to the gateway', {
  skip,
}, async (t) => {
  const bed = await makeNetBed(t, { ipv4: ['c'] })
  const { resolve } = await startTalk(bed)
  for (const name of LINES) {
    const { gateway, lineAuth } = bed.line(name).plan()
    assert.deepEqual(await resolve(name, GATEWAY_NAME.toUpperCase()), [gateway])
    assert.deepEqual(await resolve(name, LINE_AUTH_NAME), [lineAuth])
    assert.equal(await bed.dns(name).queries(), 2)
    await assert.rejects(resolve(name, 'elsewhere.mnw'), { code: 'ENOTFOUND' })
  }
})

test('a server of names is wrong, fails, knows nothing or is silent when told so', {
  skip,
}, async (t) => {
  const bed = await makeNetBed(t)
  const { resolve } = await startTalk(bed)
  const dns = bed.dns('a')
  const ask = () => resolve('a', GATEWAY_NAME, 300)
  await dns.behave({ mode: 'wrong', address: NOBODY.ipv6 })
  assert.deepEqual(await ask(), [NOBODY.ipv6])
  await dns.behave({ mode: 'servfail' })
  await assert.rejects(ask(), { code: 'ESERVFAIL' })
  await dns.behave({ mode: 'nxdomain' })
  await assert.rejects(ask(), { code: 'ENOTFOUND' })
  await dns.behave({ mode: 'empty' })
  await assert.rejects(ask(), { code: 'ENODATA' })
  const before = await dns.queries()
  await dns.behave({ mode: 'silent' })
  await assert.rejects(ask(), { code: 'ETIMEOUT' })
  assert.ok((await dns.queries()) > before)
  assert.deepEqual(await resolve('b', GATEWAY_NAME), [bed.line('b').plan().gateway])
  await dns.behave({ mode: 'good' })
  assert.deepEqual(await ask(), [bed.line('a').plan().gateway])
  await dns.behave({ mode: 'good', delayMs: 400 })
  const began = performance.now()
  await resolve('a', GATEWAY_NAME)
  assert.ok(performance.now() - began >= 400)
})

test('no datagram breaks the server', () => {
  const zone = { [GATEWAY_NAME]: ['fd00::1'] }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const query = Buffer.from(bytes)
      const reply = dnsReply(query, zone, { mode: 'good' })
      return reply === undefined || reply.readUInt16BE(0) === query.readUInt16BE(0)
    }),
  )
})
