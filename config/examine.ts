import { Check, Errors } from 'typebox/schema'
import { type Finding, mistake, show, showKind } from './fault.ts'
import { homesOf, knownKeys, nearest } from './nearest.ts'
import { branchOf, isTable, keyPath, type Shape, type Table } from './shape.ts'

/** Every place where `value` does not fit `shape`, in the order of the schema. */
export function examine(value: unknown, shape: Shape): Finding[] {
  return misfits(value, shape, '', shape)
}

/** What the rules below do not know of a driver’s options is still judged, in the schema’s words. */
function misfits(value: unknown, shape: Shape, key: string, root: Shape): Finding[] {
  const found = inShape(value, shape, key, root)
  if (found.length > 0 || Check(shape, value)) return found
  const [, [first]] = Errors(shape, value)
  const write = `what fits the schema (${first?.message ?? 'see config/README.md'})`
  return [mistake(key, '値の形が違います。', shown(value, shape), write)]
}

function inShape(value: unknown, shape: Shape, key: string, root: Shape): Finding[] {
  if (shape.anyOf) return inUnion(value, shape, key, root)
  if (shape.enum || shape.const !== undefined) return inChoices(value, shape, key)
  switch (shape.type) {
    case 'object':
      return isTable(value) ? inTable(value, shape, key, root) : [wrongKind(value, shape, key)]
    case 'array':
      return Array.isArray(value)
        ? inArray(value, shape, key, root)
        : [wrongKind(value, shape, key)]
    case 'string':
      return typeof value === 'string' ? inText(value, shape, key) : [wrongKind(value, shape, key)]
    case 'integer':
      return inNumber(value, shape, key, Number.isInteger(value))
    case 'number':
      return inNumber(value, shape, key, Number.isFinite(value))
    case 'boolean':
      return typeof value === 'boolean' ? [] : [wrongKind(value, shape, key)]
    default:
      return []
  }
}

function inTable(value: Table, shape: Shape, key: string, root: Shape): Finding[] {
  const properties = shape.properties ?? {}
  const [rest] = Object.values(shape.patternProperties ?? {})
  const present = Object.entries(value).flatMap(([name, child]) => {
    const inner = Object.hasOwn(properties, name) ? properties[name] : rest
    const path = keyPath(key, name)
    return inner ? misfits(child, inner, path, root) : [unknownKey(name, shape, key, root)]
  })
  const missing = (shape.required ?? [])
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => absent(keyPath(key, name), properties[name] ?? {}))
  return [...present, ...missing]
}

function inArray(value: readonly unknown[], shape: Shape, key: string, root: Shape): Finding[] {
  const { items = {}, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = shape
  const inside = value.flatMap((item, i) => misfits(item, items, `${key}[${i}]`, root))
  if (value.length >= minItems && value.length <= maxItems) return inside
  const wanted = value.length < minItems ? `at least ${minItems}` : `no more than ${maxItems}`
  return [mistake(key, '数が合いません。', `${value.length} of them`, wanted), ...inside]
}

function inText(value: string, shape: Shape, key: string): Finding[] {
  const fits =
    value.length >= (shape.minLength ?? 0) &&
    (shape.pattern === undefined || new RegExp(shape.pattern).test(value))
  return fits ? [] : [mistake(key, '値の形が違います。', shown(value, shape), wanted(shape))]
}

function inNumber(value: unknown, shape: Shape, key: string, right: boolean): Finding[] {
  if (typeof value !== 'number' || !right) return [wrongKind(value, shape, key)]
  const { minimum = -Infinity, maximum = Infinity } = shape
  const fits = value >= minimum && value <= maximum
  return fits ? [] : [mistake(key, '値が範囲の外です。', shown(value, shape), wanted(shape))]
}

function inChoices(value: unknown, shape: Shape, key: string): Finding[] {
  const choices = shape.enum ?? [shape.const]
  if (choices.includes(value)) return []
  const near = typeof value === 'string' ? nearest(value, choices.map(String)) : undefined
  const write = `one of ${quoted(choices)}${near === undefined ? '' : ` (did you mean "${near}"?)`}`
  return [mistake(key, '使えない値です。', shown(value, shape), write)]
}

function inUnion(value: unknown, shape: Shape, key: string, root: Shape): Finding[] {
  const tags = (shape.anyOf ?? []).flatMap(({ properties }) => properties?.['driver'] ?? [])
  if (tags.length === 0) return []
  if (!isTable(value)) return [wrongKind(value, { type: 'object' }, key)]
  const branch = branchOf(shape, value)
  if (branch) return misfits(value, branch, key, root)
  const choices = { enum: tags.map((tag) => tag.const) }
  const driver = keyPath(key, 'driver')
  return Object.hasOwn(value, 'driver')
    ? inChoices(value['driver'], choices, driver)
    : [absent(driver, choices)]
}

function unknownKey(name: string, shape: Shape, key: string, root: Shape): Finding {
  const near = nearest(name, knownKeys(shape, undefined))
  const [home] = homesOf(name, root)
  const write =
    near !== undefined
      ? `${keyPath(key, near)} if that is meant`
      : home !== undefined
        ? `it as ${home}, where it belongs`
        : `only known keys here: ${knownKeys(shape, undefined).join(', ')}`
  return mistake(keyPath(key, name), '知らない項目です。', 'a key that is not known here', write)
}

const absent = (key: string, shape: Shape) =>
  mistake(key, '必要な項目がありません。', 'nothing', wanted(shape, key))

function wrongKind(value: unknown, shape: Shape, key: string): Finding {
  return mistake(key, '値の種類が違います。', shown(value, shape), wanted(shape, key, value))
}

const shown = (value: unknown, shape: Shape) =>
  shape['x-secret'] || shape['x-file'] ? showKind(value) : show(value)

const quoted = (choices: readonly unknown[]) =>
  choices.map((choice) => JSON.stringify(choice)).join(', ')

/** What to write for a shape, in words. */
function wanted(shape: Shape, key = '', value?: unknown): string {
  if (shape['x-write'] !== undefined) return shape['x-write']
  if (shape.enum) return `one of ${quoted(shape.enum)}`
  const table = key.replace(/\[\d+\]/g, '')
  switch (shape.type) {
    case 'object':
      return Array.isArray(value) ? `[${table}], in single brackets` : `a table, [${table}]`
    case 'array':
      return shape.items?.type === 'string'
        ? 'texts in brackets, ["...", "..."]'
        : `tables, each under [[${table}]]`
    case 'integer':
    case 'number':
      return `${shape.type === 'integer' ? 'a whole number' : 'a number'}${range(shape)}, without quotes`
    case 'boolean':
      return 'true or false, without quotes'
    default:
      return 'a text in quotes'
  }
}

const range = ({ minimum, maximum }: Shape) =>
  minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`
