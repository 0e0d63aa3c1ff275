import { type Audience, type FieldRoles, fieldRoles, verificationRoles } from './field-roles.ts'
import { isForLiaison, type News } from './handover.ts'
import { isFull, type NarrowRole, narrowRole, type Role, seesHeld } from './roles.ts'

/**
 * An item of the feed as a role sees it: fields that it may not see are absent, those without a row
 * in the field × role table too. Null where it may not see the item. `item` is JSON text in UTF-8;
 * so is what comes back. The one way by which patient data leaves for a consumer.
 */
export function maskItem(item: Uint8Array, role: Role): Uint8Array | null {
  if (isFull(role) && (seesHeld(role) || !isHeld(item))) return item
  const event: unknown = JSON.parse(Buffer.from(item).toString())
  if (isFull(role)) return bytesOf(withoutHeld(event))
  const narrow = narrowRole(role)
  if (narrow === undefined || (narrow === 'liaison' && !isForLiaison(newsIn(event)))) return null
  return narrowed(event, narrow)
}

/**
 * A verification that was handed over to the liaison office: it sees whom it is to take care of, also
 * where nothing but the tick of a referral says so. To other roles it is what it always is.
 */
export function maskHandedOver(item: Uint8Array, role: Role): Uint8Array | null {
  if (narrowRole(role) !== 'liaison') return maskItem(item, role)
  return narrowed(JSON.parse(Buffer.from(item).toString()), 'liaison')
}

const narrowed = (event: unknown, role: NarrowRole): Uint8Array =>
  bytesOf(masked(withoutBlind(withoutHeld(event), role), fieldRoles, role))

const bytesOf = (event: unknown) => Buffer.from(JSON.stringify(event))

const liaisonKinds = ['referral', 'assignment', 'acknowledgement'] as const

function newsIn(event: unknown): News {
  const { verification, note } = fieldsOf(event)
  const { patient, outcome } = fieldsOf(verification)
  const { firstSeenHere, insurerChanged } = fieldsOf(patient)
  return {
    patient: { firstSeenHere: firstSeenHere === true, insurerChanged: insurerChanged === true },
    outcome: outcome === 'invalid-new-exists' ? outcome : null,
    noteKind: liaisonKinds.find((kind) => kind === fieldsOf(note)['kind']) ?? null,
  }
}

/** `"held":true` is written by us, without spaces; in a text of the answer its quotes are escaped. */
const HELD = Buffer.from('"held":true')
const isHeld = (item: Uint8Array) =>
  Buffer.from(item.buffer, item.byteOffset, item.byteLength).includes(HELD)

/** A held verification keeps its place, and says nothing of whom it may be about. */
function withoutHeld(event: unknown): unknown {
  const { verification } = fieldsOf(event)
  if (fieldsOf(verification)['held'] !== true) return event
  const { advisories, ...rest } = fieldsOf(verification)
  return {
    ...fieldsOf(event),
    verification: {
      ...rest,
      results: [],
      patient: null,
      identity: null,
      history: null,
      consents: null,
      advisories: listOf(advisories).filter((one) => fieldsOf(one)['field'] === null),
    },
  }
}

/** What an advisory points at is what it speaks of: who may not see the one does not see the other. */
function withoutBlind(event: unknown, role: NarrowRole): unknown {
  const { verification } = fieldsOf(event)
  if (!isObject(verification)) return event
  const advisories = listOf(verification['advisories']).filter((one) =>
    maySeeField(fieldsOf(one)['field'], role),
  )
  return { ...fieldsOf(event), verification: { ...verification, advisories } }
}

/** `field`: path in a verification, `results[0].name`; null: of the whole. */
function maySeeField(field: unknown, role: NarrowRole): boolean {
  if (typeof field !== 'string') return true
  let rule: Audience | FieldRoles | undefined = verificationRoles
  for (const name of field.replace(/\[\d+\]/g, '').split('.')) {
    if (rule === undefined || isAudience(rule)) break
    rule = Object.hasOwn(rule, name) ? rule[name] : undefined
  }
  return rule !== undefined && isSeenBy(rule, role)
}

/** Of a group: whether anything of it is seen. */
const isSeenBy = (rule: Audience | FieldRoles, role: NarrowRole): boolean =>
  isAudience(rule) ? rule.includes(role) : Object.values(rule).some((one) => isSeenBy(one, role))

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** What a narrow role sees of a value of the table's shape; of one of another shape, nothing. */
export function masked(value: unknown, table: FieldRoles, role: NarrowRole): unknown {
  if (Array.isArray(value)) return value.map((one) => masked(one, table, role))
  if (!isObject(value)) return null
  const fields = Object.entries(value).flatMap(([name, field]) => {
    const rule = Object.hasOwn(table, name) ? table[name] : undefined
    // A group that is there and empty would still say that there is one: that an address changed.
    if (rule === undefined || !isSeenBy(rule, role)) return []
    if (!isAudience(rule)) return [[name, masked(field, rule, role)]]
    return isPlain(field) ? [[name, field]] : []
  })
  return Object.fromEntries(fields)
}

/** A value, or a list of values: nothing that has fields of its own. */
const isPlain = (value: unknown): boolean =>
  Array.isArray(value) ? !value.some(isObject) : !isObject(value)

export const isAudience = (rule: Audience | FieldRoles): rule is Audience => Array.isArray(rule)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isObject(value) ? value : {}
