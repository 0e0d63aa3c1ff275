import type { Element, Fields } from '../patients/element.ts'

/** The text of a field, '' where it is absent or no text. */
export const textOf = (fields: Fields, name: string): string => {
  const value = fields[name]
  return typeof value === 'string' ? value : ''
}

export const isList = (value: Element): value is readonly Fields[] => Array.isArray(value)

/** The record of this name, empty where it is absent or no record. */
export const recordOf = (fields: Fields, name: string): Fields => {
  const value = fields[name] ?? ''
  return typeof value === 'string' || isList(value) ? {} : value
}

/** The list of this name, empty where it is absent or no list. */
export const listOf = (fields: Fields, name: string): readonly Fields[] => {
  const value = fields[name] ?? ''
  return typeof value === 'string' || !isList(value) ? [] : value
}

/** Without empty texts and records, as ORCA answers. Lists keep their empty records at places. */
export const filled = (fields: Fields): Fields => {
  const kept: { [name: string]: Element } = {}
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') {
      if (value !== '') kept[name] = value
    } else if (isList(value)) {
      if (value.length > 0) kept[name] = value.map(filled)
    } else {
      const inside = filled(value)
      if (Object.keys(inside).length > 0) kept[name] = inside
    }
  }
  return kept
}

/** These names with their texts, '' where absent. */
export type Texts<N extends string> = Readonly<Record<N, string>>

const holdsAll = <N extends string>(names: readonly N[], made: Fields): made is Texts<N> & Fields =>
  names.every((name) => typeof made[name] === 'string')

/** Takes the texts of these names out of the fields. */
export const textsOf = <N extends string>(names: readonly N[], fields: Fields): Texts<N> => {
  const made: { [name: string]: string } = {}
  for (const name of names) made[name] = textOf(fields, name)
  if (!holdsAll(names, made)) throw new Error('a name was not taken')
  return made
}
