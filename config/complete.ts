import { isAbsolute, join, resolve } from 'node:path'
import { type Finding, mistake } from './fault.ts'
import {
  branchOf,
  type FileKind,
  isTable,
  keyPath,
  type NamedFile,
  type Shape,
  type Table,
} from './shape.ts'

export type Environment = Readonly<Record<string, string | undefined>>

interface Walk {
  readonly folder: string
  readonly env: Environment
  readonly files: NamedFile[]
  readonly findings: Finding[]
}

/** What a file gives once defaults are filled in and file names are absolute. Not yet checked. */
export interface Completed {
  readonly value: unknown
  readonly files: readonly NamedFile[]
  readonly findings: readonly Finding[]
}

/**
 * Fills in the defaults of `shape` and resolves what names a file: `credential:NAME` to the
 * credentials directory of systemd, relative names to `folder`. Values that do not fit stay as
 * they are, for the check that follows.
 */
export function complete(raw: Table, shape: Shape, folder: string, env: Environment): Completed {
  const walk: Walk = { folder, env, files: [], findings: [] }
  return { value: filled(raw, shape, '', walk), files: walk.files, findings: walk.findings }
}

function filled(value: unknown, shape: Shape, key: string, walk: Walk): unknown {
  const kind = shape['x-file']
  if (kind !== undefined) return resolved(value, kind, key, walk)
  if (Array.isArray(value)) {
    const { items } = shape
    return items ? value.map((item, i) => filled(item, items, `${key}[${i}]`, walk)) : value
  }
  if (!isTable(value)) return value
  const own = shape.anyOf ? branchOf(shape, value) : shape
  return own?.properties ? filledTable(value, own, key, walk) : value
}

function filledTable(value: Table, shape: Shape, key: string, walk: Walk): Table {
  const missing = Object.entries(shape.properties ?? {}).flatMap(([name, child]) => {
    if (Object.hasOwn(value, name)) return []
    if (child.default !== undefined) return [[name, structuredClone(child.default)] as const]
    const table = child.properties !== undefined && shape.required?.includes(name)
    return table ? [[name, {}] as const] : []
  })
  return Object.fromEntries(
    [...Object.entries(value), ...missing].map(([name, child]) => {
      const { properties = {} } = shape
      const inner = Object.hasOwn(properties, name) ? properties[name] : undefined
      return [name, inner ? filled(child, inner, keyPath(key, name), walk) : child]
    }),
  )
}

function resolved(value: unknown, kind: FileKind, key: string, walk: Walk): unknown {
  if (typeof value !== 'string' || value === '') return value
  const path = resolvePath(value, kind, key, walk)
  if (path === undefined) return value
  walk.files.push({ key, kind, path, written: value })
  return path
}

function resolvePath(value: string, kind: FileKind, key: string, walk: Walk) {
  if (!value.startsWith('credential:')) {
    return isAbsolute(value) ? value : resolve(walk.folder, value)
  }
  const name = value.slice('credential:'.length)
  const directory = walk.env['CREDENTIALS_DIRECTORY']
  const refusal = credentialRefusal(name, kind, directory)
  if (refusal === undefined) return join(directory ?? '', name)
  const [found, write] = refusal
  walk.findings.push(mistake(key, '資格情報（credential）を使えません。', found, write))
  return undefined
}

/** What was found and what to write, where `credential:NAME` cannot be followed. */
function credentialRefusal(
  name: string,
  kind: FileKind,
  directory: string | undefined,
): readonly [string, string] | undefined {
  if (kind === 'path') {
    return ['a credential where no secret is read', 'the name of a file']
  }
  if (!/^(?!\.{1,2}$)[A-Za-z0-9._-]+$/.test(name)) {
    return [
      'a credential with an unusable name',
      'credential:NAME, with the NAME of LoadCredential= in the unit',
    ]
  }
  return directory
    ? undefined
    : [
        `credential:${name}, but CREDENTIALS_DIRECTORY is not set`,
        `LoadCredential=${name}:FILE in the unit and start it with systemd, or the name of a file here`,
      ]
}
