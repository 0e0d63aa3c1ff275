import { type Static, Type } from 'typebox'
import type { Facts } from './errors.ts'
import type { FaultCode } from './faults.ts'
import type { FeedEvent, Verification } from './verification.ts'

const strict = { additionalProperties: false } as const
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** One difference between what the official side says and what the receipt computer holds. */
export const Difference = Type.Object(
  {
    field: Type.String({ description: 'The receipt computer’s element, e.g. BirthDate.' }),
    official: nullable(Type.String({ description: 'As it would be written.' })),
    kept: nullable(Type.String({ description: 'As the receipt computer has it.' })),
  },
  strict,
)
export type Difference = Static<typeof Difference>

/** What a sink found, or did, about one verification. Patient data: for roles that see every field. */
export const Comparison = Type.Object(
  {
    result: Type.Enum(
      ['same', 'differs', 'unknown-patient', 'no-number', 'written', 'superseded'],
      {
        description:
          'no-number: the verification has no patient number to look for; written: it was changed; superseded: a newer verification of the patient stands in its place.',
      },
    ),
    differences: Type.Array(Difference),
    /** What has no form in the target, by official field, with the reason in English. */
    unmapped: Type.Array(Type.Object({ field: Type.String(), detail: Type.String() }, strict)),
  },
  strict,
)
export type Comparison = Static<typeof Comparison>

/** One event on its way to one consumer. */
export interface Delivery {
  /** The event's id: the same at every attempt and in every replay. */
  readonly id: string
  /** From 1 on. */
  readonly attempt: number
  /** The event as this consumer's role sees it. */
  readonly event: FeedEvent
  /** The same as JSON text in UTF-8. */
  readonly item: Uint8Array
  /** The official answer as it came, where there is one. */
  message(): { readonly bytes: Uint8Array; readonly charset: 'UTF-8' | 'Shift_JIS' } | undefined
  /** Whether newer verifications of the same patient say how all its cards stand now. */
  isSuperseded(): boolean
  /** What a person decided on a parked one, e.g. `ok`; null where nobody did. */
  readonly decision: string | null
}

/**
 * The verification that an event brings: its own, or the one that it releases; undefined where it is
 * another note, which changes nothing for a target that keeps a state.
 */
export const broughtBy = (event: FeedEvent): Verification | undefined => event.verification

/** How an attempt ended for good, or until a person looks. */
export type Delivered =
  | { readonly is: 'delivered'; readonly comparison: Comparison | null }
  /** A permanent refusal: a dead letter, and the ones behind go on. */
  | { readonly is: 'refused'; readonly code: FaultCode; readonly facts: Facts }
  /** Waits for a person; later ones of the same patient wait behind it. */
  | { readonly is: 'parked'; readonly code: FaultCode; readonly facts: Facts }

/**
 * Where a consumer's deliveries go. `deliver` is called for one at a time, in order, and again with
 * the same delivery after a fault or a crash, also when the last attempt had in fact arrived.
 */
export interface Sink {
  /**
   * Throws an `AgentError` for what may pass: it is tried again, not before
   * `facts.retryAfterSeconds` where that is given. Ends soon after `signal` aborts.
   */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<Delivered>
  close(): void | Promise<void>
}
