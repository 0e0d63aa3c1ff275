import { hash } from 'node:crypto'
import { type Static, type TSchema, Type } from 'typebox'
import { Check, Errors } from 'typebox/value'
import type { CardKey, Seen, Told } from './told.ts'

const digestOf = (text: string) => hash('sha256', text, 'base64url').slice(0, 22)

/** `value` itself, as one of the schema. Throws where it is none. */
function checked<T extends TSchema>(schema: T, value: unknown): Static<T> {
  if (Check(schema, value)) return value
  throw new Error(`the agent answers what it may not: ${JSON.stringify(Errors(schema, value))}`)
}

const text = Type.String()
const Named = Type.Object({ id: text })
const Verified = Type.Object({ verification: Named })
const Page = Type.Object({ items: Type.Array(Type.Unknown()), cursor: text })
const maybe = Type.Optional(Type.Union([text, Type.Null()]))
const Item = Type.Object({
  type: Type.Enum(['verification', 'note']),
  id: text,
  note: Type.Optional(Type.Object({ kind: text, text: maybe })),
  verification: Type.Optional(
    Type.Object({
      outcome: text,
      patientNumber: maybe,
      arbitraryIdentifier: maybe,
      official: Type.Optional(
        Type.Union([
          Type.Null(),
          Type.Object({
            header: Type.Object({ arbitraryFileIdentifier: Type.Optional(text) }),
            status: maybe,
            validity: maybe,
          }),
        ]),
      ),
      results: Type.Optional(Type.Array(Type.Record(text, Type.Unknown()))),
      patient: Type.Optional(
        Type.Union([
          Type.Null(),
          Type.Object({
            firstSeenHere: Type.Optional(Type.Boolean()),
            insurerChanged: Type.Optional(Type.Boolean()),
          }),
        ]),
      ),
    }),
  ),
})

/** Fields that nobody but the full roles sees, and what beside them a role may not see. */
const SECRET = [
  'insuredCardSymbol',
  'insuredIdentificationNumber',
  'insuredBranchNumber',
  'insuredName',
  'address',
  'postNumber',
  'arbitraryIdentifier',
  'arbitraryFileIdentifier',
  'medicalInstitutionCode',
]
const secrets: Readonly<Record<string, readonly string[]>> = {
  full: [],
  liaison: [...SECRET, 'personalFamilyClassification', 'insuredCertificateIssuanceDate'],
  ward: [...SECRET, 'insurerNumber', 'insurerName', 'text'],
}
export type View = 'full' | 'liaison' | 'ward'

/** The id of the verification that an item holds. Throws where it holds none. */
export const verificationIn = (item: unknown): string => checked(Verified, item).verification.id

/** A page of the feed. Throws where it is none. */
export const pageIn = (body: unknown) => checked(Page, body)

/** An item of the feed, as this view has it. Throws where it is none. */
export function seenIn(item: unknown, view: View): Seen {
  const { id } = checked(Named, item)
  const whole = JSON.stringify(item)
  const leaks = (secrets[view] ?? []).filter((field) => whole.includes(`"${field}":`))
  return { id, digest: digestOf(whole), leaks }
}

/** An item of the feed that has every field. Throws where it is none. */
export function toldIn(item: unknown): Told {
  const { note, verification } = checked(Item, item)
  const { official, results = [], patient } = verification ?? {}
  const outcome = verification?.outcome ?? null
  const question = official?.header.arbitraryFileIdentifier ?? ''
  return {
    ...seenIn(item, 'full'),
    mark: note?.text ?? verification?.arbitraryIdentifier ?? '',
    outcome,
    patientNumber: verification?.patientNumber ?? null,
    card: cardKey(results[0]?.['insurerNumber'], results[0]?.['insuredIdentificationNumber']),
    question,
    face: faceOf({
      question,
      status: official?.status ?? '',
      validity: official?.validity ?? '',
      results: results.map((result) => Object.entries(result)),
    }),
    isForLiaison:
      ['referral', 'assignment', 'acknowledgement'].includes(note?.kind ?? '') ||
      patient?.firstSeenHere === true ||
      patient?.insurerChanged === true ||
      outcome === 'invalid-new-exists',
  }
}

/** Numbers in either width and padding; null where one is missing. */
export function cardKey(insurer: unknown, number: unknown): CardKey | null {
  if (typeof insurer !== 'string' || typeof number !== 'string') return null
  const plain = (part: string) => part.normalize('NFKC').trim().replace(/^0+/, '')
  return `${plain(insurer)}/${plain(number)}`
}

/** What is compared of an answer in a file with the one in the feed. */
export interface Face {
  readonly question: string
  readonly status: string
  readonly validity: string
  /** Names in lowerCamelCase; in any order. */
  readonly results: readonly (readonly (readonly [name: string, value: unknown])[])[]
}

export const faceOf = ({ question, status, validity, results }: Face): string =>
  digestOf(
    JSON.stringify([
      question,
      status,
      validity,
      results.map((fields) => fields.toSorted(([one], [other]) => (one < other ? -1 : 1))),
    ]),
  )
