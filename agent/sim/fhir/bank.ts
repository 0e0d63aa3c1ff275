import { randomUUID } from 'node:crypto'
import { asObject, identifiersOf, objectsIn, type Resource, type Token } from './json.ts'

/** The current version of a resource. Never changed in place. */
export interface Stored {
  readonly type: string
  readonly id: string
  readonly version: number
  /** RFC 3339. */
  readonly at: string
  /** With id and meta. */
  readonly resource: Resource
}

/** Holders of one business identifier, by type and id; more than one is a duplicate. */
export interface Duplicate {
  readonly resourceType: string
  readonly system: string
  readonly ids: readonly string[]
}

/** Where the index keeps the holders of an identifier, */
export const identifierKey = ({ system, value }: Token) => `identifier:${system}|${value}`
/** and those that refer to `Type/id` by this element. */
export const referenceKey = (element: string, target: string) => `${element}:${target}`

/** `Type/id` of a reference to a resource of this server. */
export const relativeTo = (base: string, text: string): string =>
  text.startsWith(`${base}/`) ? text.slice(base.length + 1) : text

/** What an element refers to by a literal, relative to this server. */
export const referencesIn = (value: unknown, base: string): readonly string[] =>
  [asObject(value), ...objectsIn(value)].flatMap((one) =>
    typeof one?.['reference'] === 'string' ? [relativeTo(base, one['reference'])] : [],
  )

/** The elements whose references can be searched by. */
const INDEXED = ['beneficiary', 'patient', 'request', 'payor'] as const

const keysOf = (resource: Resource, base: string): readonly string[] => [
  ...identifiersOf(resource).map(identifierKey),
  ...INDEXED.flatMap((element) =>
    referencesIn(resource[element], base).map((target) => referenceKey(element, target)),
  ),
]

export type Bank = ReturnType<typeof openBank>

/** The resources in memory, found by id, identifier and reference without a walk through all. */
export const openBank = (base: () => string, now: () => number) => {
  const byPath = new Map<string, Stored>()
  const byKey = new Map<string, Set<string>>()
  const index = (stored: Stored, action: 'add' | 'delete') => {
    const path = `${stored.type}/${stored.id}`
    for (const key of keysOf(stored.resource, base())) {
      const typed = `${stored.type}?${key}`
      const paths = byKey.get(typed) ?? new Set()
      paths[action](path)
      if (paths.size === 0) byKey.delete(typed)
      else byKey.set(typed, paths)
    }
  }
  const get = (type: string, id: string): Stored | undefined => byPath.get(`${type}/${id}`)
  return {
    get,
    /** By an `identifierKey` or `referenceKey`; in no certain order. */
    find: (type: string, key: string): readonly Stored[] =>
      [...(byKey.get(`${type}?${key}`) ?? [])].flatMap((path) => byPath.get(path) ?? []),
    all: (type?: string): readonly Stored[] =>
      [...byPath.values()].filter((stored) => type === undefined || stored.type === type),
    /** Writes the next version; without `id` a new resource. */
    write: (resource: Resource, id: string = randomUUID()): Stored => {
      const type = resource.resourceType
      const before = get(type, id)
      const version = (before?.version ?? 0) + 1
      const at = new Date(now()).toISOString()
      const meta = { ...asObject(resource['meta']), versionId: String(version), lastUpdated: at }
      const stored = { type, id, version, at, resource: { ...resource, id, meta } }
      if (before !== undefined) index(before, 'delete')
      byPath.set(`${type}/${id}`, stored)
      index(stored, 'add')
      return stored
    },
    duplicates: (): readonly Duplicate[] =>
      [...byKey].flatMap(([key, paths]) => {
        const [, resourceType = '', system = ''] = /^(\w+)\?identifier:([^|]*)\|/.exec(key) ?? []
        if (resourceType === '' || paths.size < 2) return []
        return [{ resourceType, system, ids: [...paths].map((path) => path.split('/')[1] ?? '') }]
      }),
  }
}
