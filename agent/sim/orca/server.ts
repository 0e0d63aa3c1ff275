import { createServer, type Server } from 'node:http'
import { BehaviourError } from '../behaviour.ts'
import { deliver } from '../delivery.ts'
import { endedEarly } from '../http.ts'
import { type Endpoint, LOOPBACK, listen, shut } from '../listen.ts'
import { type Behaviour, checked } from './behaviour.ts'
import { type Behaviours, openBehaviours } from './behaviours.ts'
import { type Booking, openBook, type SeedBooking } from './book.ts'
import type { Clinic, Customs } from './clinic.ts'
import { startControl } from './control.ts'
import { openLedger } from './ledger.ts'
import { openLocks } from './locks.ts'
import type { Patient } from './patient.ts'
import { openReads } from './reads.ts'
import { plant, type SeedPatient } from './seed.ts'
import { type Account, type Parts, type Served, serve } from './serve.ts'
import { type OrcaStats, openTally } from './stats.ts'

/** The sample user of the API pages. */
export const DEMO_ACCOUNT: Account = { user: 'ormaster', password: 'ormaster' }

export interface OrcaSimulatorOptions {
  /** Default `127.0.0.1`, a free port. */
  readonly listen?: Endpoint
  /** Default `127.0.0.1`, a free port. */
  readonly control?: Endpoint
  /** Default `DEMO_ACCOUNT`. */
  readonly account?: Account
  /** Default `/api`, as a WebORCA; '' is the classic one. */
  readonly prefix?: string
  readonly patients?: readonly SeedPatient[]
  /** Default true. */
  readonly autoNumbering?: boolean
  /** The last number that the numbering gave; default 0. After 99999 it begins anew (K1). */
  readonly lastNumber?: number
  /** What a client that has a patient gets for a second 01; default `busy`. */
  readonly relock?: 'busy' | 'again'
  /** Whether 03 has to hold the changed rows; default true. */
  readonly confirmNeedsRows?: boolean
  /** Rules of 前期高齢者 and 後期高齢者; default false. */
  readonly ageRules?: boolean
  readonly appointments?: readonly SeedBooking[]
  /** How an appointment holds its insurance; default `record`. */
  readonly appointmentInsurance?: Customs['appointmentInsurance']
  /** Epoch ms. */
  readonly now?: () => number
  /** Of the choices that a behaviour with `share` makes. */
  readonly seed?: number
  readonly onServed?: (served: Pick<Served, 'call' | 'result' | 'mode'>) => void
}

export interface OrcaSimulator {
  /** `http://127.0.0.1:port`, without the prefix. */
  readonly url: string
  readonly prefix: string
  /** `http://127.0.0.1:port` */
  readonly controlUrl: string
  stats(): OrcaStats
  /** What `POST /behaviour` does. Throws `BehaviourError` on a behaviour that cannot be had. */
  behave(behaviour: Behaviour): void
  /** In the order of their registration. */
  patients(): readonly Patient[]
  /** `id` as it is kept: five digits. */
  patient(id: string): Patient | undefined
  /** By time. */
  appointments(): readonly Booking[]
  /** Puts these appointments in the place of all. Throws `BehaviourError`. */
  book(appointments: readonly SeedBooking[]): void
  /** Puts these patients in the place of all, and forgets every lock. Throws `BehaviourError`. */
  seed(patients: readonly SeedPatient[]): void
  /** A person opens the patient. False: somebody has it already. */
  lockBy(id: string, person: string): boolean
  /** The person closes the patient. False: this person does not have it. */
  unlockBy(id: string, person: string): boolean
  /**
   * A person opens the patient, changes it and closes it. False: it is in use elsewhere. Rows without
   * a number (zeros) get one. Throws `BehaviourError` for a patient who is not there.
   */
  edit(id: string, person: string, change: (patient: Patient) => Patient): boolean
  /** Every lock is lost and every connection dropped. */
  restart(): void
  /** Can be called again. */
  close(): Promise<void>
}

/** Long, so that connections break where a behaviour says so and not by the way. */
const KEEP_ALIVE_MS = 75_000

const customsOf = (options: OrcaSimulatorOptions): Customs => ({
  autoNumbering: options.autoNumbering ?? true,
  relock: options.relock ?? 'busy',
  confirmNeedsRows: options.confirmNeedsRows ?? true,
  ageRules: options.ageRules ?? false,
  appointmentInsurance: options.appointmentInsurance ?? 'record',
})

