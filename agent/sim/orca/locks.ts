import { randomUUID } from 'node:crypto'
import type { Staged } from './staging.ts'

/** A lock of this age can be deleted. [source: comments of the public Ruby client, E14] */
export const STALE_MS = 60_000

/**
 * How a lock ended: 03, 99, medicalmodv37, a restart (or a second 01, assumption `relock`), or the person
 * closed the patient.
 */
export type Ending = 'confirmed' | 'unlocked' | 'deleted' | 'lost' | 'closed'

/** A question of ORCA (S20), as it goes over the wire. */
export interface Question {
  readonly Patient_Select: string
  readonly Patient_Select_Message: string
}

/** A patient who is open somewhere. */
export interface Lock {
  readonly Patient_ID: string
  /** '' when a person has the patient open. */
  readonly Karte_Uid: string
  readonly Orca_Uid: string
  /** '' when it is a client of the API. */
  readonly person: string
  /** Epoch ms. */
  readonly takenAt: number
  /** The Response_Number that was given, which is the Request_Number that must come. */
  expects: '02' | '03'
  staged?: Staged
  /** Questions that are still to be asked; undefined until the first 03. */
  questions?: readonly Question[]
  asked?: Question
}

/** The story of one lock. */
export interface LockRecord {
  readonly Patient_ID: string
  readonly Karte_Uid: string
  readonly Orca_Uid: string
  readonly person: string
  /** Epoch ms of the simulator's clock. */
  readonly takenAt: number
  readonly releasedAt: number | null
  /** Until it was released, or until now. */
  readonly heldMs: number
  readonly isOpen: boolean
  readonly ending: Ending | null
}

export interface Locks {
  /** Undefined: somebody has this patient. */
  take(lock: Pick<Lock, 'Patient_ID' | 'Karte_Uid' | 'person'>): Lock | undefined
  of(patient: string): Lock | undefined
  byUid(orcaUid: string): Lock | undefined
  /** How the lock of this Orca_Uid ended, if there was one. */
  endingOf(orcaUid: string): Ending | undefined
  end(lock: Lock, ending: Ending): void
  /** A restart: every lock is gone. */
  loseAll(): void
  open(): readonly Lock[]
  /** Every lock since the start, oldest first. */
  history(): readonly LockRecord[]
}

interface Ended {
  readonly at: number
  readonly ending: Ending
}

export const openLocks = (now: () => number): Locks => {
  const open = new Map<string, Lock>()
  const byUid = new Map<string, Lock>()
  const history: Lock[] = []
  const ended = new Map<string, Ended>()
  const end = (lock: Lock, ending: Ending) => {
    if (byUid.get(lock.Orca_Uid) !== lock) return
    open.delete(lock.Patient_ID)
    byUid.delete(lock.Orca_Uid)
    ended.set(lock.Orca_Uid, { at: now(), ending })
    delete lock.staged
  }
  return {
    take: ({ Patient_ID, Karte_Uid, person }) => {
      if (open.has(Patient_ID)) return undefined
      const lock: Lock = {
        Patient_ID,
        Karte_Uid,
        person,
        Orca_Uid: randomUUID(),
        takenAt: now(),
        expects: '02',
      }
      open.set(Patient_ID, lock)
      byUid.set(lock.Orca_Uid, lock)
      history.push(lock)
      return lock
    },
    of: (patient) => open.get(patient),
    byUid: (orcaUid) => byUid.get(orcaUid),
    endingOf: (orcaUid) => ended.get(orcaUid)?.ending,
    end,
    loseAll: () => {
      for (const lock of [...open.values()]) end(lock, 'lost')
    },
    open: () => [...open.values()],
    history: () =>
      history.map(({ Patient_ID, Karte_Uid, Orca_Uid, person, takenAt }) => {
        const over = ended.get(Orca_Uid)
        return {
          Patient_ID,
          Karte_Uid,
          Orca_Uid,
          person,
          takenAt,
          releasedAt: over?.at ?? null,
          heldMs: (over?.at ?? now()) - takenAt,
          isOpen: over === undefined,
          ending: over?.ending ?? null,
        }
      }),
  }
}
