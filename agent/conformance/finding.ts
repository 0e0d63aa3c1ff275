/** The agent did something else. Neither text holds anything of a patient. */
export class Refuted extends Error {
  override readonly name = 'Refuted'
  readonly expected: string
  readonly came: string

  constructor(expected: string, came: string) {
    super(`expected ${expected}, came ${came}`)
    this.expected = expected
    this.came = came
  }
}

/** The check cannot be tried here, which is nobody's fault. */
export class Inapplicable extends Error {
  override readonly name = 'Inapplicable'
  readonly why: string
  /** Japanese. */
  readonly whyJa: string

  constructor(why: string, whyJa: string) {
    super(why)
    this.why = why
    this.whyJa = whyJa
  }
}

/** Throws `Refuted` unless `holds`. */
export function expect(holds: boolean, expected: string, came: string): void {
  if (!holds) throw new Refuted(expected, came)
}

const counted = (count: number) => `${count} event${count === 1 ? '' : 's'}`

/**
 * How a list of ids differs from the one that it should be, in words; undefined when it does not.
 * Names places, never ids.
 */
export function difference(
  expected: readonly string[],
  came: readonly string[],
): string | undefined {
  const doubled = came.filter((id, place) => came.indexOf(id) !== place)
  const missing = expected.flatMap((id, place) => (came.includes(id) ? [] : [place + 1]))
  const strange = came.filter((id) => !expected.includes(id))
  const firstOff = expected.findIndex((id, place) => id !== came[place])
  if (doubled.length > 0) return `${counted(doubled.length)} came twice`
  const others = strange.length > 0 ? `, and ${counted(strange.length)} in their place` : ''
  if (missing.length > 0)
    return `${counted(missing.length)} lost, the first is number ${missing[0]}${others}`
  if (strange.length > 0) return `${counted(strange.length)} that were not there before`
  return firstOff < 0 ? undefined : `another order, from number ${firstOff + 1} on`
}

/** Throws `Refuted` unless both are the same events in the same order. */
export function expectSame(expected: readonly string[], came: readonly string[], what: string) {
  const found = difference(expected, came)
  expect(
    found === undefined,
    `${what}: the same ${counted(expected.length)} in the same order`,
    found ?? '',
  )
}