const openClinic = (options: OrcaSimulatorOptions, behaviours: Behaviours): Clinic => {
  const now = options.now ?? Date.now
  const clinic: Clinic = {
    customs: customsOf(options),
    ledger: openLedger(options.lastNumber ?? 0),
    book: openBook(),
    locks: openLocks(now),
    reads: openReads(),
    tally: openTally(),
    now,
    questionsFor: behaviours.takeQuestions,
  }
  plant(options.patients ?? [], clinic.ledger)
  clinic.book.plant(options.appointments ?? [])
  return clinic
}

/** Who reads and writes at ORCA's own screen. */
const people = ({ locks, ledger, reads }: Clinic) => {
  const lockBy = (id: string, person: string): boolean =>
    locks.take({ Patient_ID: id, Karte_Uid: '', person }) !== undefined
  const unlockBy = (id: string, person: string): boolean => {
    const lock = locks.of(id)
    if (lock === undefined || lock.person !== person) return false
    locks.end(lock, 'closed')
    return true
  }
  const edit: OrcaSimulator['edit'] = (id, person, change) => {
    const patient = ledger.get(id)
    if (patient === undefined) throw new BehaviourError('there is no such patient')
    if (!lockBy(id, person)) return false
    try {
      const changed = change(patient)
      ledger.put({ ...changed, ...ledger.numbered(id, changed) })
      reads.changed(`person ${person}`, id)
    } finally {
      unlockBy(id, person)
    }
    return true
  }
  return { lockBy, unlockBy, edit }
}

const openHttp = (
  parts: Parts,
  onServed: NonNullable<OrcaSimulatorOptions['onServed']>,
  signal: AbortSignal,
): Server => {
  const server = createServer((request, response) => {
    const work = async () => {
      const { reply, delivery, ...served } = await serve(request, parts)
      onServed(served)
      await deliver(response, reply, delivery, signal)
    }
    work().catch(endedEarly(response))
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  return server
}

/** Who opens a patient where nobody is named. */
const PERSON = '受付'

type Steered = Omit<OrcaSimulator, 'url' | 'prefix' | 'controlUrl' | 'close'>

const steer = (clinic: Clinic, behaviours: Behaviours, restart: () => void): Steered => {
  const { ledger, locks, tally, reads, book } = clinic
  const persons = people(clinic)
  return {
    ...persons,
    restart,
    stats: () => tally.read(locks),
    behave: (behaviour) => {
      const { mode, patient = '', by, times, share } = checked(behaviour)
      const holder = locks.of(patient)?.person || PERSON
      if (mode === 'lock') persons.lockBy(patient, by ?? PERSON)
      else if (mode === 'unlock') persons.unlockBy(patient, by ?? holder)
      else if (mode === 'restart' && times === undefined && share === undefined) restart()
      else behaviours.set(behaviour)
    },
    patients: () => ledger.all(),
    patient: (id) => ledger.get(id),
    appointments: book.all,
    book: book.plant,
    seed: (patients) => {
      plant(patients, ledger)
      locks.loseAll()
      reads.clear()
    },
  }
}

/**
 * Starts the stand-in for an ORCA: patients, insurance, locks. `assumptions.ts` says what it takes for
 * granted. Rejects when a port is taken, and with a `BehaviourError` for patients that are none.
 */
export const startOrcaSimulator = async (
  options: OrcaSimulatorOptions = {},
): Promise<OrcaSimulator> => {
  const behaviours = openBehaviours(options.seed ?? 1)
  const clinic = openClinic(options, behaviours)
  const closing = new AbortController()
  const prefix = options.prefix ?? '/api'
  const parts: Parts = {
    clinic,
    behaviours,
    account: options.account ?? DEMO_ACCOUNT,
    prefix,
    restart: () => {
      clinic.locks.loseAll()
      server.closeAllConnections()
    },
  }
  const server = openHttp(parts, options.onServed ?? (() => undefined), closing.signal)
  const url = await listen(server, 'http', options.listen ?? LOOPBACK)
  const steered = steer(clinic, behaviours, parts.restart)
  const control = await startControl(options.control ?? LOOPBACK, steered).catch(
    async (error: unknown) => {
      await shut(server)
      throw error
    },
  )
  const close = async () => {
    closing.abort()
    await Promise.all([shut(server), control.close()])
  }
  let closed: Promise<void> | undefined
  return {
    url,
    prefix,
    controlUrl: control.url,
    ...steered,
    close: () => {
      closed ??= close()
      return closed
    },
  }
}
