import { DATA_TYPES } from './data-types.ts'
import { RESOURCES } from './resources.ts'

/** What an element may be. */
export interface Type {
  /** Capital letter: a type of the table. Else a primitive. */
  readonly name: string
  /** Of a code, or the targets of a Reference; undefined: whatever. */
  readonly among: readonly string[] | undefined
}

/** One property of the JSON form; a choice `value[x]` has one for each of its types. */
export interface ElementRule {
  readonly name: string
  /** `value[x]` for a choice, else the name. */
  readonly choice: string
  readonly required: boolean
  readonly many: boolean
  readonly type: Type
}

/** A type: its properties by their JSON name. */
export type TypeRule = ReadonlyMap<string, ElementRule>

const typeOf = (text: string): Type => {
  const [, name = '', among] = /^([\w.]+)(?:\((.*)\))?$/.exec(text) ?? []
  return { name, among: among === undefined || among === '' ? undefined : among.split(' ') }
}

const capitalised = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const rulesOf = (line: string): ElementRule[] => {
  const [, choice = '', least, most, types = ''] =
    /^ {2}(\S+)\s+([01])\.\.([1*]) (.+)$/.exec(line) ?? []
  const shared = { choice, required: least === '1', many: most === '*' }
  // A blank inside parentheses belongs to the list of codes or targets.
  const each = types.match(/[\w.]+(?:\([^)]*\))?/g) ?? []
  return each.map((text) => {
    const type = typeOf(text)
    return { ...shared, name: choice.replace('[x]', () => capitalised(type.name)), type }
  })
}

const readTable = (table: string): ReadonlyMap<string, TypeRule> => {
  const types = new Map<string, TypeRule>()
  for (const block of table.trim().split('\n\n')) {
    const [head = '', ...lines] = block.split('\n')
    const [name = '', parent] = head.split(' < ')
    const inherited = parent === undefined ? [] : (types.get(parent) ?? [])
    const own = lines.flatMap(rulesOf).map((rule) => [rule.name, rule] as const)
    types.set(name, new Map([...inherited, ...own]))
  }
  return types
}

const TYPES = readTable(`${DATA_TYPES.trim()}\n\n${RESOURCES.trim()}`)

/** The type of the table; undefined for a primitive and for what the table does not hold. */
export const typeRule = (name: string): TypeRule | undefined => TYPES.get(name)

export const RESOURCE_TYPES = [
  'Patient',
  'Organization',
  'Coverage',
  'CoverageEligibilityRequest',
  'CoverageEligibilityResponse',
] as const
export type ResourceType = (typeof RESOURCE_TYPES)[number]

export const resourceTypeOf = (text: unknown): ResourceType | undefined =>
  RESOURCE_TYPES.find((one) => one === text)
