import { INVARIANTS } from './invariants.ts'
import { asObject, type JsonObject } from './json.ts'
import { type Issue, issue } from './outcome.ts'
import { isPrimitive, wrongPrimitive } from './primitives.ts'
import {
  type ElementRule,
  type ResourceType,
  resourceTypeOf,
  type Type,
  type TypeRule,
  typeRule,
} from './types.ts'

/** A Reference that was met on the way. */
export interface Met {
  readonly at: string
  readonly reference: JsonObject
  /** Types that may be referred to; undefined: any. */
  readonly targets: readonly string[] | undefined
}

/** What is wrong with the structure of a resource, and what it refers to. */
export interface Walked {
  readonly issues: readonly Issue[]
  readonly references: readonly Met[]
}

type Property = readonly [name: string, value: unknown]

interface Walk {
  readonly issues: Issue[]
  readonly references: Met[]
}

const wrong = (walk: Walk, ...given: Parameters<typeof issue>) => {
  walk.issues.push(issue(...given))
}

const walkPrimitive = (walk: Walk, value: unknown, { name, among }: Type, at: string) => {
  const reason = wrongPrimitive(name, value)
  if (reason !== undefined) wrong(walk, 'value', at, reason)
  else if (among !== undefined && !among.includes(String(value)))
    wrong(walk, 'code-invalid', at, `one of ${among.join(', ')}`)
}

const walkContained = (walk: Walk, value: unknown, at: string) => {
  const type = resourceTypeOf(asObject(value)?.['resourceType'])
  if (type === undefined) wrong(walk, 'not-supported', at, 'a contained resource of this type')
  else walkResource(walk, value, type, at)
}

const walkOne = (walk: Walk, value: unknown, type: Type, at: string): void => {
  if (isPrimitive(type.name)) walkPrimitive(walk, value, type, at)
  else if (type.name === 'Resource') walkContained(walk, value, at)
  else walkObject(walk, value, type, at)
}

/** The half of a primitive that holds its id and extensions: `_name`. */
const walkShadow = (walk: Walk, value: unknown, { many }: ElementRule, at: string) => {
  const halves = many ? value : [value]
  if (!Array.isArray(halves)) wrong(walk, 'structure', at, 'an array is needed')
  else
    for (const half of halves)
      if (half !== null || !many) walkObject(walk, half, { name: 'Element', among: undefined }, at)
}

const walkElement = (walk: Walk, value: unknown, rule: ElementRule, at: string) => {
  if (!rule.many) {
    if (Array.isArray(value)) wrong(walk, 'structure', at, 'at most one, so no array')
    else walkOne(walk, value, rule.type, at)
    return
  }
  if (!Array.isArray(value)) wrong(walk, 'structure', at, 'an array is needed')
  else if (value.length === 0) wrong(walk, 'structure', at, 'an array is never empty')
  else value.forEach((one, index) => void walkOne(walk, one, rule.type, `${at}[${index}]`))
}

/** The rule for a property, and whether it is the other half of a primitive: `_name`. */
const ruleFor = (rules: TypeRule, name: string) => {
  const own = rules.get(name)
  if (own !== undefined) return { rule: own, isShadow: false }
  const rule = name.startsWith('_') ? rules.get(name.slice(1)) : undefined
  return rule !== undefined && isPrimitive(rule.type.name) ? { rule, isShadow: true } : undefined
}

const walkProperty = (walk: Walk, [name, value]: Property, rules: TypeRule, at: string) => {
  const found = ruleFor(rules, name)
  if (found === undefined) wrong(walk, 'structure', at, `no element '${name}' here`)
  else if (found.isShadow) walkShadow(walk, value, found.rule, `${at}.${found.rule.name}`)
  else walkElement(walk, value, found.rule, `${at}.${name}`)
  return found?.rule
}

const walkProperties = (walk: Walk, properties: readonly Property[], type: string, at: string) => {
  const rules = typeRule(type)
  if (rules === undefined) throw new Error(`no type ${type} in the table`)
  const met = new Map<string, ElementRule>()
  for (const property of properties) {
    const rule = walkProperty(walk, property, rules, at)
    if (rule === undefined) continue
    const other = met.get(rule.choice)
    if (other !== undefined && other !== rule)
      wrong(walk, 'structure', at, `more than one ${rule.choice}`)
    met.set(rule.choice, rule)
  }
  const missing = [...rules.values()].filter(({ choice, required }) => required && !met.has(choice))
  for (const choice of new Set(missing.map((rule) => rule.choice)))
    wrong(walk, 'required', `${at}.${choice}`, 'is mandatory')
}

const walkObject = (walk: Walk, value: unknown, type: Type, at: string): void => {
  const object = asObject(value)
  if (object === undefined) {
    wrong(walk, 'structure', at, 'a JSON object is needed')
    return
  }
  const properties = Object.entries(object)
  if (properties.length === 0) wrong(walk, 'structure', at, 'an object is never empty')
  walkProperties(walk, properties, type.name, at)
  if (type.name === 'Reference')
    walk.references.push({ at, reference: object, targets: type.among })
  for (const { of, holds, says } of INVARIANTS)
    if (of === type.name && !holds(object)) wrong(walk, 'invariant', at, says)
}

const walkResource = (walk: Walk, value: unknown, type: ResourceType, at: string) => {
  const { resourceType: _, ...rest } = { ...asObject(value) }
  walkObject(walk, rest, { name: type, among: undefined }, at)
}

/** Looks at every element of a resource of this type. */
export const walkStructure = (resource: JsonObject, type: ResourceType): Walked => {
  const walk: Walk = { issues: [], references: [] }
  walkResource(walk, resource, type, type)
  return walk
}
