import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRed } from '../../../../agent/ops/doctor/check.ts'
import { checksOf, type Findings } from '../../../../agent/ops/doctor/checks.ts'
import { screenOf } from '../../../../agent/ops/doctor/screen.ts'
import { WIDTH, widthOf } from '../../../../agent/ops/text-page.ts'
import { AT, healthy, redOf, unseenOf } from './healthy.ts'

test('a box that is well fits on one screen of 80 by 40, with every part of it named', () => {
  const checks = checksOf(healthy)
  const rows = screenOf(checks, AT).trimEnd().split('\n')
  assert.equal(isRed(checks), false)
  assert.ok(rows.length <= 40, `${rows.length} rows`)
  for (const row of rows) assert.ok(widthOf(row) <= 80, row)
  const named = new Set(checks.map(({ area }) => area))
  for (const area of [
    ...(['os', 'clock', 'disk', 'config', 'permissions', 'service', 'agent', 'reader'] as const),
    ...(['line', 'routing', 'certificate', 'gateway', 'store', 'backup'] as const),
    ...(['consumer', 'staff', 'ports'] as const),
  ])
    assert.ok(named.has(area), area)
  assert.match(rows.at(-1) ?? '', /^OK {2}すべて正常です/)
})

test('what is broken is red, each by its own stable name', () => {
  const { os, clock, disk, service, permissions } = healthy
  assert.ok(disk && service)
  assert.deepEqual(
    {
      oldDebian: redOf({
        os: { ...os, version: '12' },
        at: Date.parse('2029-01-01T00:00:00Z'),
      }).includes('os-supported'),
      cpu: redOf({ os: { ...os, arch: 'ia32' } }),
      clock: redOf({ clock: { ...clock, isSynchronised: false } }),
      drift: redOf({ clock: { ...clock, offsetSeconds: 61 } }),
      past: redOf({ clock: { ...clock, now: 0 } }),
      full: redOf({ disk: { ...disk, freeBytes: 1e6 } }),
      readOnly: redOf({ disk: { ...disk, isReadOnly: true } }),
      share: redOf({ disk: { ...disk, type: 'cifs' } }),
      open: redOf({
        permissions: {
          ...permissions,
          files: [{ what: 'secret', path: '/k', mode: 0o644, uid: 0 }],
        },
      }),
      gone: redOf({
        permissions: {
          ...permissions,
          files: [{ what: 'secret', path: '/k', mode: 'absent', uid: null }],
        },
      }),
      root: redOf({ permissions: { ...permissions, user: { uid: 0, gid: 0, groups: [] } } }),
      stopped: redOf({ service: { ...service, active: 'failed', result: 'watchdog' } }),
      why: redOf({ service: { ...service, active: 'failed', lastFault: 'STORE_KEY_WRONG' } }),
      disabled: redOf({ service: { ...service, enabled: 'disabled' } }),
      exposed: redOf({ service: { ...service, exposure: 4.2 } }),
      port: redOf({ ports: [22_222, 8_480] }),
      staff: redOf({ people: { ...healthy.people, administrators: 0 } }),
      certificate: redOf({
        certificate: { is: 'known', certificate: { notAfter: AT - 1, isOwn: false } },
      }),
      typed: redOf({ certificate: { is: 'terminal', typedEnd: '2026-12-05' } }),
      corrupt: redOf({
        store: { is: 'examined', sizeBytes: 1, walBytes: 0, schema: 9, isSound: false, tookMs: 1 },
      }),
      key: redOf({ store: { is: 'refused', code: 'STORE_KEY_WRONG' } }),
      noConfig: redOf({ config: { is: 'absent' } }),
      release: redOf({ versions: { ...healthy.versions, release: '0.2.0' } }),
      wentBack: redOf({
        versions: { ...healthy.versions, rolledBack: { from: '0.2.0', to: '0.1.0' } },
      }),
    },
    {
      oldDebian: true,
      cpu: ['os-arch'],
      clock: ['clock-synchronised'],
      drift: ['clock-synchronised'],
      past: ['clock-synchronised'],
      full: ['disk-free'],
      readOnly: ['disk-writable'],
      share: ['disk-type'],
      open: ['permissions-secret'],
      gone: ['permissions-secret-absent'],
      root: ['permissions-user'],
      stopped: ['service-running'],
      why: ['service-running', 'service-last-fault'],
      disabled: ['service-enabled'],
      exposed: ['service-sandbox'],
      port: ['ports-listening'],
      staff: ['staff-administrator'],
      certificate: ['certificate-days', 'certificate-institution'],
      typed: ['certificate-days'],
      corrupt: ['store-integrity'],
      key: ['store-opens'],
      noConfig: ['config'],
      release: ['agent-release'],
      wentBack: ['package'],
    },
  )
})

