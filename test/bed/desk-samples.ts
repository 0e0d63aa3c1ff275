import type { DeskState } from '../../agent/api/desk-shapes.ts'
import type { FeedEvent, NoteKind, Verification } from '../../agent/kernel/verification.ts'

/** A valid answer about an invented person, as a role with every field sees it. */
export const sampleVerification = (given: Partial<Verification> = {}): Verification => ({
  id: '0197c000-0000-7000-8000-000000000001',
  supersedes: null,
  askedAt: '2026-04-01T09:30:00+09:00',
  source: { kind: 'card-face', authentication: 'none', reader: null, line: 'ngn' },
  outcome: 'valid',
  fault: null,
  official: {
    header: { segmentOfResult: '1', qualificationConfirmationDate: '20260401' },
    status: '1',
    validity: '1',
    code: null,
    message: null,
  },
  results: [
    {
      insurerNumber: '06139992',
      insurerName: '見本健康保険組合',
      insuredCardSymbol: '１２・３４',
      insuredIdentificationNumber: '5678',
      insuredBranchNumber: '01',
      personalFamilyClassification: '1',
      name: '見本　一郎',
      nameKana: 'ミホン　イチロウ',
      sex1: '1',
      birthdate: '19800502',
      address: '東京都架空区見本１－２－３',
      insuredCardValidDate: '20250401',
      insuredCardExpirationDate: '20270331',
      insuredPartialContributionRatio: '030',
    },
  ],
  patient: {
    id: '0197c000-0000-7000-8000-0000000000aa',
    referenceNumber: '00107',
    firstSeenHere: false,
    insurerChanged: false,
    name: '見本　一郎',
  },
  lastKnown: null,
  patientNumber: '00107',
  arbitraryIdentifier: null,
  card: null,
  confirmation: null,
  limitConsent: null,
  advisories: [],
  held: false,
  identity: null,
  history: null,
  consents: null,
  reception: null,
  ...given,
})

let events = 0

/** An event of the feed with it. */
export function sampleEvent(given: Partial<Verification> = {}, at?: string): FeedEvent {
  events += 1
  const verification = sampleVerification(given)
  return {
    type: 'verification',
    id: `event-${events}`,
    cursor: `c${events}`,
    at: at ?? '2026-04-01T09:30:02+09:00',
    verification,
  }
}

export function sampleNote(
  verificationId: string,
  kind: NoteKind,
  given: { by?: string; text?: string | null; verification?: Verification } = {},
): FeedEvent {
  events += 1
  const { by = '受付 見本', text = null, verification } = given
  return {
    type: 'note',
    id: `event-${events}`,
    cursor: `c${events}`,
    at: '2026-04-01T09:40:00+09:00',
    note: { verificationId, kind, by, text },
    ...(verification !== undefined && { verification }),
  }
}

/** A My Number card on the first reader, which waits for 本人認証. */
export const sampleTap = (
  given: Partial<DeskState['presentations'][number]> = {},
): DeskState['presentations'][number] => ({
  id: '0197c000-0000-7000-8000-00000000000a',
  reader: 'desk-1',
  at: '2026-04-01T09:29:50+09:00',
  kind: 'my-number-card',
  state: 'waiting',
  lapsesAt: '2026-04-01T09:30:50+09:00',
  cardPresent: true,
  pin: 'none',
  certificateExpired: false,
  name: null,
  fault: null,
  ...given,
})
