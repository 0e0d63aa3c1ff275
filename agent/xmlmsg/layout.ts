import { type TObject, type TSchema, Type } from 'typebox'

/** The root element of every official message. */
export const ROOT = 'XmlMsg'

/** An element with named children, in the order in which they are written. */
export interface Group {
  readonly fields: readonly Field[]
  readonly byElement: ReadonlyMap<string, Field>
}

/**
 * A known element. `text` and `group`: the element is the value. `texts` and `groups`: the element
 * comes once per array item. `list`: the element wraps one `item` element per array item.
 */
export type Field = TextField | RepeatedTextField | GroupField | RepeatedGroupField | ListField

interface Named {
  readonly property: string
  readonly element: string
}
interface TextField extends Named {
  readonly is: 'text'
}
interface RepeatedTextField extends Named {
  readonly is: 'texts'
}
interface GroupField extends Named {
  readonly is: 'group'
  readonly group: Group
}
interface RepeatedGroupField extends Named {
  readonly is: 'groups'
  readonly group: Group
}
export interface ListField extends Named {
  readonly is: 'list'
  readonly item: string
  readonly group: Group
}

/** The property that keeps what a record did not know. */
export const UNKNOWN = 'unknown'

/**
 * The element tables of one schema, made once. A property is its element with a small first letter;
 * an array carries `item` (it wraps) or `repeated: true` (it repeats). Anything else in a schema is
 * a mistake in it.
 */
export function layoutOf(schema: TObject): Group {
  const fields = Object.entries(schema.properties)
    .filter(([property]) => property !== UNKNOWN)
    .map(([property, child]) => fieldOf(property, child))
  return { fields, byElement: new Map(fields.map((field) => [field.element, field])) }
}

function fieldOf(property: string, schema: TSchema): Field {
  const element = property.charAt(0).toUpperCase() + property.slice(1)
  if (Type.IsString(schema)) return { is: 'text', property, element }
  if (Type.IsObject(schema)) return { is: 'group', property, element, group: layoutOf(schema) }
  if (Type.IsArray(schema)) return arrayOf(property, element, schema, schema.items)
  throw new TypeError(`${property}: an element holds text, elements, or a list of them`)
}

function arrayOf(property: string, element: string, schema: TSchema, items: TSchema): Field {
  const group = Type.IsObject(items) ? layoutOf(items) : undefined
  if ('repeated' in schema && schema.repeated === true) {
    if (group !== undefined) return { is: 'groups', property, element, group }
    if (Type.IsString(items)) return { is: 'texts', property, element }
  }
  if ('item' in schema && typeof schema.item === 'string' && group !== undefined) {
    return { is: 'list', property, element, item: schema.item, group }
  }
  throw new TypeError(`${property}: an array names its item element or repeats`)
}
