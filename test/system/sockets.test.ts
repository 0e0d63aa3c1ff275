import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBed } from '../bed/agent.ts'
import { eventually } from '../bed/client.ts'
import { makeNetBed } from '../bed/net/bed.ts'
import { whyNoNet } from '../bed/net/namespaces.ts'
import { startAgent } from '../bed/process.ts'
import { makeTerminalBed } from '../bed/terminal.ts'

/** A process and everything that it started. */
function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    try {
      return readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ')
    } catch {
      return []
    }
  })
  return [pid, ...children.filter(Boolean).map(Number).flatMap(family)]
}

/** Inodes of the sockets that a process holds; none of one that has just ended. */
function inodesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? []
      return inode ?? []
    })
  } catch {
    return []
  }
}

const LISTENS = '0A'
const NOBODY = /^0+:0000$/
const portIn = (place: string) => Number.parseInt(place.split(':')[1] ?? '', 16)

/** What anybody can reach of a daemon and its children: listening, or open to datagrams of anybody. */
function openSockets(pid: number): string[] {
  const inodes = new Set(family(pid).flatMap(inodesOf))
  const rows = (table: string) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.trim().split(/\s+/))
  const inet = (table: string) =>
    rows(table)
      .filter(([, , , , , , , , , inode = '']) => inodes.has(inode))
      .filter(([, , remote = '', state]) =>
        table.startsWith('tcp') ? state === LISTENS : NOBODY.test(remote),
      )
      .map(([, local = '']) => `${table.slice(0, 3)} ${local.split(':')[0]} ${portIn(local)}`)
  const unix = rows('unix')
    .filter(([, , , flags, , , inode = '']) => inodes.has(inode) && flags === '00010000')
    .map(([, , , , , , , path = '']) => `unix ${path}`)
  const all = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'].flatMap(inet)
  return [...all, ...unix].sort()
}

const LOOPBACK = '0100007F'
const documented = () => {
  const [, table = ''] =
    /## Sockets\n([\s\S]*?)\n## /.exec(readFileSync('ARCHITECTURE.md', 'utf8')) ?? []
  return [...table.matchAll(/^\| `([a-z.]+)` \| (TCP|UDP|Unix) \|/gm)].map(
    ([, key = '', kind = '']) => `${kind} ${key}`,
  )
}

test('the list of sockets is the one that the tests below hold the daemon to', () => {
  assert.deepEqual(documented(), ['TCP listen.address', 'Unix control.socket'])
})

test('over lines the daemon and its children listen where the list says, and nowhere else', async (t) => {
  const bed = await startBed(t, {
    reader: 'sim',
    tables: '[[listen]]\naddress = "127.0.0.1:0"\nown_ca = true\n',
  })
  const ports = [...bed.agent.output().matchAll(/"url":"https?:\/\/127\.0\.0\.1:(\d+)"/g)]
  const expected = [
    ...ports.map(([, port]) => `tcp ${LOOPBACK} ${port}`),
    `unix ${join(bed.state, 'control.sock')}`,
  ].sort()
  assert.equal(expected.length, 3)
  assert.ok(family(bed.agent.pid).length > 1, 'the reader has a process of its own')
  await bed.client.get('/v1/lines?test=true')
  const look = async () =>
    JSON.stringify(openSockets(bed.agent.pid)) === JSON.stringify(expected) ? true : undefined
  await eventually('nothing but what is documented', look, 30_000).catch(() =>
    assert.deepEqual(openSockets(bed.agent.pid), expected),
  )
})

test('a socket that is not in the list is found', async (t) => {
  const child = await import('node:child_process').then(({ spawn }) =>
    spawn(process.execPath, [
      '-e',
      'require("net").createServer().listen(0,"127.0.0.1",()=>console.log("on"))',
    ]),
  )
  t.after(() => child.kill())
  await once(child.stdout, 'data')
  assert.match(openSockets(child.pid ?? 0).join(), new RegExp(`^tcp ${LOOPBACK} \\d+$`))
})

test('through the terminal’s folders it is the same list', async (t) => {
  const bed = await makeTerminalBed(t)
  const agent = await startAgent(bed.configFile)
  t.after(() => agent.stop('SIGKILL'))
  const kinds = openSockets(agent.pid).map((one) => one.split(' ')[0])
  assert.deepEqual(kinds, ['tcp', 'unix'])
})

const skip = whyNoNet() ?? false

test('nothing is served at a line’s address, also where it comes after the start and the listener is on every address', {
  skip,
}, async (t) => {
  const port = 8999
  const bed = await makeNetBed(t, {
    tables: `[[listen]]\naddress = "[::]:${port}"\ninsecure_lan = true\n`,
  })
  await bed.ip('clinic', 'link', 'add', 'lan0', 'type', 'veth', 'peer', 'name', 'lan1')
  await bed.ip('clinic', 'addr', 'add', 'fd00:50::1/64', 'dev', 'lan0', 'nodad')
  for (const end of ['lan0', 'lan1']) await bed.ip('clinic', 'link', 'set', end, 'up')
  const agent = await bed.startAgent()
  const ask = async (side: 'clinic' | 'upstream', address: string) => {
    const request = `GET /livez HTTP/1.1\\r\\nHost: [${address}]:${port}\\r\\nConnection: close\\r\\n\\r\\n`
    const sent = `printf '${request}' | timeout 20 socat -t 10 - TCP6:[${address}]:${port}`
    const child = bed.spawnIn(side, 'sh', ['-c', sent], { stdio: ['ignore', 'pipe', 'ignore'] })
    const parts: Buffer[] = []
    child.stdout?.on('data', (part: Buffer) => parts.push(part))
    await once(child, 'close')
    return Buffer.concat(parts).toString()
  }
  assert.match(await ask('clinic', 'fd00:50::1'), / 200 /, 'the control: the LAN is served')
  for (const name of ['a', 'b', 'c'] as const) {
    const { source } = bed.line(name).plan()
    for (const side of ['upstream', 'clinic'] as const)
      assert.equal(await ask(side, source), '', `${side} at line ${name}`)
  }
  const { interface: device } = bed.line('c').plan()
  await bed.ip('clinic', 'addr', 'add', 'fd00:c:0:9::2/64', 'dev', device, 'nodad')
  await bed.ip('clinic', 'addr', 'del', `${bed.line('c').plan().source}/64`, 'dev', device)
  await eventually('the new address of the line closed', async () =>
    (await ask('clinic', 'fd00:c:0:9::2')) === '' ? true : undefined,
  )
  assert.match(await ask('clinic', 'fd00:50::1'), / 200 /)
  await agent.stop()
})
