import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Static, Type } from 'typebox'
import type { AuditAction } from '../kernel/audit-actions.ts'

/** Who did what to what; ids and words, no patient data. `at` is epoch ms. */
export const AuditRecord = Type.Object({
  id: Type.String(),
  at: Type.Integer(),
  /** Id of a consumer or of a member of staff, `agent`, or `console`. */
  actor: Type.String(),
  action: Type.String(),
  subject: Type.String(),
})
export type AuditRecord = Static<typeof AuditRecord>

/** One that this release writes: its action has a text. */
export type AuditEntry = AuditRecord & { readonly action: AuditAction }

/** A record where it stands in the trail: from 1 on, without a gap. */
export interface ChainedRecord extends AuditRecord {
  readonly seq: number
  /** Null: written by a release that knows no chain, and not yet taken into it. */
  readonly hash: Uint8Array | null
}

/** Where a trail has come to. */
export interface AuditHead {
  /** 0: there is no record. */
  readonly seq: number
  readonly hash: Uint8Array
}

/** What the first record of a trail is chained to. */
export const NO_HASH: Uint8Array = new Uint8Array(32)

/**
 * Its own key, not the database's, so that a rotation of that one leaves every hash as it is. It is
 * kept inside the database: who cannot open that can forge no record, journal line or anchor.
 */
export const newAuditKey = (): Buffer => randomBytes(32)

/**
 * HMAC-SHA256 over the hash before, the place and every value of a record. The JSON of a list is
 * unambiguous: no value can be moved into its neighbour.
 */
export function linkOf(
  key: Uint8Array,
  before: Uint8Array,
  seq: number,
  { id, at, actor, action, subject }: AuditRecord,
): Buffer {
  return createHmac('sha256', key)
    .update(before)
    .update(JSON.stringify([seq, id, at, actor, action, subject]))
    .digest()
}

/** Of a line in a file beside the database; `use` keeps a line of one file out of another. */
export const macOf = (key: Uint8Array, use: 'journal' | 'anchor', text: string): string =>
  createHmac('sha256', key).update(`${use} ${text}`).digest('base64url').slice(0, MAC_CHARACTERS)

/** 128 bits. */
export const MAC_CHARACTERS = 22

export const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && timingSafeEqual(one, other)
