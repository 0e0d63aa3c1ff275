import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { openTargets, type Resolve } from '../../../agent/outbox/targets.ts'

const everything = ['0.0.0.0/0', '::/0']
const none = () => []

/** Why a URL is refused; null: it is not. */
function refusal(url: string, networks = everything, ports: number[] = [], host?: string) {
  const named = host ?? new URL(url).hostname
  const targets = openTargets([{ host: named, networks }], () => ports)
  try {
    targets.check(new URL(url))
    return null
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    assert.equal(error.code, 'SINK_TARGET_REFUSED')
    return error.message.replace('the target: ', '')
  }
}

const NEVER = 'its address is never a target'
const OUTSIDE = 'its address is in none of the networks of `outbox.targets`'
const UNKNOWN = 'its host is not among `outbox.targets`'

test('link-local, metadata, multicast and no host are never targets, however they are written', () => {
  for (const host of [
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '0251.0376.0251.0376',
    '169.254.43518',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::169.254.169.254]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[fd20:ce::254]',
    '168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
    '0.0.0.0',
    '0',
    '[::]',
    '[::ffff:0.0.0.0]',
    '224.0.0.1',
    '255.255.255.255',
    '[ff02::1]',
  ])
    assert.equal(refusal(`http://${host}:8080/`), NEVER, host)
})

test('a host is one that is listed, letter for letter', () => {
  const of = (url: string, host = 'ehr.example') => refusal(url, everything, [], host)
  assert.equal(of('https://ehr.example/x'), null)
  assert.equal(of('https://EHR.example:8443/x'), null)
  assert.equal(of('https://ehr.example/x', 'EHR.Example'), null)
  for (const other of ['ehr.example.', 'ehr.example.evil.com', 'a.ehr.example', 'xehr.example'])
    assert.equal(of(`https://${other}/`), UNKNOWN, other)
  assert.equal(of('http://127.0.0.1.evil.com/', '127.0.0.1'), UNKNOWN)
  assert.equal(of('http://evil.com/?@ehr.example/'), UNKNOWN)
  assert.equal(of('http://evil.com\\@ehr.example/'), UNKNOWN)
  assert.equal(of('http://ehr.example@evil.com/'), 'its URL names a user')
  assert.equal(of('http://user:word@ehr.example/'), 'its URL names a user')
  assert.equal(of('http://病院.example/', '病院.example'), null)
  assert.equal(of('ftp://ehr.example/'), 'it is not HTTP')
  assert.equal(of('file:///etc/passwd'), 'it is not HTTP')
})

test('an address is one host, however it is written', () => {
  const of = (url: string, host: string, networks: string[]) => refusal(url, networks, [], host)
  assert.equal(of('http://3232235786/', '192.168.1.10', ['192.168.1.0/24']), null)
  assert.equal(of('http://[2001:db8:0:0::1]/', '2001:DB8::1', ['2001:db8::/32']), null)
  assert.equal(of('http://[2001:db8::1]/', '[2001:db8:0::1]', ['2001:db8::1']), null)
  assert.equal(of('http://192.168.2.1/', '192.168.2.1', ['192.168.1.0/24']), OUTSIDE)
  assert.equal(of('http://[::ffff:192.168.2.1]/', '::ffff:192.168.2.1', ['192.168.1.1']), OUTSIDE)
})

test('a host that is listed twice may be in either network', () => {
  const targets = openTargets(
    [
      { host: '10.0.0.1', networks: ['192.168.0.0/16'] },
      { host: '10.0.0.1', networks: ['10.0.0.0/8'] },
    ],
    none,
  )
  targets.check(new URL('http://10.0.0.1/'))
})

test('the agent’s own door is no target, by whichever of its addresses', (t) => {
  const OURS = 'it is the agent itself'
  assert.equal(refusal('http://127.0.0.1:8480/', everything, [8480]), OURS)
  assert.equal(refusal('http://127.9.9.9:8480/', everything, [8480]), OURS)
  assert.equal(refusal('http://[::1]:8480/', everything, [1, 8480]), OURS)
  assert.equal(refusal('http://[::ffff:127.0.0.1]:8480/', everything, [8480]), OURS)
  assert.equal(refusal('https://127.0.0.1/', everything, [443]), OURS)
  assert.equal(refusal('http://127.0.0.1/', everything, [80]), OURS)
  assert.equal(refusal('http://127.0.0.1:8481/', everything, [8480]), null)
  assert.equal(refusal('http://192.0.2.1:8480/', everything, [8480]), null)
  const own = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
  if (own === undefined) return t.diagnostic('no address but loopback here')
  assert.equal(refusal(`http://${own}:8480/`, everything, [8480]), OURS)
})

/** What a connection to a name would be made to. */
async function connecting(
  found: readonly string[] | Error,
  networks = ['192.168.1.0/24'],
  options: { readonly all?: boolean } = {},
  ports: number[] = [],
) {
  const addresses = (): LookupAddress[] =>
    found instanceof Error
      ? []
      : found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  const resolve: Resolve = (_host, _options, done) =>
    done(found instanceof Error ? found : null, addresses())
  const targets = openTargets([{ host: 'ehr.example', networks }], () => ports, resolve)
  const url = new URL('http://ehr.example:8480/')
  targets.check(url)
  return new Promise<unknown>((done, fail) =>
    targets.lookupFor(url)('ehr.example', { ...options }, (error, address) =>
      error === null ? done(address) : fail(error),
    ),
  )
}

test('a name leads to allowed addresses only', async () => {
  const ours = '192.168.1.10'
  assert.equal(await connecting([ours]), ours)
  assert.equal(await connecting(['10.0.0.1', ours]), ours)
  assert.deepEqual(await connecting(['10.0.0.1', ours, '192.168.1.11'], undefined, { all: true }), [
    { address: ours, family: 4 },
    { address: '192.168.1.11', family: 4 },
  ])
  for (const elsewhere of [
    [],
    ['10.0.0.1'],
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['::ffff:169.254.169.254'],
    ['fe80::1%lo'],
    ['::1'],
  ])
    for (const networks of [['192.168.1.0/24'], everything])
      if (networks !== everything || !/^(10|127|::1)/.test(elsewhere[0] ?? ''))
        await assert.rejects(connecting(elsewhere, networks), { code: 'SINK_TARGET_REFUSED' })
  await assert.rejects(connecting(['127.0.0.1'], everything, {}, [8480]), {
    code: 'SINK_TARGET_REFUSED',
  })
})

test('a name that is not resolved is unreachable', async () => {
  const error = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
  await assert.rejects(connecting(error), {
    code: 'SINK_UNREACHABLE',
    facts: { code: 'ENOTFOUND' },
  })
})
