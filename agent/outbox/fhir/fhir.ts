import {
  broughtBy,
  type Comparison,
  type Delivered,
  type Difference,
  type Sink,
} from '../../kernel/delivery.ts'
import { AgentError, asFault } from '../../kernel/errors.ts'
import { contradicts, hasPlaceholder, isOtherSex, plain } from '../../kernel/person.ts'
import type { Clock, Log } from '../../kernel/ports.ts'
import type { FhirSink } from '../../kernel/sink.ts'
import type { Verification } from '../../kernel/verification.ts'
import { openHttp } from '../http.ts'
import type { Targets } from '../targets.ts'
import type { FhirAssumptions } from './assumptions.ts'
import { openClient } from './client.ts'
import type { Stored, Token } from './json.ts'
import { originOf } from './origin.ts'
import { officialTraits, resultOfPatient, traitsOf } from './patient.ts'
import { inRounds, type Session, settle } from './settle.ts'
import { chartNumber, type Decided, stateOf } from './state.ts'
import { chartSystem } from './systems.ts'
import { coverageTarget, type Place, patientTarget, reference, responseTarget } from './targets.ts'
import { cancelAbsent, retireCoverages } from './withdraw.ts'

export interface FhirPorts {
  readonly targets: Targets
  /** 医療機関コード, ten digits. */
  readonly institutionCode: string
  readonly clock: Clock
  readonly log: Log
  readonly assumptions: FhirAssumptions
}

/** A clinic's FHIR server stands beside it; one that takes longer is not going to answer. */
const TIMEOUT_MS = 10_000
/** A page of a patient's Coverages, with all that an EHR may have put into them. */
const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024

/**
 * Keeps the insurance of each patient on a FHIR R4 server as the official side last said it: the
 * whole current state, not what changed, so that a replay writes nothing. The table of outcomes is
 * in `state.ts`. A resource refers to the Patient of the chart number by its id, as JP Core demands; a
 * patient whom the EHR does not have, or whose number is not known, is reported and nothing is
 * written. So is a Patient who by name, birth date or sex is somebody else. Throws
 * `CERTIFICATE_UNREADABLE`.
 */
export function openFhirSink(settings: FhirSink, ports: FhirPorts): Sink {
  const { targets, institutionCode, clock, log, assumptions } = ports
  const { token, caPem, identity } = settings.secrets
  const http = openHttp({
    targets,
    caPem,
    identity: identity && {
      pkcs12: Buffer.from(identity.pkcs12, 'base64'),
      passphrase: identity.passphrase,
    },
    timeoutMs: TIMEOUT_MS,
    answerLimitBytes: ANSWER_LIMIT_BYTES,
  })
  const baseUrl = settings.url.replace(/\/+$/, '')
  const { search, extraHeaders } = assumptions
  const client = openClient({ http, baseUrl, token, search, extraHeaders })
  const origin = originOf(assumptions, institutionCode)
  const place: Place = { assumptions, origin }
  return {
    async deliver(delivery, signal) {
      const { event } = delivery
      const verification = broughtBy(event)
      if (verification === undefined) return delivered(null)
      const state = stateOf(verification, assumptions)
      if (state.is === 'undecided') return delivered(null)
      if (state.is === 'unmappable')
        return { is: 'refused', code: 'SINK_UNMAPPABLE', facts: { field: state.field } }
      const number = chartNumber(verification, assumptions)
      if (number === null) return delivered(compared('no-number', state))
      if (delivery.isSuperseded()) return delivered(compared('superseded', state))
      const session: Session = { client, origin, clock, log, signal }
      const writer: Writer = { session, place, settings }
      const chart = { system: chartSystem(institutionCode), value: number }
      return write(writer, chart, { verification, at: event.at, state }).catch(ended)
    },
    close: () => http.close(),
  }
}

const compared = (
  result: Comparison['result'],
  { unmapped }: Decided,
  differences: readonly Difference[] = [],
): Comparison => ({ result, differences: [...differences], unmapped: [...unmapped] })

const delivered = (comparison: Comparison | null): Delivered => ({ is: 'delivered', comparison })

