import type { Advise, Case } from '../../../../agent/eligibility/judge/case.ts'
import type { FaceQuestion } from '../../../../agent/eligibility/question.ts'
import { verificationOf } from '../../../../agent/eligibility/verification.ts'
import { builtInRules } from '../../../../agent/kernel/built-in-rules.ts'
import { fieldRoles } from '../../../../agent/kernel/field-roles.ts'
import type { KnownPatient, LastAnswer } from '../../../../agent/kernel/known.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import type { Outcome, Verification } from '../../../../agent/kernel/verification.ts'

/** 2026-04-20 in the morning: far from every day that changes something. */
export const NOW = Date.parse('2026-04-20T10:00:00+09:00')
export const INSTITUTION = '1312345670'

/** A person of 46 years, with an insurer of employees. */
export const person: OfficialResult = {
  insuredCardClassification: '01',
  insurerNumber: '06139992',
  insuredCardSymbol: '１２・３４',
  insuredIdentificationNumber: '5678',
  insuredBranchNumber: '01',
  name: '検証　一郎',
  nameKana: 'ｹﾝｼｮｳ ｲﾁﾛｳ',
  birthdate: '19800502',
  sex1: '1',
  address: '東京都検証区１－２－３',
}

/** 国民健康保険, in its seventies. */
export const elder = (ratio: string, more: OfficialResult = {}): OfficialResult => ({
  ...person,
  insurerNumber: '  138057',
  birthdate: '19540502',
  elderlyRecipientCertificateInfo: {
    elderlyRecipientValidStartDate: '20250801',
    elderlyRecipientValidEndDate: '20260731',
    elderlyRecipientContributionRatio: ratio,
  },
  ...more,
})

/** 後期高齢者医療. */
export const lateElder = (ratio: string, more: OfficialResult = {}): OfficialResult => ({
  insuredCardClassification: '01',
  insurerNumber: '39131234',
  insuredIdentificationNumber: '12345678',
  name: '検証　梅',
  birthdate: '19450502',
  insuredCardValidDate: '20250801',
  insuredCardExpirationDate: '20260731',
  insuredPartialContributionRatio: ratio,
  ...more,
})

/** 医療扶助. */
export const assisted: OfficialResult = {
  insuredCardClassification: 'A1',
  insurerNumber: '12131234',
  insuredIdentificationNumber: '1234566',
  name: '検証　一郎',
  birthdate: '19800502',
}

export const question: FaceQuestion = {
  kind: 'card-face',
  face: {
    insurerNumber: '06139992',
    insuredIdentificationNumber: '5678',
    birthdate: '19800502',
  },
  supersedes: null,
}

export const patient: KnownPatient = {
  id: '0197f1b2-0000-7000-8000-00000000000a',
  firstSeenAt: Date.parse('2025-06-02T09:00:00+09:00'),
  name: '検証　一郎',
  nameKana: 'ｹﾝｼｮｳ ｲﾁﾛｳ',
  birthdate: '19800502',
  sex: '1',
  identity: null,
}

export const lastAnswer = (
  result: OfficialResult,
  day = '2026-03-10',
  outcome: Outcome = 'valid',
): LastAnswer => ({
  verificationId: '0197f1b2-0000-7000-8000-000000000001',
  at: Date.parse(`${day}T09:00:00+09:00`),
  source: 'terminal',
  outcome,
  results: [result],
})

interface Told {
  readonly outcome?: Outcome
  readonly results?: readonly OfficialResult[]
  /** 資格確認日, YYYY-MM-DD; the question ends at ten on this day. */
  readonly day?: string
  readonly draft?: Partial<Verification>
  readonly last?: LastAnswer
  readonly lastVisitAt?: number
  readonly case?: Partial<Case>
}

/** An answer to a typed card face, of a known patient where there is a `last` one. */
export function caseOf(told: Told = {}): Case {
  const at = told.day === undefined ? NOW : Date.parse(`${told.day}T10:00:00+09:00`)
  const asked = told.case?.question ?? question
  const answer = {
    messageHeader: {
      segmentOfResult: '1',
      ...(told.day === undefined
        ? {}
        : { qualificationConfirmationDate: told.day.replaceAll('-', '') }),
    },
    messageBody: {
      processingResultStatus: '1',
      qualificationValidity: '1',
      resultList: structuredClone([...(told.results ?? [person])]),
    },
  }
  const meaning = { outcome: told.outcome ?? 'valid', fault: null }
  const id = '0197f1b2-0000-7000-8000-000000000002'
  return {
    question: asked,
    draft: { ...verificationOf(id, at, asked, meaning, { answer, line: null }), ...told.draft },
    subject: 'unclear',
    known: { patients: [], by: null, intake: null, paidInFullAt: null },
    patient: told.last === undefined ? null : patient,
    history:
      told.last === undefined
        ? null
        : { last: told.last, lastVisitAt: told.lastVisitAt ?? told.last.at },
    at,
    receivedAt: at,
    rules: builtInRules,
    institutionCode: INSTITUTION,
    ...told.case,
  }
}

/** `CODE at field` of what is advised; the field must be one of the verification. */
export const advised = (advise: Advise, told: Told = {}): string[] =>
  advise(caseOf(told)).map(({ code, field }) => {
    if (field !== null && !hasRow(field)) throw new Error(`no such field: ${field}`)
    return field === null ? code : `${code} at ${field}`
  })

/** Whether the table of fields and roles knows a path, so that it can be masked. */
export function hasRow(field: string): boolean {
  const names = field.replace(/\[\d+\]/g, '').split('.')
  let rows: unknown = fieldRoles['verification']
  for (const name of names)
    rows = typeof rows === 'object' && rows !== null ? Reflect.get(rows, name) : undefined
  return Array.isArray(rows)
}
