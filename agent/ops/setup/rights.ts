import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { AgentError } from '../../kernel/errors.ts'

export const rights = ['list', 'read', 'create', 'rename', 'remove'] as const
export type Right = (typeof rights)[number]

const Probe = Type.Object({
  missing: Type.Array(Type.Object({ right: Type.Enum([...rights]), code: Type.String() })),
  /** A file that could be made and not removed. */
  left: Type.Union([Type.String(), Type.Null()]),
})
export type Probe = Static<typeof Probe>

/** A folder of the terminal, and what the agent has to do in it. */
export interface ProbedFolder {
  readonly role: 'req' | 'res' | 'face'
  readonly path: string
  readonly needs: readonly Right[]
}

const READS: readonly Right[] = ['list', 'read']

/** Pure. In `req` the agent writes; elsewhere only where nobody else reads. */
export const neededRights = (role: ProbedFolder['role'], owns: boolean): readonly Right[] =>
  role === 'req' || owns ? rights : READS

/** The user that the agent runs as; null: this one. */
export interface ProbeUser {
  readonly uid: number
  readonly gid: number
}

const PROBE = fileURLToPath(new URL('rights-probe.ts', import.meta.url))
/** A share whose machine is off may never answer. */
const ANSWER_MS = 15_000

/**
 * Really does in each folder what the agent will have to do, as its user. Throws
 * `SHARE_RIGHT_MISSING` with every right that is missing, `SHARE_NOT_MOUNTED` where a folder is not
 * there or does not answer.
 */
export async function checkRights(
  folders: readonly ProbedFolder[],
  user: ProbeUser | null,
): Promise<void> {
  const found = await Promise.all(folders.map((folder) => probed(folder, user)))
  const gone = found.find(({ probe }) => probe === null || probe.missing.some(isGone))
  if (gone !== undefined) {
    const why = gone.probe === null ? 'does not answer' : 'is not there'
    const message = `the folder ${gone.role} ${why}: ${gone.path}`
    throw new AgentError('SHARE_NOT_MOUNTED', message, { facts: { folder: gone.role } })
  }
  const lacking = found.filter(({ probe }) => (probe?.missing.length ?? 0) > 0)
  if (lacking.length === 0) return
  const mistakes = lacking.map(({ role, path, probe }) => ({
    field: role,
    title: `${role} フォルダーの権限が足りません：${words(probe, JAPANESE)}`,
    detail: `${path}: may not ${words(probe, ENGLISH)}${leftover(probe)}`,
  }))
  const [{ detail } = { detail: '' }] = mistakes
  throw new AgentError('SHARE_RIGHT_MISSING', detail, { mistakes })
}

/** What the agent’s user may not do in a folder; null where that does not answer. */
export const missingRights = async (
  path: string,
  needs: readonly Right[],
  user: ProbeUser | null,
): Promise<Probe['missing'] | null> =>
  (await inItsOwnProcess({ path, needs }, user))?.missing ?? null

const isGone = ({ code }: { readonly code: string }) =>
  ['ENOENT', 'ENOTDIR', 'EHOSTDOWN', 'EHOSTUNREACH', 'EIO', 'ENOTCONN'].includes(code)

const JAPANESE: Readonly<Record<Right, string>> = {
  list: '一覧',
  read: '読み取り',
  create: '作成',
  rename: '名前の変更',
  remove: '削除',
}
const ENGLISH: Readonly<Record<Right, string>> = {
  list: 'list it',
  read: 'read a file',
  create: 'create a file',
  rename: 'rename a file',
  remove: 'remove a file',
}

const words = (probe: Probe | null, told: Readonly<Record<Right, string>>) =>
  (probe?.missing ?? [])
    .map(({ right, code }) => (told === ENGLISH ? `${told[right]} (${code})` : told[right]))
    .join(told === ENGLISH ? ', ' : '・')

const leftover = (probe: Probe | null) =>
  probe?.left == null ? '' : `; ${probe.left} is left and may be deleted`

async function probed(folder: ProbedFolder, user: ProbeUser | null) {
  return { ...folder, probe: await inItsOwnProcess(folder, user) }
}

/** One that hangs in the kernel would keep this process from ending, too. */
async function inItsOwnProcess(
  { path, needs }: Pick<ProbedFolder, 'path' | 'needs'>,
  user: ProbeUser | null,
): Promise<Probe | null> {
  const name = `.onshi-agent-probe-${randomBytes(6).toString('hex')}`
  const args = [PROBE, path, `${name}.a.tmp`, `${name}.b.tmp`, ...needs]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(user !== null && { uid: user.uid, gid: user.gid }),
  })
  child.unref()
  const late = setTimeout(() => child.kill('SIGKILL'), ANSWER_MS)
  const { promise, resolve, reject } = Promise.withResolvers<null>()
  const noAnswer = setTimeout(() => resolve(null), ANSWER_MS + 1_000)
  child.once('error', reject)
  try {
    const said = await Promise.race([text(child.stdout), promise])
    const value: unknown = said === null || said === '' ? null : JSON.parse(said)
    return Value.Check(Probe, value) ? value : null
  } finally {
    clearTimeout(late)
    clearTimeout(noAnswer)
  }
}