test('a refused configuration is the reason that a stopped service gives, with what to type', () => {
  const { service } = healthy
  assert.ok(service)
  const stopped = { ...service, active: 'failed', result: 'exit-code', exitStatus: 78 }
  const mistakes = [
    { field: 'gateway.timeout_ms', title: '値の形が違います。', detail: 'found "x"' },
  ]
  const found: Findings = {
    ...healthy,
    service: stopped,
    agent: { is: 'absent' },
    config: { is: 'wrong', code: 'CONFIG_INVALID', mistakes },
  }
  const text = screenOf(checksOf(found), AT)
  assert.match(text, /NG {2}サービス {6}設定が拒否されて止まりました/)
  assert.match(text, /→ onshi-agent run --check が直し方を示します。/)
  assert.match(text, /値の形が違います。（gateway\.timeout_ms） {2}E202/)
  assert.match(text, /^NG {2}\d+ 件を確認してください/m)
})

test('a secret that was opened for the command alone is named by where it lies', () => {
  const path = '/run/onshi-agent-opened-239/clinic.p12'
  const shown = '/etc/onshi-agent/credentials/clinic.p12'
  const files = [{ what: 'secret', path, shown, mode: 'absent', uid: null }] as const
  const permissions = { ...healthy.permissions, files }
  const text = screenOf(checksOf({ ...healthy, permissions }), AT)
  assert.ok(text.includes(`見つかりません: ${shown}`))
  assert.ok(!text.includes('opened-'))
})

test('an administrator who has a code is a thing to do, and wrong once the code is over', () => {
  const HOUR_MS = 3_600_000
  const invited = (hours: number) => ({
    ...healthy,
    people: { ...healthy.people, administrators: 0, invitedAt: AT - hours * HOUR_MS },
  })
  const fresh = screenOf(checksOf(invited(71)), AT)
  assert.match(fresh, /^次 {2}職員 {10}管理者がまだサインインしていません/m)
  assert.match(
    fresh,
    /^OK {2}すべて正常です（all is well）。\n {4}これからすること 1 件（1 to do）/m,
  )
  const over = screenOf(checksOf(invited(72)), AT)
  assert.match(over, /^NG {2}職員[\s\S]*onshi-agent staff reset NAME/m)
  for (const line of [...fresh.split('\n'), ...over.split('\n')])
    assert.ok(widthOf(line) <= WIDTH, line)
})

test('what an ordinary user cannot see is not visible, never red', () => {
  const over: Partial<Findings> = {
    disk: null,
    service: null,
    config: { is: 'hidden' },
    agent: { is: 'forbidden' },
    paths: null,
    certificate: { is: 'unseen' },
    store: { is: 'hidden' },
    people: { consumers: null, administrators: null, invitedAt: null },
    ports: null,
    permissions: {
      user: healthy.permissions.user,
      files: [{ what: 'secret', path: '/etc/onshi-agent/store.key', mode: 'hidden', uid: null }],
    },
    clock: { isSynchronised: null, offsetSeconds: null, now: AT },
  }
  assert.deepEqual(redOf(over), [])
  assert.deepEqual(unseenOf(over), [
    ...['clock-synchronised', 'disk-free', 'config', 'permissions-hidden', 'service-unit'],
    ...['agent-answers', 'reader-conformity', 'line-path', 'certificate-days', 'store-opens'],
    ...['consumer-polls', 'staff-administrator'],
  ])
  for (const one of checksOf({ ...healthy, ...over }))
    if (one.verdict === 'not-visible') assert.ok(one.next, `${one.id} says how to see it`)
})

