import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { AgentError } from '../kernel/errors.ts'
import type { UnknownElement } from '../kernel/official.ts'
import { type Field, type Group, type ListField, ROOT, UNKNOWN } from './layout.ts'
import { xml10 } from './xml10.ts'

/** The documented messages are at most 7 deep. */
const DEPTH_LIMIT = 32

type Fields = Record<string, unknown>

/** An open element of the schema. */
interface GroupFrame {
  readonly is: 'group'
  readonly group: Group
  readonly value: Fields
  unknown: UnknownElement[] | undefined
}

/** An open element that holds elements. One that holds text is the reader's `#leaf`. */
type Frame =
  | GroupFrame
  | {
      readonly is: 'list'
      readonly field: ListField
      readonly items: unknown[]
      readonly owner: GroupFrame
    }
  | { readonly is: 'unknown'; readonly element: UnknownElement; text: string }

/**
 * XML text to a value of `group`, by element name, in any order. What could read as a wrong value
 * is refused with `ANSWER_MALFORMED`: ill-formed or cut XML, DTDs, attributes below the root, text
 * beside elements, elements in text, a second element where one is documented.
 */
export function readXml(text: string, group: Group, elementLimit: number): unknown {
  return new Reader(group, elementLimit).read(text)
}

class Reader {
  readonly #parser = new SaxesParser(xml10)
  readonly #root: Group
  readonly #value: Fields = {}
  readonly #outer: Frame[] = []
  #elementsLeft: number
  #frame: Frame | undefined
  #leaf: Field | undefined
  #text = ''

  constructor(root: Group, elementLimit: number) {
    this.#root = root
    this.#elementsLeft = elementLimit
    // The parser's own words may quote the message, so they go no further.
    this.#parser.on('error', () => this.#refuse('it is not well-formed XML'))
    this.#parser.on('doctype', () => this.#refuse('it holds a DTD'))
    this.#parser.on('attribute', () => this.#refuseBelowRoot())
    this.#parser.on('opentag', (tag) => this.#open(tag))
    this.#parser.on('closetag', () => this.#close())
    this.#parser.on('text', (text) => this.#take(text))
    this.#parser.on('cdata', (text) => this.#take(text))
  }

  read(text: string): Fields {
    this.#parser.write(text).close()
    return this.#value
  }

  #open(tag: SaxesTagPlain): void {
    const frame = this.#frame
    this.#elementsLeft -= 1
    if (this.#elementsLeft < 0) this.#refuse('it holds too many elements')
    if (this.#leaf !== undefined) this.#refuse('an element stands inside text')
    if (frame === undefined) {
      if (tag.name !== ROOT) this.#refuse(`its root is not ${ROOT}`)
      this.#pushGroup(this.#root, this.#value)
      return
    }
    if (frame.is === 'group') this.#openField(frame, tag.name)
    else if (frame.is === 'list') this.#openItem(frame, tag.name)
    else {
      frame.element.children ??= []
      this.#openUnknown(frame.element.children, tag.name)
    }
  }

  #openField(frame: GroupFrame, name: string): void {
    const { group, value } = frame
    const field = group.byElement.get(name)
    if (field === undefined) {
      this.#openUnknown(unknownOf(frame), name)
      return
    }
    const { property } = field
    const repeats = field.is === 'texts' || field.is === 'groups'
    if (!repeats && value[property] !== undefined) this.#refuse('an element comes twice')
    switch (field.is) {
      case 'text':
      case 'texts':
        this.#leaf = field
        this.#text = ''
        break
      case 'list':
        this.#push({ is: 'list', field, items: itemsOf(value, property), owner: frame })
        break
      case 'group':
        value[property] = this.#pushGroup(field.group, {})
        break
      case 'groups':
        itemsOf(value, property).push(this.#pushGroup(field.group, {}))
        break
    }
  }

  #openItem({ field, items, owner }: Frame & { is: 'list' }, name: string): void {
    if (name === field.item) {
      items.push(this.#pushGroup(field.group, {}))
      return
    }
    // An array has no room for what it does not know: its owner keeps it, under the wrapper's name.
    const kept = unknownOf(owner)
    let wrapper = kept.find((element) => element.name === field.element)
    if (wrapper === undefined) {
      wrapper = { name: field.element }
      kept.push(wrapper)
    }
    wrapper.children ??= []
    this.#openUnknown(wrapper.children, name)
  }

  #openUnknown(siblings: UnknownElement[], name: string): void {
    const element: UnknownElement = { name }
    siblings.push(element)
    this.#push({ is: 'unknown', element, text: '' })
  }

  #pushGroup(group: Group, value: Fields): Fields {
    this.#push({ is: 'group', group, value, unknown: undefined })
    return value
  }

  #push(frame: Frame): void {
    if (this.#outer.length >= DEPTH_LIMIT) this.#refuse('it is nested too deep')
    if (this.#frame !== undefined) this.#outer.push(this.#frame)
    this.#frame = frame
  }

  #close(): void {
    const leaf = this.#leaf
    const frame = this.#frame
    if (leaf !== undefined && frame?.is === 'group') {
      if (leaf.is === 'texts') itemsOf(frame.value, leaf.property).push(this.#text)
      else frame.value[leaf.property] = this.#text
      this.#leaf = undefined
      return
    }
    if (frame?.is === 'unknown') {
      if (frame.element.children === undefined) frame.element.text = frame.text
      else if (!isBlank(frame.text)) this.#refuse('text stands beside elements')
    }
    this.#frame = this.#outer.pop()
  }

  #take(text: string): void {
    if (this.#leaf !== undefined) this.#text += text
    else if (this.#frame?.is === 'unknown') this.#frame.text += text
    else if (!isBlank(text)) this.#refuse('text stands beside elements')
  }

  /** On the root they are name spaces and schema places; anywhere else they could change a value. */
  #refuseBelowRoot(): void {
    if (this.#frame !== undefined) this.#refuse('an element has attributes')
  }

  #refuse(why: string): never {
    const { line, column } = this.#parser
    throw new AgentError('ANSWER_MALFORMED', `the message is refused: ${why}`, {
      facts: { line, column },
    })
  }
}

/** The array under `property`, made when it is not there. */
function itemsOf(value: Fields, property: string): unknown[] {
  const items = value[property]
  if (Array.isArray(items)) return items
  const made: unknown[] = []
  value[property] = made
  return made
}

function unknownOf(frame: GroupFrame): UnknownElement[] {
  if (frame.unknown === undefined) {
    frame.unknown = []
    frame.value[UNKNOWN] = frame.unknown
  }
  return frame.unknown
}

/** White space as XML has it; a full-width space is text. */
function isBlank(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code !== 0x20 && code !== 0x0a && code !== 0x09 && code !== 0x0d) return false
  }
  return true
}
