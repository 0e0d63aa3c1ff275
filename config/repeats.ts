import { type Finding, mistake } from './fault.ts'
import { keyPath } from './shape.ts'

/** A value with its key path. */
export interface Placed<T> {
  readonly key: string
  readonly value: T
}

/** The entries of a list with their key paths. */
export const placed = <T>(list: readonly T[], key: string): Placed<T>[] =>
  list.map((value, i) => ({ key: `${key}[${i}]`, value }))

/** Entries that are the same as an earlier one. Undefined is like nothing else. */
export function repeats<T>(
  list: readonly Placed<T>[],
  identity: (value: T) => string | undefined,
  name: string,
  title: string,
): Finding[] {
  const seen = new Map<string, string>()
  return list.flatMap(({ key, value }) => {
    const id = identity(value)
    const first = id === undefined ? undefined : seen.get(id)
    if (id !== undefined && first === undefined) seen.set(id, key)
    return first === undefined
      ? []
      : [mistake(keyPath(key, name), title, `the same as ${first}`, 'another one')]
  })
}
