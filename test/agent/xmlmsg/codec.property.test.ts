import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { decodeMessage, encodeMessage } from '../../../agent/xmlmsg/codec.ts'
import { decodeCp932, encodeCp932 } from '../../../agent/xmlmsg/cp932.ts'
import type { Field, Group } from '../../../agent/xmlmsg/layout.ts'
import { formats, type MessageKind } from '../../../agent/xmlmsg/messages.ts'
import { sample, samples } from './samples.ts'

type Node = { element: string; text: string } | { element: string; children: Node[] }

const cp932 = [...repertoire()]
function* repertoire() {
  for (let code = 0x20; code <= 0xffff; code += 1) {
    const character = String.fromCharCode(code)
    const bytes = encodeCp932(character)
    if (typeof bytes !== 'number' && decodeCp932(bytes) === character) yield character
  }
}
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...cp932), maxLength: 8 }),
  fc.stringMatching(/^ {0,3}[0-9]{0,8}$/),
  fc.constantFrom('', ' ', '●', '髙﨑', 'ｶﾞ', '&<>]]>', '\r\n', '<Name>', '&amp;'),
)
const unknownNode: fc.Arbitrary<Node> = fc.record({
  element: fc.constantFrom('New', 'Unknown', '__proto__', 'constructor', 'XmlMsg', '新'),
  text,
})

/** A message of `group` as a tree of elements: some of the fields, in any order. */
function treeOf(element: string, group: Group): fc.Arbitrary<Node> {
  const fields = group.fields.map((field) =>
    fc.option(nodesOf(field), { nil: [], freq: 2, depthSize: 'max' }),
  )
  return fc
    .tuple(fc.tuple(...fields), fc.array(unknownNode, { maxLength: 1 }))
    .map(([known, unknown]) => [...known.flat(), ...unknown])
    .chain((children) => fc.shuffledSubarray(children, { minLength: children.length }))
    .map((children) => ({ element, children }))
}

function nodesOf(field: Field): fc.Arbitrary<Node[]> {
  const { element } = field
  const leaf = text.map((value): Node => ({ element, text: value }))
  const some = { minLength: 1, maxLength: 2 }
  if (field.is === 'text') return leaf.map((node) => [node])
  if (field.is === 'texts') return fc.array(leaf, some)
  const item = treeOf(field.is === 'list' ? field.item : element, field.group)
  if (field.is === 'group') return item.map((node) => [node])
  if (field.is === 'groups') return fc.array(item, some)
  return fc.array(item, { maxLength: 2 }).map((children) => [{ element, children }])
}

const escaped = (value: string) =>
  value.replace(/[&<>\r]/g, (character) => `&#${character.charCodeAt(0)};`)
const xmlOf = (node: Node): string =>
  `<${node.element}>${
    'text' in node ? escaped(node.text) : `\n ${node.children.map(xmlOf).join('\r\n\t')} `
  }</${node.element}>`

/** What a node should decode to, worked out from the tree alone. */
function meaningOf(node: Node, group: Group): unknown {
  if ('text' in node) return node.text
  const entries = new Map<string, unknown>()
  const unknown: unknown[] = []
  for (const child of node.children) {
    const field = group.fields.find(({ element }) => element === child.element)
    if (field === undefined)
      unknown.push({ name: child.element, text: 'text' in child && child.text })
    else entries.set(field.property, fieldValue(child, field, entries.get(field.property)))
  }
  if (unknown.length > 0) entries.set('unknown', unknown)
  return Object.fromEntries(entries)
}

function fieldValue(node: Node, field: Field, before: unknown): unknown {
  const earlier = Array.isArray(before) ? before : []
  if (field.is === 'text') return 'text' in node && node.text
  if (field.is === 'texts') return [...earlier, 'text' in node && node.text]
  if (field.is === 'group') return meaningOf(node, field.group)
  if (field.is === 'groups') return [...earlier, meaningOf(node, field.group)]
  return 'children' in node && node.children.map((item) => meaningOf(item, field.group))
}

const kinds: readonly MessageKind[] = [
  'eligibilityRequest',
  'eligibilityAnswer',
  'bulkRequest',
  'bulkAccepted',
  'bulkFetch',
  'bulkAnswer',
  'referenceNumberRequest',
  'referenceNumberAnswer',
  'consentListRequest',
]

