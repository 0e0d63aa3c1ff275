import { createHmac, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Answers } from '../config/answers.ts'
import { readSmallFile } from '../config/small-file.ts'
import { consumerCommand } from './consumer-command.ts'
import { AgentError, asFault, type Mistake } from './kernel/errors.ts'
import { contentOf, writeWhole } from './ops/setup/files.ts'
import type { SetupWork } from './setup-parts.ts'

export type WantedConsumer = NonNullable<Answers['consumers']>[number]

const Listed = Type.Object({
  name: Type.String(),
  role: Type.String(),
  sources: Type.Array(Type.String()),
  sink: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
  revokedAt: Type.Union([Type.String(), Type.Null()]),
})
type Listed = Static<typeof Listed>
const List = Type.Object({ items: Type.Array(Listed) })

/** Those that hold. Throws as the command. */
export async function listedConsumers({ places }: SetupWork): Promise<Listed[]> {
  const list: unknown = JSON.parse(await consumerCommand(['list', '--config', places.config]))
  if (!Check(List, list)) throw new Error('a list is none')
  return list.items.filter(({ revokedAt }) => revokedAt === null)
}

/**
 * Before agent.toml is another one: without its host among the targets, a sink that stays as it is would
 * stand still. Where nobody can be asked now it is found out once the service runs. Throws as
 * `refuseChanged`.
 */
export async function checkConsumers(work: SetupWork): Promise<void> {
  if ((work.answers.consumers ?? []).length === 0 || !existsSync(work.places.config)) return
  refuseChanged(work, await listedConsumers(work).catch(nobody))
}

function nobody(error: unknown): Listed[] {
  asFault(error)
  return []
}

/** A consumer is added and revoked, never changed. Throws `SETUP_ANSWERS_INVALID`, by key. */
export function refuseChanged(work: SetupWork, listed: readonly Listed[]): void {
  const { unshown } = work.progress.kept()
  const mistakes = (work.answers.consumers ?? []).flatMap((wanted, i) => {
    const known = listed.find(({ name }) => name === wanted.name)
    // One whose token nobody has is made anew in any case.
    if (known === undefined || unshown.includes(markOf(wanted))) return []
    return [...differing(wanted, known), ...changedFiles(work, wanted)].map((key) =>
      mistakeOf(wanted.name, `consumers[${i}].${key}`),
    )
  })
  if (mistakes.length === 0) return
  const keys = mistakes.map(({ field }) => field).join(', ')
  throw new AgentError('SETUP_ANSWERS_INVALID', `consumers that are there differ: ${keys}`, {
    mistakes,
  })
}

/** In `unshown`. */
export const markOf = ({ name }: WantedConsumer): string => `consumer ${name}`

function mistakeOf(name: string, field: string): Mistake {
  const revoke = `onshi-agent consumer revoke ${/ /.test(name) ? `'${name}'` : name}`
  return {
    field,
    title: `「${name}」は、これと違う内容で登録されています。変えるには ${revoke} を実行してから、もう一度セットアップします（新しいトークンになります）。`,
    detail: `${name} is there, and differs: \`${revoke}\`, then setup again, which makes a new token; or write what it was`,
  }
}

/** Pure. The keys of what is wanted that is not what is there. */
function differing(wanted: WantedConsumer, { role, sources, sink }: Listed): string[] {
  const { sink: kind, from = [] } = wanted
  const compared =
    kind !== sink?.['kind']
      ? [['sink', kind, sink?.['kind']] as const]
      : kind === undefined
        ? []
        : ofSink[kind].map((key) => [key, wanted[key] ?? usual[key], sink?.[key]] as const)
  return [['role', wanted.role, role] as const, ['from', from, sources] as const, ...compared]
    .filter(([, mine, theirs]) => !isSame(mine, theirs))
    .map(([key]) => key)
}

/** Those that the list shows and an answer can say; others may have been given by hand. */
const ofSink = {
  'face-folder': ['folder', 'charset'],
  orca: ['url', 'user', 'write'],
  fhir: ['url'],
  webhook: ['url', 'payload'],
} as const satisfies Record<NonNullable<WantedConsumer['sink']>, (keyof WantedConsumer)[]>
const usual: Readonly<Partial<Record<keyof WantedConsumer, unknown>>> = {
  write: [],
  payload: 'thin',
}

/** The order of a list says nothing. */
const isSame = (a: unknown, b: unknown) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (value: unknown) => (Array.isArray(value) ? [...value].sort() : (value ?? null))

const fileKeys = [
  'password_file',
  'token_file',
  'ca_file',
  'p12_file',
  'p12_passphrase_file',
] as const

/**
 * Keys of the files that hold something else than when their consumer was added. Its secrets lie in the
 * store, which shows them to nobody; so a keyed hash is kept, whose key only root reads: without that key
 * no password can be tried against it.
 */
export function changedFiles({ places, progress }: SetupWork, wanted: WantedConsumer): string[] {
  const { taken = {} } = progress.kept()
  // Who may not see what was taken may not see its key either.
  const key = Object.keys(taken).length === 0 ? undefined : contentOf(places.hashKey)
  if (key === undefined) return []
  return fileKeys.filter((name) => {
    const [path, before] = [wanted[name], taken[placeOf(wanted, name)]]
    const now = path === undefined ? undefined : hashOf(path, key)
    return before !== undefined && now !== undefined && before !== now
  })
}

/** What it was added with. */
export function keepTaken({ places, progress }: SetupWork, wanted: WantedConsumer): void {
  const found = contentOf(places.hashKey)
  const key = found ?? randomBytes(32)
  if (found === undefined) writeWhole(places.hashKey, key, 0o600)
  // Of another key nothing can be compared.
  const before = found === undefined ? {} : (progress.kept().taken ?? {})
  const now = fileKeys.flatMap((name) => {
    const path = wanted[name]
    const hash = path === undefined ? undefined : hashOf(path, key)
    return hash === undefined ? [] : [[placeOf(wanted, name), hash] as const]
  })
  progress.save({ taken: { ...before, ...Object.fromEntries(now) } })
}

const placeOf = ({ name }: WantedConsumer, key: string) => `${name} ${key}`

/** Undefined where nothing can be read: nothing is taken from it, either. */
function hashOf(path: string, key: Buffer): string | undefined {
  const read = readSmallFile(path)
  return read.is === 'read' ? createHmac('sha256', key).update(read.bytes).digest('hex') : undefined
}
