import type { Delivery } from '../../../../agent/kernel/delivery.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import type { Verification } from '../../../../agent/kernel/verification.ts'

/** An invented person with an insurance of 06139992. */
export const ichiro: OfficialResult = {
  insuredCardClassification: '01',
  insurerNumber: '06139992',
  insuredCardSymbol: '１２・３４',
  insuredIdentificationNumber: '5678',
  insuredBranchNumber: '01',
  personalFamilyClassification: '1',
  insuredName: '検証　一郎',
  name: '検証　一郎',
  nameKana: 'ｹﾝｼｮｳ ｲﾁﾛｳ',
  sex1: '1',
  birthdate: '19800502',
  address: '東京都架空区見本町１丁目２番３号',
  postNumber: '100-0000',
  qualificationDate: '20240401',
  insuredCardValidDate: '20240401',
  insurerName: '見本健康保険組合',
}

/** The same person after a change of employer. */
export const ichiroMoved: OfficialResult = {
  ...ichiro,
  insurerNumber: '01139996',
  insuredCardSymbol: '９８７６',
  insuredIdentificationNumber: '54',
  insuredBranchNumber: '00',
  qualificationDate: '20260301',
  insuredCardValidDate: '20260301',
  insurerName: '見本協会',
}

/** 後期高齢者 who pays 2割. */
export const koki: OfficialResult = {
  insuredCardClassification: '01',
  insurerNumber: '39139993',
  insuredIdentificationNumber: '01234567',
  name: '検証　後期',
  nameKana: 'ｹﾝｼｮｳ ｺｳｷ',
  sex1: '1',
  birthdate: '19450820',
  qualificationDate: '20200820',
  insuredCardValidDate: '20250801',
  insuredCardExpirationDate: '20260731',
  insuredPartialContributionRatio: '020',
}

/** 医療扶助 beside or instead of an insurance. */
export const aid = (beside: OfficialResult): OfficialResult => ({
  insuredCardClassification: 'A1',
  insurerNumber: '12137998',
  insuredIdentificationNumber: '9000001',
  name: beside.name ?? '',
  nameKana: beside.nameKana ?? '',
  sex1: beside.sex1 ?? '',
  birthdate: beside.birthdate ?? '',
  qualificationDate: '20230901',
})

export const verification = (
  results: readonly OfficialResult[],
  more: Partial<Verification> = {},
): Verification => ({
  id: '01990000-0000-7000-8000-000000000001',
  supersedes: null,
  askedAt: '2026-04-01T09:30:00+09:00',
  source: { kind: 'card-face', authentication: 'none', reader: null, line: null },
  outcome: 'valid',
  fault: null,
  official: {
    header: { qualificationConfirmationDate: '20260401' },
    status: '1',
    validity: '1',
    code: null,
    message: null,
  },
  results: [...results],
  patient: null,
  lastKnown: null,
  patientNumber: '00042',
  arbitraryIdentifier: null,
  card: null,
  confirmation: null,
  advisories: [],
  held: false,
  limitConsent: null,
  identity: null,
  history: null,
  consents: null,
  reception: null,
  ...more,
})

export const delivery = (of: Verification, more: Partial<Delivery> = {}): Delivery => ({
  id: '01990000-0000-7000-8000-00000000000e',
  attempt: 1,
  event: {
    type: 'verification',
    id: '01990000-0000-7000-8000-00000000000e',
    cursor: 'c',
    at: '2026-04-01T09:30:02+09:00',
    verification: of,
  },
  item: new Uint8Array(),
  message: () => undefined,
  isSuperseded: () => false,
  decision: null,
  ...more,
})
