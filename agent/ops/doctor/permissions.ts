import { lstat } from 'node:fs/promises'
import { codeOf } from '../../kernel/errors.ts'
import { asRoot, type Check, next, ng, ok, unseen } from './check.ts'
import { textOf } from './files.ts'

/** A path whose mode matters. */
export interface Guarded {
  readonly what: 'state' | 'config' | 'secret' | 'socket'
  readonly path: string
  /** What stands on the screen instead. */
  readonly shown?: string
}

export interface GuardedFacts extends Guarded {
  /** Permission bits; `absent`, or `hidden` where this user may not look. */
  readonly mode: number | 'absent' | 'hidden'
  /** Numeric user; null with the words. */
  readonly uid: number | null
}

export interface PermissionFacts {
  readonly files: readonly GuardedFacts[]
  /** Of the agent’s user; null where there is no such user. */
  readonly user: {
    readonly uid: number
    readonly gid: number
    readonly groups: readonly string[]
  } | null
}

/** Of the package. */
export const AGENT_USER = 'onshi-agent'
/** Bits that nobody else may have. The state folder’s name is in the unit, and a socket is for the group. */
const FORBIDDEN_BITS: Readonly<Record<Guarded['what'], number>> = {
  state: 0o077,
  secret: 0o077,
  config: 0o022,
  socket: 0o007,
}

export async function readPermissions(guarded: readonly Guarded[]): Promise<PermissionFacts> {
  const files = await Promise.all(guarded.map(look))
  return {
    files,
    user: userIn((await textOf('/etc/passwd')) ?? '', (await textOf('/etc/group')) ?? ''),
  }
}

async function look(one: Guarded): Promise<GuardedFacts> {
  try {
    const { mode, uid } = await lstat(one.path)
    return { ...one, mode: mode & 0o777, uid }
  } catch (error) {
    const code = codeOf(error)
    if (code === '') throw error
    return { ...one, mode: code === 'ENOENT' ? 'absent' : 'hidden', uid: null }
  }
}

/** Pure. [passwd(5), group(5)] */
export function userIn(passwd: string, group: string): PermissionFacts['user'] {
  const row = passwd.split('\n').find((line) => line.startsWith(`${AGENT_USER}:`))
  if (row === undefined) return null
  const [, , uid = '', gid = ''] = row.split(':')
  const groups = group.split('\n').flatMap((line) => {
    const [name = '', , number = '', members = ''] = line.split(':')
    return number === gid || members.split(',').includes(AGENT_USER) ? [name] : []
  })
  return { uid: Number(uid), gid: Number(gid), groups }
}

const MODES: Readonly<Record<Guarded['what'], string>> = {
  state: '0700',
  config: '0644',
  secret: '0600',
  socket: '0660',
}

/** Pure. */
export function permissionChecks({ files, user }: PermissionFacts): Check[] {
  const open = files.filter(
    ({ what, mode }) => typeof mode === 'number' && (mode & FORBIDDEN_BITS[what]) !== 0,
  )
  const hidden = files.filter(({ mode }) => mode === 'hidden').length
  // A socket is there while the agent runs, the state folder after its first start; the configuration
  // has a row of its own.
  const absent = files.filter(({ what, mode }) => mode === 'absent' && what === 'secret')
  const seen = files.length - hidden - absent.length
  return [
    ...open.map(isOpen),
    ...absent.map(isAbsent),
    ...(hidden > 0 ? [isHidden(hidden)] : []),
    ...(open.length + absent.length === 0 && seen > 0 ? [areClosed(seen)] : []),
    ...ofUser(user),
  ]
}

function isOpen({ what, path, shown = path, mode }: GuardedFacts): Check {
  const right = MODES[what]
  const said = ['他の利用者に開いています: {path}', 'open to others: {path}'] as const
  return ng('permissions', `permissions-${what}`, ...said, {
    facts: { mode: octal(mode), right },
    own: { path: shown },
    ...next('chmod {right} で閉じてください。', 'chmod {right} {path}'),
  })
}

const isAbsent = ({ what, path, shown = path }: GuardedFacts): Check =>
  ng('permissions', `permissions-${what}-absent`, '見つかりません: {path}', 'not there: {path}', {
    own: { path: shown },
    ...next('設定の書き方を確認してください。', 'onshi-agent run --check'),
  })

const isHidden = (files: number): Check =>
  unseen('permissions', 'permissions-hidden', '{files} 件の権限', 'modes of {files} files', {
    facts: { files },
    ...asRoot,
  })

const areClosed = (files: number): Check =>
  ok(
    'permissions',
    'permissions-files',
    '設定・秘密・記録は閉じています',
    '{files} files are closed',
    {
      facts: { files },
    },
  )

const octal = (mode: GuardedFacts['mode']): string =>
  typeof mode === 'number' ? mode.toString(8).padStart(4, '0') : mode

function ofUser(user: PermissionFacts['user']): Check[] {
  if (user === null)
    return [
      unseen(
        'permissions',
        'permissions-user',
        '専用の利用者 onshi-agent',
        'the user onshi-agent',
        next('パッケージから入れると作られます。', 'The package makes it.'),
      ),
    ]
  return [
    user.uid === 0
      ? ng(
          'permissions',
          'permissions-user',
          'onshi-agent が root です',
          'the user onshi-agent is root',
          next('パッケージを入れ直してください。', 'Install the package anew.'),
        )
      : ok('permissions', 'permissions-user', '専用の利用者で動きます', 'has a user of its own', {
          facts: { groups: user.groups.length },
        }),
  ]
}
