import { readdir, readlink } from 'node:fs/promises'
import { codeOf } from '../../kernel/errors.ts'
import { asRoot, type Check, next, ng, ok, unseen } from './check.ts'
import { textOf } from './files.ts'

/** TCP ports on which a process listens; null where this user may not look. */
export async function listeningPorts(pid: number): Promise<readonly number[] | null> {
  const inodes = await socketsOf(pid)
  if (inodes === null) return null
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => textOf(`/proc/${pid}/net/${name}`)),
  )
  const ports = tables.flatMap((table) => portsIn(table ?? '', inodes))
  return [...new Set(ports)].sort((a, b) => a - b)
}

async function socketsOf(pid: number): Promise<ReadonlySet<string> | null> {
  try {
    const folder = `/proc/${pid}/fd`
    const links = await Promise.all(
      (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')),
    )
    return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []))
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

/** State of a listening socket. [Linux, include/net/tcp_states.h] */
const LISTENING = '0A'

/** Pure. Local ports of the listening sockets with these inodes. [proc(5), /proc/net/tcp] */
export const portsIn = (table: string, inodes: ReadonlySet<string>): number[] =>
  table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
    if (state !== LISTENING || !inodes.has(inode)) return []
    return [Number.parseInt(local.split(':').at(-1) ?? '', 16)]
  })

/** Pure. `urls` are those of the API. */
export function portChecks(ports: readonly number[] | null, urls: readonly string[]): Check[] {
  const known = urls.map((url) => Number(new URL(url).port))
  if (ports === null)
    return [unseen('ports', 'ports-listening', '開いているポート', 'open ports', asRoot)]
  const strange = ports.filter((port) => !known.includes(port))
  const facts = { ports: ports.join(' ') }
  return [
    strange.length === 0
      ? ok('ports', 'ports-listening', '設定どおりです（{ports}）', 'as configured: {ports}', {
          facts,
        })
      : ng(
          'ports',
          'ports-listening',
          '設定にないポートが開いています（{ports}）',
          'not of the configuration: {strange}',
          {
            facts: { ...facts, strange: strange.join(' ') },
            ...next('保守業者に連絡してください。', 'Report it: this is a bug or an intruder.'),
          },
        ),
  ]
}
