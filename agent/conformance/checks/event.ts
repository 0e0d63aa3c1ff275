import { Compile } from 'typebox/schema'
import type { Check } from '../check.ts'
import { readPage } from '../feed.ts'
import { expect, Inapplicable } from '../finding.ts'
import { at, listAt, textAt } from '../json.ts'

const common = { player: 'receipt-computer', section: 'What an event holds' } as const
const MOST = 500

/** Our own list, as the page for vendors has it. */
export const outcomes: readonly string[] = [
  'valid',
  'invalid',
  'invalid-new-exists',
  'not-found',
  'multiple',
  'valid-unregistered',
  'pending',
  'failed',
  'offline',
]
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/
const japaneseTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?\+09:00$/

/** What is wrong with an event, by the contract alone; never says a value. */
export function eventMisfit(event: unknown): string | undefined {
  const type = textAt(event, 'type')
  if (type !== 'verification' && type !== 'note') return 'type: neither verification nor note'
  if (!uuid.test(textAt(event, 'id'))) return 'id: no UUID'
  if (textAt(event, 'cursor') === '') return 'cursor: empty or absent'
  if (!japaneseTime.test(textAt(event, 'at'))) return 'at: no RFC 3339 time with +09:00'
  if (type === 'note' && textAt(event, 'note', 'verificationId') === '')
    return 'note.verificationId: absent'
  return type === 'verification' ? verificationMisfit(at(event, 'verification')) : undefined
}

function verificationMisfit(verification: unknown): string | undefined {
  if (!uuid.test(textAt(verification, 'id'))) return 'verification.id: no UUID'
  if (!outcomes.includes(textAt(verification, 'outcome'))) return 'verification.outcome: unknown'
  // Official values are strings as they came; what a role may not see is absent.
  const official = [
    ...listAt(verification, 'results').map((one, place) => [`results[${place}]`, one] as const),
    ['official.header', at(verification, 'official', 'header') ?? {}] as const,
  ]
  for (const [path, value] of official) {
    const found = nullIn(value, `verification.${path}`)
    if (found !== undefined) return `${found}: null; what may not be seen is absent`
  }
  return undefined
}

/** The path of the first null. */
function nullIn(value: unknown, path: string): string | undefined {
  if (value === null) return path
  if (typeof value !== 'object') return undefined
  for (const [key, part] of Object.entries(value ?? {})) {
    const name = /^[A-Za-z]\w*$/.test(key) ? `.${key}` : `[${/^\d+$/.test(key) ? key : '?'}]`
    const found = nullIn(part, path + name)
    if (found !== undefined) return found
  }
  return undefined
}

/** Says of an event what does not fit the schema that the agent itself publishes. */
export function publishedMisfit(document: unknown): (event: unknown) => string | undefined {
  const components = at(document, 'components')
  const kinds = listAt(components, 'schemas', 'FeedEvent', 'anyOf').map((kind) => ({
    type: textAt(kind, 'properties', 'type', 'const'),
    validator: Compile({
      ...fieldsOf(withoutRequired(kind)),
      components: withoutRequired(components),
    }),
  }))
  return (event) => {
    const fitting = kinds.filter(({ type }) => type === textAt(event, 'type'))
    if (fitting.length === 0) return 'type: not in the document'
    const misfits = fitting.map(({ validator }) => validator.Errors(event)[1])
    if (misfits.some((errors) => errors.length === 0)) return undefined
    const [first] = misfits[0]?.toSorted((a, b) => depth(b) - depth(a)) ?? []
    return `${(first?.instancePath ?? '').replaceAll('/', '.').slice(1)}: ${first?.message ?? ''}`
  }
}

/** What a role may not see is absent, whatever the schema requires; `eventMisfit` knows what may never be. */
function withoutRequired(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutRequired)
  if (typeof schema !== 'object' || schema === null) return schema
  const kept = Object.entries(schema).filter(
    ([key, part]) => key !== 'required' || !Array.isArray(part),
  )
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutRequired(part)]))
}

const depth = ({ instancePath }: { readonly instancePath: string }) =>
  instancePath.split('/').length

const fieldsOf = (value: unknown) =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/** What stands in an event. */
export const eventChecks: readonly Check[] = [
  {
    ...common,
    id: 'event-shape',
    says: 'Each event has the fields that a program rests on; what a role may not see is absent, not null.',
    title: '各イベントには約束の項目があり、見せない項目は null ではなく存在しない',
    run: async ({ agent, history }) => {
      await history()
      const { raw } = await readPage(agent, { limit: MOST })
      raw.forEach((event, place) => {
        const misfit = eventMisfit(event)
        expect(misfit === undefined, 'the shape of an event', `event ${place + 1}: ${misfit}`)
      })
    },
  },
  {
    ...common,
    id: 'event-published',
    says: 'Each event fits the schema that the agent publishes in /openapi.json.',
    title: '各イベントは /openapi.json のスキーマに合う',
    run: async ({ agent, history, document }) => {
      await history()
      const published = await document()
      if (published === null)
        throw new Inapplicable(
          'this token may not read /openapi.json',
          'このトークンでは /openapi.json を読めません。',
        )
      const misfitOf = publishedMisfit(published)
      const { raw } = await readPage(agent, { limit: MOST })
      raw.forEach((event, place) => {
        const misfit = misfitOf(event)
        expect(misfit === undefined, 'the published schema', `event ${place + 1}: ${misfit}`)
      })
    },
  },
]
