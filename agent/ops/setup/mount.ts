import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { AgentError } from '../../kernel/errors.ts'
import { writeWhole } from './files.ts'
import type { RunProgram, ShareSettings } from './parts.ts'

export interface MountOwner {
  readonly uid: number
  readonly gid: number
}

/**
 * Pure. Options of the mount. `actimeo=0`: with the kernel's default a new file can show a second
 * late. `soft`: a call on a share whose machine is off ends with an error, some time.
 */
export const mountOptions = (
  { version }: Pick<ShareSettings, 'version'>,
  { uid, gid }: MountOwner,
  credentials: string,
): string =>
  [
    `credentials=${credentials}`,
    `vers=${version}`,
    `uid=${uid}`,
    `gid=${gid}`,
    'file_mode=0600',
    'dir_mode=0700',
    'actimeo=0',
    'soft',
    'nosuid',
    'nodev',
    'noexec',
  ].join(',')

/** Pure. What mount.cifs reads; a password may hold anything but a line end. */
export const credentialsText = ({ user, domain, password }: ShareSettings): string =>
  [
    `username=${user}`,
    `password=${password}`,
    ...(domain === null ? [] : [`domain=${domain}`]),
    '',
  ].join('\n')

/** Pure. The password in what `credentialsText` gave; undefined where none is. */
export const passwordIn = (credentials: string): string | undefined =>
  /^password=(.*)$/m.exec(credentials)?.[1]

/** Pure. The name that systemd wants for the unit of a path. [systemd-escape --path] */
export function unitNameOf(path: string): string {
  const parts = path.split('/').filter((part) => part !== '')
  const bytes = Buffer.from(parts.join('/'))
  return [...bytes]
    .map((byte, at) => {
      const character = String.fromCharCode(byte)
      if (character === '/') return '-'
      const isPlain = /[A-Za-z0-9:_.]/.test(character) && !(at === 0 && character === '.')
      return isPlain ? character : `\\x${byte.toString(16).padStart(2, '0')}`
    })
    .join('')
}

/**
 * Pure. The units of a share, by file name: mounted when it is first looked at, and again after the
 * terminal was off. The machine boots without it.
 */
export function mountUnits(
  share: string,
  point: string,
  options: string,
): Readonly<Record<'mount' | 'automount', { readonly name: string; readonly text: string }>> {
  const unit = unitNameOf(point)
  // `%` begins a specifier in a unit.
  const plain = (text: string) => text.replaceAll('%', '%%')
  const head = `# Written by \`onshi-agent setup\`.
[Unit]
Description=Shared folder of the official terminal (資格確認端末)
`
  return {
    mount: {
      name: `${unit}.mount`,
      text: `${head}Wants=network-online.target
After=network-online.target

[Mount]
What=${plain(share)}
Where=${plain(point)}
Type=cifs
Options=${plain(options)},nofail,_netdev
TimeoutSec=10s
`,
    },
    automount: {
      name: `${unit}.automount`,
      text: `${head}
[Automount]
Where=${plain(point)}

[Install]
WantedBy=multi-user.target
`,
    },
  }
}

/** What mount.cifs says, and what is behind it. [mount.cifs(8); errno(3)] */
const REASONS: readonly (readonly [RegExp, string])[] = [
  // dpkg installs no Recommends, and says nothing of them. What is to be done is not what the fault says.
  [
    /helper program/,
    'この機器に cifs-utils がありません / cifs-utils is not installed: apt-get install cifs-utils',
  ],
  [/error\(13\)/, 'user or password refused, or the share is not for this user'],
  [/error\(2\)|error\(6\)/, 'the terminal is there, and has no share of this name'],
  [/error\((110|111|112|113|115|101)\)/, 'the terminal does not answer at this address'],
  [
    /could not resolve|error\(-?2\): .*resolve/,
    'the name of the terminal is not known: write its address',
  ],
  [
    /error\(95\)|error\(22\)/,
    'the terminal speaks another SMB version: try version = "3.0" or "2.1"',
  ],
  [/error\(19\)|unknown filesystem|not supported/, 'this kernel has no cifs'],
  [/error\(1\)|only root/, 'this user may not mount'],
]

/** Pure. Never repeats what was said: a password may be in it. */
export function whyNotMounted(output: string): string {
  const [, why] = REASONS.find(([pattern]) => pattern.test(output)) ?? []
  const number = /error\((\d+)\)/.exec(output)?.[1]
  return why ?? `the mount was refused${number === undefined ? '' : ` (error ${number})`}`
}

const TRIAL_MS = 45_000
/** An unmount that does not wait for the share takes milliseconds. */
const UNMOUNT_MS = 5_000

/** In memory, where this is root’s: the password then reaches no disk. */
const passwordFolder = (): string => (mayWrite('/run') ? '/run' : tmpdir())

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Mounts the share at a place of its own for as long as `look` takes, so that nothing is set up that
 * does not work. Of a process that is ended meanwhile neither mount nor password is left. Throws
 * `SHARE_NOT_MOUNTED`, and what `look` throws.
 */
export async function tryShare(
  settings: ShareSettings,
  owner: MountOwner,
  run: RunProgram,
  look: (folder: string) => Promise<void>,
): Promise<void> {
  const point = mkdtempSync(join(tmpdir(), 'onshi-share-'))
  const credentials = join(passwordFolder(), `${basename(point)}.credentials`)
  // A signal ends setup by process.exit, which runs no `finally`.
  const abandon = () => {
    rmSync(credentials, { force: true })
    leave(point)
  }
  process.once('exit', abandon)
  try {
    writeWhole(credentials, credentialsText(settings), 0o600)
    const args = [
      '-t',
      'cifs',
      settings.share,
      point,
      '-o',
      mountOptions(settings, owner, credentials),
    ]
    const mounted = await run('mount', args, TRIAL_MS)
    if (mounted === null) throw notMounted(settings, 'the terminal does not answer in time')
    if (mounted.code !== 0) throw notMounted(settings, whyNotMounted(mounted.output))
    try {
      await look(point)
    } finally {
      await run('umount', ['-l', point])
    }
  } finally {
    process.off('exit', abandon)
    rmSync(credentials, { force: true })
    rmdirSync(point)
  }
}

/** A folder that is gone can be no mount point: a mount that is still under way then fails. */
function leave(point: string): void {
  if (isRemoved(point)) return
  spawnSync('umount', ['-l', point], { timeout: UNMOUNT_MS })
  isRemoved(point)
}

function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch {
    return false
  }
}

const notMounted = ({ share }: ShareSettings, why: string) =>
  new AgentError('SHARE_NOT_MOUNTED', `${share}: ${why}`, { facts: { share } })
