import type { Element, Structure } from './definitions.ts'

/** What a profile changes of one element. */
export type Change = Partial<Element> & { readonly id: string }

/** A differential: what a profile changes of its base, each element with its id. */
export interface Profile {
  readonly url: string
  /** The type that it is of. */
  readonly type: string
  readonly elements: readonly Change[]
}

/** `Coverage.identifier:csv.system` is at `Coverage.identifier.system`. */
const pathOf = (id: string) => id.replaceAll(/:[^.]+/g, '')

const parentOf = (id: string) => id.slice(0, id.lastIndexOf('.'))

type Known = ReadonlyMap<string, Structure>

/** The definition that an element begins with: of its own base, or of its parent's data type. */
const begunWith = (id: string, elements: readonly Element[], known: Known): Element => {
  const path = pathOf(id)
  const own = elements.find((element) => element.id === path)
  const parent = elements.find((element) => element.id === pathOf(parentOf(id)))
  const [type] = parent?.type ?? []
  const inherited = known
    .get(type?.code ?? '')
    ?.snapshot.element.find((element) => element.id === `${type?.code}.${id.split('.').at(-1)}`)
  const found = own ?? inherited
  if (found === undefined) throw new Error(`${id} is no element of its base`)
  const { slicing: _, ...rest } = found
  return { ...rest, id, path }
}

/** Behind the last of what it belongs to: a slice behind its list, a child behind its parent. */
const placeFor = (id: string, elements: readonly Element[]): number => {
  const owner = id.split('.').at(-1)?.includes(':')
    ? id.slice(0, id.lastIndexOf(':'))
    : parentOf(id)
  const belongs = (one: Element) =>
    one.id === owner || one.id.startsWith(`${owner}.`) || one.id.startsWith(`${owner}:`)
  return elements.findLastIndex(belongs) + 1
}

/** The whole definition that the profile's differential makes of its base. */
export const withSnapshot = ({ url, type, elements }: Profile, known: Known): Structure => {
  const base = known.get(type)
  if (base === undefined) throw new Error(`no base ${type} for ${url}`)
  const all = [...base.snapshot.element]
  for (const change of elements) {
    const at = all.findIndex(({ id }) => id === change.id)
    const before = all[at]
    if (before !== undefined) all[at] = { ...before, ...change }
    else all.splice(placeFor(change.id, all), 0, { ...begunWith(change.id, all, known), ...change })
  }
  return { ...base, url, snapshot: { element: all } }
}