for (const kind of kinds) {
  test(`${kind}: any fields in any order and charset decode to what was written, and go back`, () => {
    const charset = fc.constantFrom('UTF-8', 'Shift_JIS')
    const { layout } = formats[kind]
    fc.assert(
      fc.property(treeOf('XmlMsg', layout), charset, (tree, declared) => {
        const xml = `<?xml version="1.0" encoding="${declared}"?>\n${xmlOf(tree)}\n`
        const bytes = declared === 'UTF-8' ? Buffer.from(xml) : encodeCp932(xml)
        assert.ok(typeof bytes !== 'number')
        const { message } = decodeMessage(kind, bytes)
        assert.deepEqual(message, meaningOf(tree, layout))
        for (const other of ['UTF-8', 'Shift_JIS'] as const) {
          const again = decodeMessage(kind, encodeMessage(kind, message, other))
          assert.deepEqual(again, { message, charset: other })
        }
      }),
      { numRuns: 500 },
    )
  })
}

/** The decoded message, or undefined when it is refused with one of the codec's own faults. */
function decoded(kind: MessageKind, bytes: Uint8Array) {
  try {
    return decodeMessage(kind, bytes)
  } catch (error) {
    assert.ok(error instanceof AgentError, String(error))
    assert.match(error.code, /^ANSWER_(NOT_XML|MALFORMED)$/)
    return undefined
  }
}

test('a message cut at any byte before its end is refused', () => {
  for (const { kind, bytes } of samples) {
    const end = Buffer.from(bytes).lastIndexOf('>') + 1
    for (let length = 0; length < end; length += 1) {
      assert.equal(decoded(kind, bytes.subarray(0, length)), undefined, `cut at ${length}`)
    }
    assert.ok(decoded(kind, bytes.subarray(0, end)))
  }
})

/** The message with every text blanked: what a flip inside a text may not change. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return ''
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, shapeOf(child)]))
}

/** How many texts differ between two messages of one shape. */
function differences(a: unknown, b: unknown): number {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
    return a === b ? 0 : 1
  }
  const other = new Map<string, unknown>(Object.entries(b))
  return Object.entries(a).reduce(
    (sum, [key, child]) => sum + differences(child, other.get(key)),
    0,
  )
}

test('a flipped byte is refused, or changes that one text, or nothing', () => {
  for (const [number, kind] of [
    ['03', 'eligibilityAnswer'],
    ['11', 'bulkRequest'],
  ] as const) {
    const bytes = sample(number)
    const { message } = decodeMessage(kind, bytes)
    for (let index = 0; index < bytes.length; index += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = Uint8Array.from(bytes)
        flipped[index] = (bytes[index] ?? 0) ^ (1 << bit)
        const got = decoded(kind, flipped)
        if (got === undefined) continue
        assert.deepEqual(shapeOf(got.message), shapeOf(message), `byte ${index} bit ${bit}`)
        assert.ok(differences(got.message, message) <= 1, `byte ${index} bit ${bit}`)
      }
    }
  }
})

test('arbitrary damage never crashes: an answer or one of three faults', () => {
  const damage = fc.array(
    fc.record({ at: fc.nat(), cut: fc.nat(30), put: fc.uint8Array({ maxLength: 6 }) }),
    { minLength: 1, maxLength: 4 },
  )
  fc.assert(
    fc.property(fc.constantFrom(...samples), damage, ({ kind, bytes }, edits) => {
      let damaged = Buffer.from(bytes)
      for (const { at, cut, put } of edits) {
        const start = at % (damaged.length + 1)
        damaged = Buffer.concat([damaged.subarray(0, start), put, damaged.subarray(start + cut)])
      }
      decoded(kind, damaged)
    }),
    { numRuns: 2_000 },
  )
})

test('arbitrary markup never crashes', () => {
  const piece = fc.constantFrom(
    ...['<XmlMsg>', '</XmlMsg>', '<A>', '</A>', '<A/>', '<', '>', '&', ';', '&#x41;', '<![CDATA['],
    ...[
      ']]>',
      '<!--',
      '-->',
      '<?',
      '?>',
      '<!DOCTYPE',
      '[',
      ']',
      '"',
      "'",
      '=',
      ' ',
      'a',
      '漢',
      '𠮷',
    ],
    ...['<MessageBody>', '</MessageBody>', '<ResultList>', '</ResultList>', '\0', '\r', '\ufeff'],
  )
  const markup = fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join('')))
  fc.assert(
    fc.property(markup, (bytes) => {
      decoded('eligibilityAnswer', bytes)
      decoded('eligibilityAnswer', Buffer.concat([Buffer.from('<XmlMsg>'), bytes]))
    }),
    { numRuns: 5_000 },
  )
})