/** What ends a delivery; anything else is thrown on, to be tried again. */
function ended(error: unknown): Delivered {
  const { code, facts } = asFault(error)
  if (code === 'SINK_REFUSED') return { is: 'refused', code, facts }
  if (code === 'FHIR_AMBIGUOUS' || code === 'FHIR_IDENTITY_DIFFERS')
    return { is: 'parked', code, facts }
  throw error
}

interface Writer {
  readonly session: Session
  readonly place: Place
  readonly settings: FhirSink
}

interface Told {
  readonly verification: Verification
  readonly at: string
  readonly state: Decided
}

async function write(writer: Writer, chart: Token, told: Told): Promise<Delivered> {
  return delivered(await inRounds(writer.session, 'Patient', () => writeOnce(writer, chart, told)))
}

/** Everything of one patient, for the Patient who has the chart number now. */
async function writeOnce(writer: Writer, chart: Token, told: Told) {
  const { session, settings } = writer
  const { state, verification } = told
  const found = await findPatient(writer, chart, undefined)
  const fields = strangers(found.patient, verification)
  if (fields.length > 0)
    throw new AgentError('FHIR_IDENTITY_DIFFERS', 'the chart is somebody else’s', {
      facts: { fields: fields.join() },
    })
  const { patient, changes } = settings.writePatient
    ? await findPatient(writer, chart, resultOfPatient(verification))
    : found
  if (patient === undefined) return { done: compared('unknown-patient', state) }
  const all = [...changes, ...(await writeInsurance(writer, patient, told))]
  const done = compared(all.length > 0 ? 'written' : 'same', state, all)
  if (session.origin.kindOf(patient) === undefined) return { done }
  // One that we made may have been given up for its twin while its insurance was written.
  const { patient: now } = await findPatient(writer, chart, undefined)
  if (now === undefined || now.id === patient.id) return { done }
  await retireCoverages(session, patient, now)
  return 'again' as const
}

async function findPatient(
  { session, place }: Writer,
  chart: Token,
  result: Verification['results'][number] | undefined,
) {
  const target = patientTarget(chart, result, place)
  const { resource, changes } = await settle(session, {
    ...target,
    retiring: (duplicate, keeper) => retireCoverages(session, duplicate, keeper),
  })
  return { patient: resource, changes }
}

/** What shows that the EHR has somebody else under this number: no insurance is put there. */
function strangers(patient: Stored | undefined, { results }: Verification): readonly string[] {
  if (patient === undefined) return []
  const kept = traitsOf(patient)
  const other = results.map(officialTraits).find((official) => contradicts(kept, official))
  if (other === undefined) return []
  const fields = [
    ['name', isOtherText(other.name, kept.name)],
    ['nameKana', isOtherText(other.nameKana, kept.nameKana)],
    ['birthDate', isOtherText(other.birthdate, kept.birthdate)],
    ['gender', isOtherSex(other.sex, kept.sex)],
  ] as const
  return fields.flatMap(([field, isOther]) => (isOther ? [field] : []))
}

/** What one side leaves out, or writes with ●, differs in nothing that could be corrected. */
const isOtherText = (one: string, other: string) =>
  [one, other].every((text) => text !== '' && !hasPlaceholder(text)) && plain(one) !== plain(other)

async function writeInsurance(
  { session, place, settings }: Writer,
  patient: Stored,
  { verification, at, state }: Told,
): Promise<readonly Difference[]> {
  const changes: Difference[] = []
  const coverages = []
  for (const wanted of state.wanted) {
    const settled = await settle(session, coverageTarget(wanted, patient, place))
    changes.push(...settled.changes)
    const { resource } = settled
    const logical = { type: 'Coverage', identifier: { ...wanted.key } }
    coverages.push({ wanted, reference: resource === undefined ? logical : reference(resource) })
  }
  changes.push(...(await cancelAbsent(session, patient, state)))
  if (!settings.eligibilityResponse) return changes
  const answered = { verification, at, patient: reference(patient), coverages }
  return [...changes, ...(await settle(session, responseTarget(answered, place))).changes]
}
