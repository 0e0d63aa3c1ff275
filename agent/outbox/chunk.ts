import type { AgentError } from '../kernel/errors.ts'
import type { Settlement } from '../store/deliveries.ts'
import { isOfOnePatient } from './resting.ts'

/** A patient because of whom, perhaps, and not because of the target, an attempt failed. */
export interface Suspect {
  readonly patient: string
  readonly fault: AgentError
}

export interface ChunkPorts {
  /** Whether the next patient is tried before the target is blamed (again). */
  readonly mayBeThePatient: () => boolean
  /** The target works; only this patient cannot be dealt with now. */
  readonly rest: (suspect: Suspect) => void
}

/** What comes of deliveries that are sent one after the other and settled in one commit. */
export class Chunk {
  readonly settled: Settlement[] = []
  /** Of the target, or of a patient where no other one was there to tell. */
  fault: AgentError | null = null
  readonly #ports: ChunkPorts
  readonly #heldBack = new Set<string>()
  #suspect: Suspect | null = null

  constructor(ports: ChunkPorts) {
    this.#ports = ports
  }

  /** An earlier one of the patient waits, so that this one does. */
  isHeldBack(patient: string): boolean {
    return this.#heldBack.has(patient)
  }

  settle(patient: string, settlement: Settlement): void {
    this.settled.push(settlement)
    if (settlement.is === 'parked') this.#heldBack.add(patient)
    if (this.#suspect !== null) this.#ports.rest(this.#suspect)
    this.#suspect = null
    this.fault = null
  }

  /** Whether those behind are tried. */
  fail(patient: string, fault: AgentError): boolean {
    this.#heldBack.add(patient)
    if (isOfOnePatient(fault.code)) {
      this.#ports.rest({ patient, fault })
      return true
    }
    const isFirst = this.#suspect === null
    this.fault = this.#suspect?.fault ?? fault
    if (!isFirst || !this.#ports.mayBeThePatient()) return false
    this.#suspect = { patient, fault }
    return true
  }
}
