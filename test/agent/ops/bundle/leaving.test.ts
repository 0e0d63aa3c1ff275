import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { kernelLines } from '../../../../agent/ops/bundle/kernel-log.ts'
import { listingOf, sandboxRows } from '../../../../agent/ops/bundle/machine.ts'
import { leavingMetrics } from '../../../../agent/ops/bundle/metrics.ts'
import { leavingConditions } from '../../../../agent/ops/bundle/status.ts'

test('metrics keep their values, and consumers become numbers', () => {
  const text = [
    '# HELP onshi_x Something.',
    '# TYPE onshi_x gauge',
    'onshi_x{consumer="レセコン",sink="orca"} 3',
    'onshi_x{consumer="カルテ",sink="fhir"} 0.5',
    'onshi_x{consumer="レセコン",sink="orca",line="taro yamada"} 1e-7',
    'onshi_up 1',
    'free text 検証',
    'onshi_y{a="b"} 検証',
  ].join('\n')
  assert.deepEqual(leavingMetrics(text).trimEnd().split('\n'), [
    '# HELP onshi_x Something.',
    '# TYPE onshi_x gauge',
    'onshi_x{consumer="consumer-1",sink="orca"} 3',
    'onshi_x{consumer="consumer-2",sink="fhir"} 0.5',
    'onshi_x{consumer="consumer-1",sink="orca",line="line-3"} 1e-7',
    'onshi_up 1',
  ])
})

test('of the kernel’s log only USB, network and disk are kept, without names that devices give themselves', () => {
  const text = `[   12.5] usb 1-2: New USB device found, idVendor=054c, idProduct=0dc8, bcdDevice= 1.01
[   12.6] usb 1-2: Product: 検証
[   13.1] eth0: Link is Down
[   14.1] EXT4-fs error (device vda1): ext4_find_entry: comm taro: reading directory
[   15.1] systemd[1]: Hostname set to <taro>`
  assert.deepEqual(kernelLines(text), [
    '[   12.5] usb 1-2: New USB device found, idVendor=054c, idProduct=0dc8, bcdDevice= 1.01',
    '[   13.1] eth0: Link is Down',
    '[   14.1] EXT4-fs error (device vda1)',
  ])
})

test('of a folder, modes and sizes are told, and a name only where we gave it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-listing-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const name of ['agent.db', '検証一郎.xml', 'taro.yamada'])
    writeFileSync(join(folder, name), 'four', { mode: 0o600 })
  mkdirSync(join(folder, '一郎'))
  const listed = JSON.stringify(await listingOf(folder))
  assert.equal(listed.match(/"name":"agent\.db","mode":"0600"/g)?.length, 1)
  assert.equal(listed.match(/"name":"\(masked\)\.xml"/g)?.length, 1)
  assert.equal(listed.match(/"name":"\(masked\)"/g)?.length, 2)
  assert.deepEqual(await listingOf(join(folder, 'none')), [{ errno: 'ENOENT' }])
})

test('of what is wrong, codes and numbers are told; whom it is about only of readers and lines', () => {
  const one = {
    code: 'LINE_DOWN',
    number: 'C902',
    status: 'fail',
    since: '2026-04-01T09:00:00+09:00',
  }
  const facts = { code: 'LINE_UNREACHABLE', seconds: 5, days: 3, who: '検証' }
  const answer = {
    ...{ status: 'fail', version: '0.1.0', ready: true },
    checks: {
      line: [{ ...one, componentId: 'ngn', facts }],
      delivery: [{ ...one, componentId: 'taro', facts: {} }],
    },
  }
  const { conditions } = Object(leavingConditions(answer))
  assert.deepEqual(conditions, [
    { component: 'line', ...one, subject: 'ngn', facts: { code: 'LINE_UNREACHABLE', days: 3 } },
    { component: 'delivery', ...one, subject: null, facts: {} },
  ])
  assert.equal(leavingConditions({ status: 'x' }), null)
})

test('of the sandbox it is told what each directive costs', () => {
  const printed = `  NAME                          DESCRIPTION                        EXPOSURE
✓ SystemCallFilter=~@swap       System call allow list defined             
✗ RestrictAddressFamilies=~AF_(INET|INET6)  Service may allocate Internet sockets      0.3
✗ SystemCallFilter=~@resources  taro: @resources is included            0.2

→ Overall exposure level for onshi-agent.service: 1.9 OK`
  assert.deepEqual(sandboxRows(printed), [
    'RestrictAddressFamilies=~AF_(INET|INET6) 0.3',
    'SystemCallFilter=~@resources 0.2',
  ])
})
