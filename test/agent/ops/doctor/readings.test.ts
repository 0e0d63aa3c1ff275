import assert from 'node:assert/strict'
import net from 'node:net'
import { test } from 'node:test'
import { chronyOffset, timesyncdOffset } from '../../../../agent/ops/doctor/clock.ts'
import { mountOf } from '../../../../agent/ops/doctor/disk.ts'
import { userIn } from '../../../../agent/ops/doctor/permissions.ts'
import { listeningPorts } from '../../../../agent/ops/doctor/ports.ts'
import { serviceIn } from '../../../../agent/ops/doctor/service.ts'

test('the offset is read as chrony and as timesyncd print it', () => {
  const chrony =
    'A29FC87B,162.159.200.123,4,1796000000.123,-0.000012,0.000021,0.0001,1.2,0.0,0.1,0.01,0.001,64.5,Normal'
  assert.equal(chronyOffset(chrony), -0.000012)
  assert.equal(timesyncdOffset('       Offset: -1.5ms'), -0.0015)
  assert.equal(timesyncdOffset('       Offset: +1min 2.5s\n'), 62.5)
  assert.equal(timesyncdOffset('Packet count: 0'), null)
})

test('a path is on the deepest mount that it lies in, the one on top where there are several', () => {
  const mounts = [
    '22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw',
    '30 22 0:30 / /var/lib rw - xfs /dev/vdb rw',
    '31 22 0:31 / /var/lib/onshi\\040agent rw - ext4 /dev/vdc ro,errors=remount-ro',
    '32 22 0:32 / /var/lib rw - btrfs /dev/vdd rw',
  ].join('\n')
  assert.partialDeepStrictEqual(mountOf('/var/lib/x', mounts), { type: 'btrfs', isReadOnly: false })
  assert.partialDeepStrictEqual(mountOf('/var/library', mounts), {
    type: 'ext4',
    isReadOnly: false,
  })
  assert.partialDeepStrictEqual(mountOf('/var/lib/onshi agent/a', mounts), { isReadOnly: true })
  assert.equal(mountOf('/x', ''), undefined)
})

test('the agent’s user is found with the groups that it is in', () => {
  const passwd =
    'root:x:0:0::/root:/bin/sh\nonshi-agent:x:997:996::/nonexistent:/usr/sbin/nologin\n'
  const group = 'onshi-agent:x:996:\ndialout:x:20:taro,onshi-agent\nplugdev:x:46:taro\n'
  assert.deepEqual(userIn(passwd, group), {
    uid: 997,
    gid: 996,
    groups: ['onshi-agent', 'dialout'],
  })
  assert.equal(userIn('root:x:0:0', group), null)
})

test('of the unit it is read how it is, how it last ended, its watchdog and its exposure', () => {
  const said =
    'LoadState=loaded\nUnitFileState=enabled\nActiveState=failed\nResult=exit-code\nExecMainStatus=78\nNRestarts=3\nWatchdogUSec=1min 30s\nDropInPaths=/a.conf /b.conf\nNeedDaemonReload=yes'
  const analysis = '→ Overall exposure level for onshi-agent.service: 1.1 OK :-)'
  assert.deepEqual(serviceIn(said, analysis), {
    ...{
      load: 'loaded',
      enabled: 'enabled',
      active: 'failed',
      result: 'exit-code',
      exitStatus: 78,
    },
    ...{ restarts: 3, watchdogSeconds: 90, dropIns: 2, needsReload: true, exposure: 1.1 },
    lastFault: null,
  })
})

test('why it does not run is what it said last', () => {
  const of = (journal: string) =>
    serviceIn('LoadState=loaded\nActiveState=failed', null, journal).lastFault
  const refused = '/etc/onshi-agent/agent.toml: 設定に誤りがあります。 [E202 CONFIG_INVALID]'
  assert.equal(of(`${refused}\nE207 STORE_KEY_WRONG: agent.db\n`), 'STORE_KEY_WRONG')
  assert.equal(of(`E207 STORE_KEY_WRONG: x\n${refused}`), 'CONFIG_INVALID')
  assert.equal(of('E999 STORE_KEY_WRONG, E207 NO_SUCH_CODE'), null)
})

test('the ports on which a process listens are those that it opened', async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const client = net.connect(address.port, '127.0.0.1')
  t.after(() => client.destroy())
  assert.deepEqual(await listeningPorts(process.pid), [address.port])
  assert.equal(await listeningPorts(2 ** 30), null)
})
