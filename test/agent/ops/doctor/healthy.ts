import { checksOf, type Findings } from '../../../../agent/ops/doctor/checks.ts'
import type { Examination } from '../../../../agent/ops/doctor.ts'

export const AT = Date.parse('2026-12-01T09:30:00+09:00')
const DAY_MS = 24 * 60 * 60 * 1_000

const line = (name: string): Examination['lines'][number] => ({
  card: {
    ...{ name, kind: 'ip-vpn', family: 'ipv6', metered: false },
    contact: {
      ...{ customerId: 'CAF1234567890', router: null, carrier: null },
      ...{ phone: null, hours: null, lineAuthUrl: null },
    },
  },
  path: {
    ...{ line: name, at: AT, fault: null, facts: {} },
    steps: (['link', 'address', 'router', 'dns', 'tcp', 'tls'] as const).map((step) => ({
      ...{ step, result: 'pass', tookMs: 12.3, fault: null, facts: {} },
    })),
  },
  routing: {
    ...{
      result: 'pass',
      from: 'fd00:b::2',
      expected: 'eth1',
      found: 'eth1',
      why: null,
      cure: null,
    },
  },
})

/** A clinic with two lines and two readers where all is well. */
export const healthy: Findings = {
  at: AT,
  mayOpen: true,
  configFile: '/etc/onshi-agent/agent.toml',
  os: {
    ...{ id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
    ...{ kernel: '6.1.0-56-amd64', arch: 'x64', updates: 0, listsDays: 1, wantsReboot: false },
  },
  clock: { isSynchronised: true, offsetSeconds: -0.00012, now: AT },
  disk: {
    ...{ folder: '/var/lib/onshi-agent', freeBytes: 40e9, totalBytes: 60e9 },
    ...{ type: 'ext4', isReadOnly: false },
  },
  config: { is: 'well', via: 'lines' },
  permissions: {
    files: [
      { what: 'config', path: '/etc/onshi-agent/agent.toml', mode: 0o644, uid: 0 },
      { what: 'state', path: '/var/lib/onshi-agent', mode: 0o700, uid: 997 },
      { what: 'socket', path: '/run/onshi-agent/control.sock', mode: 0o660, uid: 997 },
      { what: 'secret', path: '/etc/onshi-agent/store.key', mode: 0o600, uid: 0 },
    ],
    user: { uid: 997, gid: 997, groups: ['onshi-agent', 'dialout', 'plugdev'] },
  },
  service: {
    ...{ load: 'loaded', enabled: 'enabled', active: 'active', result: 'success' },
    ...{ exitStatus: 0, restarts: 0, watchdogSeconds: 60, dropIns: 1 },
    ...{ needsReload: false, exposure: 1.1, lastFault: null },
  },
  agent: {
    is: 'running',
    agent: {
      ...{ version: '0.1.0', isReady: true, urls: ['http://127.0.0.1:8480'], pid: 812 },
      node: '24.21.0',
      conditions: [
        {
          ...{ component: 'backup', subject: 'backup', status: 'pass', code: 'BACKUP_KEPT' },
          ...{
            number: 'C990',
            title: 'バックアップは検証済みです。',
            action: '対応は不要です。',
            hint: '',
          },
        },
      ],
    },
  },
  readers: {
    readers: ['desk-1', 'desk-2'].map((name) => ({
      ...{ name, driver: 'pcsc', state: 'ready', fault: null, device: 'Sony RC-S300/S' },
    })),
    devices: [
      { name: 'Sony RC-S300/S', usb: '054c:0dc8', conformity: 'listed', driver: 'pcsc' },
      { name: 'Sony RC-S300/P', usb: '054c:0dc9', conformity: 'unknown', driver: 'pcsc' },
    ],
    isAtTerminal: false,
  },
  paths: {
    at: AT,
    lines: [line('ngn'), line('backup')],
    folders: [],
    forwarding: { result: 'pass', ipv4: [], ipv6: [], cure: null },
  },
  certificate: { is: 'known', certificate: { notAfter: AT + 400 * DAY_MS, isOwn: true } },
  store: { is: 'running', sizeBytes: 40e6, walBytes: 1e6 },
  people: {
    consumers: [
      { isPushed: false, usedAt: AT - 5_000 },
      { isPushed: true, usedAt: null },
    ],
    administrators: 1,
    invitedAt: null,
  },
  versions: { release: '0.1.0', node: '24.21.0', openssl: '3.5.8', sqlite: '3.53.4' },
  ports: [8480],
}

/** Ids of what is red on a healthy box with this instead. */
export const redOf = (over: Partial<Findings>) =>
  checksOf({ ...healthy, ...over }).flatMap(({ id, verdict }) => (verdict === 'ng' ? [id] : []))

export const unseenOf = (over: Partial<Findings>) =>
  checksOf({ ...healthy, ...over }).flatMap(({ id, verdict }) =>
    verdict === 'not-visible' ? [id] : [],
  )