test('in folder mode lines, readers and certificate are the terminal’s: not visible from here', () => {
  assert.ok(healthy.paths)
  const over: Partial<Findings> = {
    config: { is: 'well', via: 'terminal' },
    readers: { readers: [], devices: [], isAtTerminal: true },
    certificate: { is: 'terminal', typedEnd: null },
    paths: {
      ...healthy.paths,
      lines: [],
      forwarding: { result: 'skipped', ipv4: [], ipv6: [], cure: null },
    },
  }
  assert.deepEqual(redOf(over), [])
  assert.deepEqual(unseenOf(over), [
    'reader-state',
    'line-path',
    'forwarding-off',
    'certificate-days',
  ])
})

test('a line that is still down leaves open whether anything is passed on, and when to look again', () => {
  assert.ok(healthy.paths)
  const paths = {
    ...healthy.paths,
    forwarding: { result: 'skipped', ipv4: [], ipv6: [], cure: null },
  } as const satisfies Findings['paths']
  const found = checksOf({ ...healthy, paths })
  const row = found.find(({ id }) => id === 'forwarding-off')
  assert.equal(row?.verdict, 'not-visible')
  assert.equal(row.next?.en, 'Run it again once a line is up.')
})

test('a folder that an ordinary user may not write into is no fault of the share', () => {
  assert.ok(healthy.paths)
  const folder = {
    role: 'req',
    path: '/srv/x',
    result: 'fail',
    fault: 'TERMINAL_REFUSED',
    facts: {},
  } as const
  const paths = { ...healthy.paths, folders: [folder] }
  assert.deepEqual(redOf({ paths }), ['terminal-folder'])
  assert.deepEqual(redOf({ paths, mayOpen: false }), [])
  assert.ok(unseenOf({ paths, mayOpen: false }).includes('terminal-folder'))
})

test('a line that no packet leaves by, and one whose packets leave by another, say so', () => {
  const [line] = healthy.paths?.lines ?? []
  assert.ok(line && healthy.paths)
  const of = (over: Partial<typeof line.routing>) =>
    checksOf({
      ...healthy,
      paths: {
        ...healthy.paths,
        at: AT,
        folders: [],
        forwarding: { result: 'pass', ipv4: [], ipv6: [], cure: null },
        lines: [{ ...line, routing: { ...line.routing, result: 'fail', ...over } }],
      },
    })
  assert.match(
    screenOf(of({ found: null, why: 'unreachable' }), AT),
    /NG {2}経路 {10}ngn: 出口がありません（unreachable）/,
  )
  assert.match(screenOf(of({ found: 'eth0' }), AT), /別の口から出ます（eth0、正しくは eth1）/)
})

test('a reader without 技適 is red, one that no source knows is to be looked at', () => {
  const device = { name: 'PN532', usb: '0403:6001', driver: 'pn532' } as const
  const of = (conformity: 'none' | 'unknown') => ({
    readers: { ...healthy.readers, devices: [{ ...device, conformity }] },
  })
  assert.deepEqual(redOf(of('none')), ['reader-conformity'])
  assert.deepEqual([redOf(of('unknown')), unseenOf(of('unknown'))], [[], ['reader-conformity']])
  assert.match(
    screenOf(checksOf({ ...healthy, ...of('unknown') }), AT),
    /技適マークを確認してください/,
  )
})
