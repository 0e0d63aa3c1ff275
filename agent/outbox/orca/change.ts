import { AgentError } from '../../kernel/errors.ts'
import { recordIn, recordsIn, type Xml2Record } from '../../xmlmsg/xml2.ts'
import { isDone, meaningOf } from './api-result.ts'
import type { OrcaAssumptions } from './assumptions.ts'
import { expectDone, expectRead, type OrcaAnswer } from './client.ts'
import { type Elements, type Rows, rowsOf, textsOf, traitsOf } from './elements.ts'
import { checkIdentity } from './identity.ts'
import { type Held, type LockPorts, withLock } from './locks.ts'
import type { Mapped } from './mapping.ts'
import { type Change, isNothing, planChange } from './plan.ts'
import type { Decided } from './questions.ts'
import { type Written, warningsOf } from './register.ts'
import { CHANGE, callStep } from './release.ts'

/** ORCA may ask again after an answer; one that never ends is no exchange. */
const QUESTION_LIMIT = 5

export interface ChangeRequest {
  readonly mapped: Mapped
  readonly number: string
  /** YYYY-MM-DD. */
  readonly day: string
  readonly assumptions: OrcaAssumptions
  readonly decided: Decided
  /** Looked at once more before the write. */
  isSuperseded(): boolean
}

/**
 * Brings the insurance of an existing patient up to the answer: reads without a lock, and only where
 * something has to change reads again under the lock, writes what is still true there, and confirms.
 * Throws `ORCA_QUESTION`, `ORCA_IDENTITY_DIFFERS`, `ORCA_LOCKED` where the rows changed in between.
 */
export async function changeInsurance(
  ports: LockPorts,
  request: ChangeRequest,
  signal: AbortSignal,
): Promise<Written> {
  const { mapped, number, day, assumptions } = request
  const before = await readRows(ports, number, signal)
  const change = planChange(mapped, before, day, assumptions)
  if (change.unsettled.length > 0) return { did: 'nothing', unmapped: change.unsettled }
  if (isNothing(change)) return NOTHING
  return withLock(ports, number, signal, async (held) => {
    const { record } = held.answer
    checkIdentity(mapped, traitsOf(textsOf(recordIn(record, 'Patient_Information'))))
    if (!isSameRows(before, rowsOf(record)))
      throw new AgentError('ORCA_LOCKED', 'the insurance was changed in ORCA meanwhile')
    return request.isSuperseded() ? NOTHING : submit(held, change, request)
  })
}

const NOTHING: Written = { did: 'nothing', unmapped: [] }

async function readRows(ports: LockPorts, number: string, signal: AbortSignal) {
  const body = { Patient_Information: { Patient_ID: number } }
  const answer = await callStep(ports, CHANGE, '00', body, signal)
  return rowsOf(expectRead(answer, '00').record)
}

/** 02 and 03. What ORCA does where a person decided against it is not known. */
async function submit(
  held: Held,
  change: Change,
  { decided, assumptions }: ChangeRequest,
): Promise<Written> {
  const rows = rowsBody(change, assumptions.branchElement)
  const staged = await settle(held, await held.next(rows), '02', decided)
  if (staged === 'declined') return { did: 'unclear', unmapped: [] }
  const confirmed = await settle(held, await held.next(echoOf(staged)), '03', decided)
  if (confirmed === 'declined') return { did: 'unclear', unmapped: [] }
  return { did: 'written', unmapped: warningsOf(confirmed) }
}

/** Answers the questions that a person decided on; any other one is for a person. */
async function settle(
  held: Held,
  first: OrcaAnswer,
  step: string,
  decided: Decided,
): Promise<OrcaAnswer | 'declined'> {
  let answer = first
  for (let asked = 0; asked < QUESTION_LIMIT; asked += 1) {
    if (isDone(answer.apiResult)) return answer
    if (meaningOf(answer.apiResult) !== 'question') break
    const question = recordIn(answer.record, 'Patient_Select_Information')
    const said = decided.answerTo(question)
    if (said === null) break
    answer = await held.next({
      ...echoOf(answer),
      Patient_Select_Information: question,
      Select_Answer: said,
    })
    if (said === 'Ng') return 'declined'
  }
  return expectDone(answer, step)
}

const HEALTH = ['HealthInsurance_Information', 'HealthInsurance_Info'] as const
const PUBLIC = ['PublicInsurance_Information', 'PublicInsurance_Info'] as const

/** Elements of a row, in the order in which they are published; 枝番 stands behind the number. */
const healthOrder = (branchElement: string) => [
  'InsuranceProvider_Mode',
  'InsuranceProvider_Id',
  'InsuranceProvider_Class',
  'InsuranceProvider_Number',
  'InsuranceProvider_WholeName',
  'HealthInsuredPerson_Symbol',
  'HealthInsuredPerson_Number',
  branchElement,
  'HealthInsuredPerson_Continuation',
  'HealthInsuredPerson_Assistance',
  'HealthInsuredPerson_Assistance_Name',
  'RelationToInsuredPerson',
  'HealthInsuredPerson_WholeName',
  'Certificate_StartDate',
  'Certificate_ExpiredDate',
  'Certificate_GetDate',
  'Certificate_CheckDate',
]
const PUBLIC_ORDER = [
  'PublicInsurance_Mode',
  'PublicInsurance_Id',
  'PublicInsurance_Class',
  'PublicInsurance_Name',
  'PublicInsurer_Number',
  'PublicInsuredPerson_Number',
  'Certificate_IssuedDate',
  'Certificate_ExpiredDate',
  'Certificate_CheckDate',
]

/** What ORCA gave and is not in the list goes back behind the rest. */
function inOrder(row: Elements, order: readonly string[]): Elements {
  const placeOf = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return Object.fromEntries(
    Object.entries(row).toSorted(([one], [other]) => placeOf(one) - placeOf(other)),
  )
}

function rowsBody({ health, publics }: Rows, branchElement: string): Xml2Record {
  const order = healthOrder(branchElement)
  const own = health.map((row) => inOrder(row, order))
  const beside = publics.map((row) => inOrder(row, PUBLIC_ORDER))
  return {
    ...(own.length > 0 && { [HEALTH[0]]: { [HEALTH[1]]: own } }),
    ...(beside.length > 0 && { [PUBLIC[0]]: { [PUBLIC[1]]: beside } }),
  }
}

/** What is confirmed is what ORCA made of it, so its own rows go back. */
function echoOf({ record }: OrcaAnswer): Xml2Record {
  const rows = [HEALTH, PUBLIC].map(([information, name]) => ({
    information,
    name,
    items: recordsIn(recordIn(record, information), name),
  }))
  return Object.fromEntries(
    rows
      .filter(({ items }) => items.length > 0)
      .map(({ information, name, items }) => [information, { [name]: items }]),
  )
}

const isSameRows = (one: Rows, other: Rows) => keyOf(one) === keyOf(other)

const keyOf = ({ health, publics }: Rows) =>
  JSON.stringify([health, publics].map((rows) => rows.map(sorted)))

const sorted = (row: Elements) =>
  Object.entries(row).toSorted(([one], [other]) => (one < other ? -1 : 1))
