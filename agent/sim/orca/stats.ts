import { type LockRecord, type Locks, STALE_MS } from './locks.ts'

/** Misuse of the protocol, which the real one may bear in silence. */
export type ViolationKind =
  /** 02 or 03 with an Orca_Uid that never was a lock, or 02 after the lock was given back. */
  | 'submit-without-lock'
  /** A Request_Number that is not the Response_Number that was given. */
  | 'wrong-request-number'
  /** Karte_Uid or Patient_ID is not that of the lock. */
  | 'foreign-lock'
  /** A lock of the API older than a minute that is open still, or was deleted by somebody. */
  | 'lock-left'
  /** patientmodv2 changed a patient that this user had not read, */
  | 'blind-write'
  /** or had read before somebody else changed it. */
  | 'stale-write'
  /** class 02 with insurance in its body, which is not taken. */
  | 'insurance-in-update'

export interface Violation {
  readonly kind: ViolationKind
  /** Epoch ms of the simulator's clock. */
  readonly at: number
  readonly Patient_ID: string
  /** '' for patientmodv2. */
  readonly Karte_Uid: string
}

/** What happened since the start. */
export interface OrcaStats {
  /** Requests that arrived whole enough to have a path. */
  readonly requests: number
  readonly loginsRefused: number
  /** Requests that got an Api_Result, by call, as "patientmodv32 01". */
  readonly calls: Readonly<Record<string, number>>
  /** Answers by call and Api_Result, as "patientmodv32 01 E90"; also of those that were then lost. */
  readonly results: Readonly<Record<string, number>>
  /** How often each fault mode was played. */
  readonly faults: Readonly<Record<string, number>>
  /** How often each patient was written through the API: registered, changed, insurance added. */
  readonly writes: Readonly<Record<string, number>>
  /** Every lock, oldest first. */
  readonly locks: readonly LockRecord[]
  /** The longest that a client of the API held a lock, one that is open included. */
  readonly longestHeldMs: number
  readonly violations: readonly Violation[]
}

export interface Tally {
  request(): void
  loginRefused(): void
  call(name: string, result: string): void
  fault(mode: string): void
  wrote(patient: string): void
  violation(violation: Violation): void
  read(locks: Locks): OrcaStats
}

const bump = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)

const leftBehind = (locks: readonly LockRecord[]): readonly Violation[] =>
  locks
    .filter(
      ({ person, isOpen, heldMs, ending }) =>
        person === '' && (ending === 'deleted' || (isOpen && heldMs > STALE_MS)),
    )
    .map(({ takenAt, Patient_ID, Karte_Uid }) => ({
      kind: 'lock-left',
      at: takenAt,
      Patient_ID,
      Karte_Uid,
    }))

export const openTally = (): Tally => {
  let requests = 0
  let loginsRefused = 0
  const calls = new Map<string, number>()
  const results = new Map<string, number>()
  const faults = new Map<string, number>()
  const writes = new Map<string, number>()
  const violations: Violation[] = []
  return {
    request: () => {
      requests += 1
    },
    loginRefused: () => {
      loginsRefused += 1
    },
    call: (name, result) => {
      bump(calls, name)
      bump(results, `${name} ${result}`)
    },
    fault: (mode) => bump(faults, mode),
    wrote: (patient) => bump(writes, patient),
    violation: (violation) => violations.push(violation),
    read: (open) => {
      const locks = open.history()
      return {
        requests,
        loginsRefused,
        calls: Object.fromEntries(calls),
        results: Object.fromEntries(results),
        faults: Object.fromEntries(faults),
        writes: Object.fromEntries(writes),
        locks,
        longestHeldMs: locks
          .filter(({ person }) => person === '')
          .reduce((most, { heldMs }) => Math.max(most, heldMs), 0),
        violations: [...violations, ...leftBehind(locks)],
      }
    },
  }
}
