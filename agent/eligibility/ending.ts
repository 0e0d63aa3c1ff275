import type { GatewayAnswer } from '../gateway/gateway.ts'
import { instantOf } from '../kernel/calendar.ts'
import { uuidV7 } from '../kernel/ids.ts'
import type { Reception } from '../kernel/judgement.ts'
import type { Rules } from '../kernel/rules.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { Verification } from '../kernel/verification.ts'
import type { EndRecord } from '../store/questions.ts'
import type { Store } from '../store/store.ts'
import type { Case } from './judge/case.ts'
import { matchPatient } from './judge/identity.ts'
import { judge } from './judge/judge.ts'
import type { Meaning } from './outcome.ts'
import { cardKeyOf, personOf } from './person.ts'
import { type Question, receivedAtOf } from './question.ts'
import { verificationOf } from './verification.ts'

/** What judging needs of the clinic. */
export interface Judging {
  readonly rules: Rules
  /** 医療機関コード. */
  readonly institutionCode: string
  /** At which time of the clinic's day a patient was received; epoch ms, and now. */
  readonly receptionAt: (receivedAt: number, now: number) => Reception
}

export interface EndingParts {
  readonly store: Pick<Store, 'known' | 'historyOf'>
  readonly judging: Judging
}

/** A question that has come to an end. */
export interface EndedQuestion {
  readonly id: string
  readonly acceptedAt: number
  readonly question: Question
}

/** One question and what it came to, judged by what is known now, as the store takes it. */
export function endingOf(
  { store, judging }: EndingParts,
  { id, acceptedAt, question }: EndedQuestion,
  meaning: Meaning,
  answered: GatewayAnswer | null,
  at: number,
): EndRecord {
  const draft = verificationOf(id, acceptedAt, question, meaning, answered)
  const { results, supersedes } = draft
  const subject = personOf(results)
  const numbers = {
    asked: question.kind === 'card-face' ? (question.face.patientNumber ?? null) : null,
    returned: results.find(({ referenceNumber }) => referenceNumber)?.referenceNumber ?? null,
  }
  const known = store.known({ questionId: id, supersedes, numbers, subject })
  const receivedAt = receptionTime(question, acceptedAt, draft)
  const base = { question, draft, subject, known, at, receivedAt }
  const match = matchPatient(base)
  const history = match.patient === null ? null : store.historyOf(match.patient.id)
  const one: Case = {
    ...base,
    rules: judging.rules,
    institutionCode: judging.institutionCode,
    patient: match.patient,
    history,
  }
  return {
    id,
    eventId: uuidV7(at),
    at,
    atText: toRfc3339(at),
    verification: judge(
      one,
      match,
      receivedAt === null ? null : judging.receptionAt(receivedAt, at),
    ),
    message: answered === null ? null : { bytes: answered.bytes, charset: answered.charset },
    numbers,
    subject,
    card: question.kind === 'card-face' ? cardKeyOf(question.face) : null,
    link: match.link,
    basis: {
      patients: known.patients.map((patient) => patient.id),
      patientId: match.patient?.id ?? null,
      position: history?.position ?? 0,
    },
    receivedAt,
  }
}

/**
 * When the patient stood at the desk. A result of the terminal may be found hours later: the official
 * side says when it was asked.
 */
export function receptionTime(
  question: Question,
  acceptedAt: number,
  { official }: Verification,
): number | null {
  const receivedAt = receivedAtOf(question, acceptedAt)
  if (receivedAt === null || question.kind !== 'terminal') return receivedAt
  const executedAt = instantOf(official?.header.processExecutionTime ?? '')
  return executedAt === undefined ? receivedAt : Math.min(executedAt, receivedAt)
}
