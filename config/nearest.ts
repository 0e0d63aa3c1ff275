import { branchOf, isTable, keyPath, type Shape } from './shape.ts'

/** The known word that a mistyped or shortened one was probably meant to be. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = flatten(word)
  const reach = Math.max(1, Math.floor(plain.length / 3))
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(plain, flatten(candidate)) }))
    .filter(({ distance }) => distance <= Math.min(3, reach))
    .sort((a, b) => a.distance - b.distance)
  const longer = known.find((each) => plain.length > 3 && flatten(each).startsWith(plain))
  return ranked[0]?.candidate ?? longer
}

/** Key paths that end in `key`, wherever in the configuration they are. */
export function homesOf(key: string, shape: Shape, at = ''): string[] {
  const inside = shape.anyOf ?? (shape.items ? [shape.items] : [])
  const list = shape.items ? `${at}[]` : at
  return [
    ...inside.flatMap((each) => homesOf(key, each, list)),
    ...Object.entries(shape.properties ?? {}).flatMap(([name, child]) => {
      const path = keyPath(at, name)
      return [...(name === key ? [path] : []), ...homesOf(key, child, path)]
    }),
  ]
}

/** What the keys of a table may be, where its shape says so. */
export function knownKeys(shape: Shape, value: unknown): string[] {
  const branch = isTable(value) && shape.anyOf ? branchOf(shape, value) : shape
  return Object.keys(branch?.properties ?? {})
}

const flatten = (word: string) => word.toLowerCase().replace(/[_-]/g, '')

/** Insertions, deletions, replacements and swaps of neighbours between two short words. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          at(above, j) + 1,
          at(row, j - 1) + 1,
          at(above, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
          swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    before = above
    above = row
  }
  return at(above, b.length)
}

const at = (row: readonly number[], index: number) => row[index] ?? Number.POSITIVE_INFINITY
