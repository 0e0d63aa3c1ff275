import { parse } from 'smol-toml'
import { Check } from 'typebox/schema'
import { Answers, answersShape } from './answers.ts'
import { aboutAnswers } from './answers-rules.ts'
import { complete } from './complete.ts'
import { examine } from './examine.ts'
import type { Finding } from './fault.ts'
import { isTable, type Shape, type Table } from './shape.ts'

/** `lines[0].name` taken apart. */
const stepsOf = (key: string): (string | number)[] =>
  key.split('.').flatMap((part) => {
    const [, name = '', index] = /^([^[]+)(?:\[(\d+)\])?$/.exec(part) ?? []
    return index === undefined ? [name] : [name, Number(index)]
  })

/** What stands at a key of half finished answers; undefined where nothing does. Pure. */
export function answerAt(draft: Table, key: string): unknown {
  let found: unknown = draft
  for (const step of stepsOf(key)) {
    if (typeof step === 'number') found = Array.isArray(found) ? found[step] : undefined
    else found = isTable(found) ? found[step] : undefined
  }
  return found
}

/** The same answers with another one at a key; undefined takes it away. Pure. */
export function withAnswer(draft: Table, key: string, value: unknown): Table {
  const changed = placed(draft, stepsOf(key), value)
  return isTable(changed) ? changed : {}
}

function placed(at: unknown, steps: readonly (string | number)[], value: unknown): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return value
  if (typeof step === 'number') {
    const items: unknown[] = Array.isArray(at) ? [...at] : []
    items[step] = placed(items[step], rest, value)
    return items
  }
  const { [step]: before, ...others } = isTable(at) ? at : {}
  const after = placed(before, rest, value)
  return after === undefined ? others : { ...others, [step]: after }
}

/** What is wrong with one answer, beside the others that are there. Pure. */
export function refusalOf(draft: Table, key: string, value: unknown): Finding | undefined {
  const shape = shapeAt(key)
  if (shape === undefined) throw new Error(`no answer ${key}`)
  const [misfit] = examine(value, shape)
  if (misfit !== undefined) return misfit
  const known = aboutAnswers(wholeAnswers(draft)).map(({ field }) => field)
  // What another answer lacks beside this one is asked next.
  return aboutAnswers(wholeAnswers(withAnswer(draft, key, value))).find(
    ({ field, found }) => !known.includes(field) && (field === key || found !== 'nothing'),
  )
}

function shapeAt(key: string): Shape | undefined {
  let shape: Shape | undefined = answersShape
  for (const step of stepsOf(key))
    shape = typeof step === 'number' ? shape?.items : shape?.properties?.[step]
  return shape
}

/** Whether the answer at a key names a file or a folder. Pure. */
export const isFileAt = (key: string): boolean => shapeAt(key)?.['x-file'] !== undefined

/** What is only half known (a line, a card face) is left out: it is not answered yet. */
export function wholeAnswers(draft: Table): Answers {
  const whole = Object.fromEntries(
    Object.entries(draft).flatMap(([name, value]) => {
      const kept = wholePart(value, answersShape.properties?.[name] ?? {})
      return kept === undefined ? [] : [[name, kept]]
    }),
  )
  const { value } = complete(whole, answersShape, '/', {})
  if (Check(Answers, value)) return value
  throw new Error('an answer was taken that fits no schema')
}

function wholePart(value: unknown, shape: Shape): unknown {
  if (isTable(value)) return isWhole(value, shape) ? value : undefined
  const { items, minItems = 0 } = shape
  if (items === undefined || !Array.isArray(value)) return value
  const kept = value.filter((one) => isWhole(one, items))
  return kept.length < minItems ? undefined : kept
}

/** Defaults are filled in. */
const isWhole = (value: unknown, { required = [], properties = {} }: Shape) =>
  required.every(
    (key) => properties[key]?.default !== undefined || (isTable(value) && value[key] !== undefined),
  )

/** The `[[readers]]` of a piece of TOML, as `onshi-agent readers` prints them. Pure. */
export function readersIn(toml: string): Table[] {
  const found: unknown = parse(toml)['readers']
  return Array.isArray(found) ? found.filter(isTable) : []
}
