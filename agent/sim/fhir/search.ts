import {
  type Bank,
  identifierKey,
  referenceKey,
  referencesIn,
  relativeTo,
  type Stored,
} from './bank.ts'
import { identifiersOf, type JsonObject } from './json.ts'
import { type Issue, issue } from './outcome.ts'
import type { ResourceType } from './types.ts'

/** How a parameter looks at a resource. */
type Kind =
  | { readonly is: 'id' }
  | { readonly is: 'identifier' }
  | { readonly is: 'code'; readonly element: string }
  | { readonly is: 'reference'; readonly element: string; readonly target: string }

const IDENTIFIER: Kind = { is: 'identifier' }
const STATUS: Kind = { is: 'code', element: 'status' }
const PATIENT: Kind = { is: 'reference', element: 'patient', target: 'Patient' }
const BENEFICIARY: Kind = { is: 'reference', element: 'beneficiary', target: 'Patient' }

const PARAMETERS: Readonly<Record<ResourceType, Readonly<Record<string, Kind>>>> = {
  Patient: { identifier: IDENTIFIER, gender: { is: 'code', element: 'gender' } },
  Organization: { identifier: IDENTIFIER },
  Coverage: {
    identifier: IDENTIFIER,
    status: STATUS,
    beneficiary: BENEFICIARY,
    patient: BENEFICIARY,
    payor: { is: 'reference', element: 'payor', target: 'Organization' },
  },
  CoverageEligibilityRequest: { identifier: IDENTIFIER, status: STATUS, patient: PATIENT },
  CoverageEligibilityResponse: {
    identifier: IDENTIFIER,
    status: STATUS,
    patient: PATIENT,
    outcome: { is: 'code', element: 'outcome' },
    request: { is: 'reference', element: 'request', target: 'CoverageEligibilityRequest' },
  },
}

/** Parameters that say how to answer. */
const OF_THE_ANSWER = ['_format', '_count', '_total']

export const parametersOf = (type: ResourceType): readonly string[] => [
  '_id',
  ...Object.keys(PARAMETERS[type]),
]

export type Found =
  | {
      readonly is: 'found'
      readonly matches: readonly Stored[]
      /** The parameters that were looked at, as the self link shows them. */
      readonly used: URLSearchParams
    }
  | { readonly is: 'refused'; readonly status: number; readonly issue: Issue }

const refused = (status: number, ...given: Parameters<typeof issue>): Found => ({
  is: 'refused',
  status,
  issue: issue(...given),
})

/** Marks that are not escaped by a backslash. */
const COMMA = /(?<!\\),/u
const BAR = /(?<!\\)\|/u
const unescaped = (text: string) => text.replaceAll(/\\([\\,|$])/gu, '$1')

/** A value as its parameter's kind reads it; undefined when it cannot. */
interface Term {
  /** In the bank's index, where it has one for this. */
  readonly key: string | undefined
  matches(resource: JsonObject): boolean
}

const identifierTerm = (text: string): Term | undefined => {
  const [first = '', second, ...rest] = text.split(BAR).map(unescaped)
  if (rest.length > 0) return undefined
  const value = second ?? first
  const system = second === undefined ? undefined : first
  if (value === '') return undefined
  return {
    key: system === undefined ? undefined : identifierKey({ system, value }),
    matches: (resource) =>
      identifiersOf(resource).some(
        (one) => one.value === value && (system === undefined || one.system === system),
      ),
  }
}

const referenceTerm = (
  { element, target }: { readonly element: string; readonly target: string },
  text: string,
  base: string,
): Term => {
  const relative = relativeTo(base, unescaped(text))
  const wanted = relative.includes('/') ? relative : `${target}/${relative}`
  return {
    key: referenceKey(element, wanted),
    matches: (resource) => referencesIn(resource[element], base).includes(wanted),
  }
}

const termOf = (kind: Kind, text: string, base: string): Term | undefined => {
  switch (kind.is) {
    case 'id':
      return { key: undefined, matches: ({ id }) => id === unescaped(text) }
    case 'identifier':
      return identifierTerm(text)
    case 'code':
      return { key: undefined, matches: (resource) => resource[kind.element] === unescaped(text) }
    case 'reference':
      return referenceTerm(kind, text, base)
  }
}

/** All of the lists must match, each by one of its terms. */
type Terms = readonly (readonly Term[])[]

const candidates = (bank: Bank, type: ResourceType, terms: Terms): readonly Stored[] => {
  const indexed = terms.find((list) => list.every(({ key }) => key !== undefined))
  if (indexed === undefined) return bank.all(type)
  return [...new Set(indexed.flatMap(({ key }) => bank.find(type, key ?? '')))]
}

export interface Search {
  readonly type: ResourceType
  readonly parameters: URLSearchParams
  /** `Prefer: handling=strict`: an unknown parameter is an error; else it is not looked at. */
  readonly strict: boolean
}

/** Matches of a search, in no certain order. */
export const search = ({ type, parameters, strict }: Search, bank: Bank, base: string): Found => {
  const kinds = new Map<string, Kind>([['_id', { is: 'id' }], ...Object.entries(PARAMETERS[type])])
  const used = new URLSearchParams()
  const terms: (readonly Term[])[] = []
  for (const [name, text] of parameters) {
    if (OF_THE_ANSWER.includes(name)) continue
    const kind = kinds.get(name)
    if (kind === undefined) {
      if (strict || name.includes(':') || name.includes('.'))
        return refused(400, 'not-supported', '', `no search parameter '${name}' on ${type}`)
      continue
    }
    const list = text.split(COMMA).map((one) => termOf(kind, one, base))
    const good = list.filter((one) => one !== undefined)
    if (text === '' || good.length < list.length)
      return refused(400, 'value', '', `the search parameter '${name}' cannot be read`)
    terms.push(good)
    used.append(name, text)
  }
  const matches = candidates(bank, type, terms).filter(({ resource }) =>
    terms.every((list) => list.some((term) => term.matches(resource))),
  )
  return { is: 'found', matches, used }
}

/** More than this is refused: the simulator has no pages. */
const MOST = 1000

/** The searchset Bundle, or why it is not given. */
export const searchset = (
  type: ResourceType,
  found: Extract<Found, { is: 'found' }>,
  base: string,
): { readonly bundle: JsonObject } | { readonly issue: Issue } => {
  const { matches, used } = found
  if (matches.length > MOST)
    return { issue: issue('too-costly', '', `more than ${MOST} matches, and there are no pages`) }
  const query = used.size === 0 ? '' : `?${used}`
  return {
    bundle: {
      resourceType: 'Bundle',
      type: 'searchset',
      total: matches.length,
      link: [{ relation: 'self', url: `${base}/${type}${query}` }],
      entry: matches.map(({ id, resource }) => ({
        fullUrl: `${base}/${type}/${id}`,
        resource,
        search: { mode: 'match' },
      })),
    },
  }
}
