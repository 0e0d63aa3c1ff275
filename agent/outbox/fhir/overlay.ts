import { isDeepStrictEqual } from 'node:util'
import type { Difference } from '../../kernel/delivery.ts'
import { type Json, type JsonObject, objectIn, objectsIn, type Stored, textIn } from './json.ts'

/** Which elements of a resource the official answer decides; the others are the EHR's own. */
export interface Ownership {
  readonly elements: readonly string[]
  /** Lists of which we own the items with these keys. */
  readonly slices: Readonly<
    Record<string, { readonly by: string; readonly own: readonly string[] }>
  >
}

type Slice = Ownership['slices'][string]

/** Items of ours take the place of those with their key, so that an unchanged list stays so. */
function layList(
  stored: Json | undefined,
  wanted: Json | undefined,
  { by, own }: Slice,
  isOurs: boolean,
) {
  const ours = new Map(objectsIn(wanted).map((item) => [textIn(item[by]), item]))
  const laid = objectsIn(stored).flatMap((item) => {
    const key = textIn(item[by])
    const mine = ours.get(key)
    ours.delete(key)
    if (mine !== undefined) return [mine]
    return isOurs && own.includes(key) ? [] : [item]
  })
  return [...laid, ...ours.values()]
}

/**
 * The stored resource with ours laid over it. In one that we made (`isOurs`), what the official side
 * does not say any more goes; in one of the EHR's it stays. Extensions, identifiers and elements of
 * others stay in either.
 */
export function lay(
  stored: Stored,
  wanted: JsonObject,
  { elements, slices }: Ownership,
  isOurs: boolean,
): Stored {
  const next: Record<string, Json | undefined> = { ...stored }
  for (const name of elements)
    if (wanted[name] !== undefined) next[name] = wanted[name]
    else if (isOurs) delete next[name]
  for (const [name, slice] of Object.entries(slices)) {
    const list = layList(stored[name], wanted[name], slice, isOurs)
    if (list.length > 0) next[name] = list
    else delete next[name]
  }
  // A text that was made from the elements says what they said. [R4 narrative-status]
  if (objectIn(stored['text'])['status'] === 'generated' && !isAlike(stored, next))
    delete next['text']
  return { ...next, resourceType: stored.resourceType, id: stored.id }
}

const bare = ({ meta: _, ...rest }: JsonObject) => rest

/** Whether a write would change nothing: meta is the server's. */
export const isAlike = (one: JsonObject, other: JsonObject) =>
  isDeepStrictEqual(bare(one), bare(other))

const shown = (value: Json | undefined) => (value === undefined ? null : JSON.stringify(value))

/** What a write changes, by element, as JSON. Patient data. */
export const changes = (before: JsonObject | undefined, after: JsonObject): readonly Difference[] =>
  [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])]
    .filter((name) => !['meta', 'id', 'resourceType', 'text'].includes(name))
    .filter((name) => !isDeepStrictEqual(before?.[name], after[name]))
    .map((name) => ({
      field: `${textIn(after['resourceType'])}.${name}`,
      official: shown(after[name]),
      kept: shown(before?.[name]),
    }))
