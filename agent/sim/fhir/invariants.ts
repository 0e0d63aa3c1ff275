import { asObject, type JsonObject } from './json.ts'
import { RESOURCE_TYPES } from './types.ts'

/** A rule over several elements of one type. */
export interface Invariant {
  /** The type of the table. */
  readonly of: string
  holds(value: JsonObject): boolean
  readonly says: string
}

const has = (value: JsonObject, name: string) => value[name] !== undefined
const hasAny = (value: JsonObject, pattern: RegExp) =>
  Object.keys(value).some((name) => pattern.test(name))

/** A date or time at the given precision; end counts to the end of its day, month or year. */
const isOrdered = (start: unknown, end: unknown): boolean => {
  if (typeof start !== 'string' || typeof end !== 'string') return true
  if (start.includes('T') && end.includes('T')) return Date.parse(start) <= Date.parse(end)
  const precision = Math.min(start.length, end.length, 10)
  return start.slice(0, precision) <= end.slice(0, precision)
}

/**
 * Invariants of R4 by their keys, and house rules of this server (`sim-`): an identifier without
 * system or value finds nothing, and an extension that may change the meaning is not understood.
 */
export const INVARIANTS: readonly Invariant[] = [
  {
    of: 'Extension',
    holds: (value) => has(value, 'extension') !== hasAny(value, /^_?value/),
    says: 'ext-1: either extensions or a value',
  },
  {
    of: 'Period',
    holds: ({ start, end }) => isOrdered(start, end),
    says: 'per-1: the start is not after the end',
  },
  {
    of: 'ContactPoint',
    holds: (value) => !has(value, 'value') || has(value, 'system'),
    says: 'cpt-2: a value needs its system',
  },
  {
    of: 'Quantity',
    holds: (value) => !has(value, 'code') || has(value, 'system'),
    says: 'qty-3: a code needs its system',
  },
  {
    of: 'Organization',
    holds: (value) => has(value, 'identifier') || has(value, 'name'),
    says: 'org-1: an identifier or a name',
  },
  {
    of: 'Patient.contact',
    holds: (value) => ['name', 'telecom', 'address', 'organization'].some((one) => has(value, one)),
    says: 'pat-1: at least a name, telecom, address or organization',
  },
  {
    of: 'CoverageEligibilityRequest.insurance',
    holds: ({ coverage }) => asObject(coverage) !== undefined,
    says: 'ces-1: a coverage',
  },
  {
    of: 'Coding',
    holds: (value) => !has(value, 'code') || has(value, 'system'),
    says: 'sim-coding: a code needs its system',
  },
  {
    of: 'Identifier',
    holds: (value) => has(value, 'system') && has(value, 'value'),
    says: 'sim-identifier: a system and a value',
  },
  ...RESOURCE_TYPES.map((of) => ({
    of,
    holds: (value: JsonObject) => !has(value, 'modifierExtension'),
    says: 'sim-modifier: a modifierExtension that this server does not understand',
  })),
]
