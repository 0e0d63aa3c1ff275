import { statfs } from 'node:fs/promises'
import { codeOf } from '../../kernel/errors.ts'
import { type Check, next, ng, ok, unseen } from './check.ts'
import { textOf } from './files.ts'

/** The file system that holds the agent’s state. */
export interface DiskFacts {
  readonly folder: string
  readonly freeBytes: number
  readonly totalBytes: number
  /** `ext4`; null where it is not told. */
  readonly type: string | null
  readonly isReadOnly: boolean
}

const MIB = 1024 * 1024
/** The store needs room for its log and a backup for a copy; under this, days are left. */
const FREE_LEAST_BYTES = 512 * MIB
const FREE_WELL_BYTES = 2_048 * MIB
/** SQLite’s locks and shared memory are not sound there. [sqlite.org/wal.html, sqlite.org/howtocorrupt.html] */
const UNSOUND = /^(nfs|nfs4|cifs|smb3|9p|fuse\..*)$/

/** Null where the folder is not there, or not for this user. */
export async function readDisk(folder: string): Promise<DiskFacts | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder)
    const mount = mountOf(folder, (await textOf('/proc/self/mountinfo')) ?? '')
    return {
      folder,
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
      type: mount?.type ?? null,
      isReadOnly: mount?.isReadOnly ?? false,
    }
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

/** Pure. The mount that a path is on: the longest mount point that it lies in. [proc(5), mountinfo] */
export function mountOf(
  path: string,
  mountinfo: string,
): { readonly type: string; readonly isReadOnly: boolean } | undefined {
  const found = mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap((words) => {
      const [point = '', options = ''] = [words[4] ?? '', words[5] ?? '']
      const [type = '', , superOptions = ''] = words.slice(words.indexOf('-') + 1)
      const folder = point.replace(/\\(\d{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      )
      const isIn = path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
      if (point === '' || !isIn) return []
      const isReadOnly = [options, superOptions].some((text) => text.split(',').includes('ro'))
      return [{ type, isReadOnly, length: folder.length }]
    })
  // The last of several on one point is on top.
  const longest = Math.max(...found.map(({ length }) => length))
  return found.findLast(({ length }) => length === longest)
}

/** Pure. */
export function diskChecks(disk: DiskFacts | null): Check[] {
  const cure = next(
    '不要なファイルを消すか、保守業者に連絡してください。',
    'df -h; free some space.',
  )
  if (disk === null)
    return [
      unseen(
        'disk',
        'disk-free',
        '記録の置き場所',
        'the state folder',
        next('サービスを一度起動してください。', 'Start the service once, or run as root.'),
      ),
    ]
  const { folder, freeBytes, totalBytes, type, isReadOnly } = disk
  const facts = {
    freeMib: Math.floor(freeBytes / MIB),
    freePercent: Math.floor((freeBytes / Math.max(1, totalBytes)) * 100),
    type: type ?? 'unknown',
  }
  const more = { facts, own: { folder } }
  if (isReadOnly)
    return [
      ng(
        'disk',
        'disk-writable',
        '読み取り専用になっています（{folder}）',
        '{folder} is read-only',
        {
          ...more,
          ...next(
            'ディスクの故障のおそれがあります。保守業者に連絡してください。',
            'dmesg; the disk may be failing.',
          ),
        },
      ),
    ]
  if (type !== null && UNSOUND.test(type))
    return [
      ng(
        'disk',
        'disk-type',
        '記録がネットワーク上にあります（{type}）',
        'the store is on {type}',
        {
          ...more,
          ...next('この機械のディスクに置いてください。', 'Put store.path on a local disk.'),
        },
      ),
    ]
  const [ja, en] = ['空き {freeMib} MiB（{freePercent}%、{type}）', '{freeMib} MiB free']
  if (freeBytes < FREE_LEAST_BYTES) return [ng('disk', 'disk-free', ja, en, { ...more, ...cure })]
  const isWell = freeBytes >= FREE_WELL_BYTES
  return [ok('disk', 'disk-free', ja, en, { ...more, ...(isWell ? {} : cure) })]
}
