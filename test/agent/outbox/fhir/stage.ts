import { meaningOf } from '../../../../agent/eligibility/outcome.ts'
import { verificationOf } from '../../../../agent/eligibility/verification.ts'
import type { Delivered, Delivery, Sink } from '../../../../agent/kernel/delivery.ts'
import type { EligibilityAnswer, OfficialResult } from '../../../../agent/kernel/official.ts'
import type { Clock } from '../../../../agent/kernel/ports.ts'
import type { FhirSink } from '../../../../agent/kernel/sink.ts'
import type { Verification } from '../../../../agent/kernel/verification.ts'
import { assumed, type FhirAssumptions } from '../../../../agent/outbox/fhir/assumptions.ts'
import { openFhirSink } from '../../../../agent/outbox/fhir/fhir.ts'
import { openTargets } from '../../../../agent/outbox/targets.ts'
import { documented, write } from '../../../../agent/sim/gateway/write.ts'
import { patients } from '../../../../agent/sim/patients.ts'
import { decodeMessage } from '../../../../agent/xmlmsg/codec.ts'
import { recordingLog } from '../../../fakes/log.ts'
import { sample } from '../../xmlmsg/samples.ts'
import { chart, startFakeFhir } from './server.ts'

export const INSTITUTION = '1312345670'
export const CHART_SYSTEM = `urn:oid:1.2.392.100495.20.3.51.1${INSTITUTION}`
const AT = Date.parse('2026-04-01T09:30:02+09:00')

/** Time that passes at once: pauses between looks cost a test nothing. */
export const hastyClock: Clock = { now: () => AT, sleep: () => Promise.resolve() }

/** An invented result of an insurance. */
export const insurance: OfficialResult = {
  insuredCardClassification: '01',
  insurerNumber: '06139992',
  insuredCardSymbol: '１２・３４',
  insuredIdentificationNumber: '5678',
  insuredBranchNumber: '01',
  personalFamilyClassification: '1',
  name: '検証　一郎',
  nameKana: 'ｹﾝｼｮｳ ｲﾁﾛｳ',
  sex1: '1',
  birthdate: '19800502',
  address: '東京都架空区見本町１丁目２番３号',
  postNumber: '100-0000',
  insuredCardValidDate: '20240401',
  insurerName: '見本健康保険組合',
}

/** Another insurance of the same person. */
export const newInsurance: OfficialResult = {
  ...insurance,
  insurerNumber: '01139990',
  insuredCardSymbol: '３１',
  insuredIdentificationNumber: '310031',
  insurerName: '見本協会けんぽ',
}

/** 医療扶助 of the same person. */
export const aid: OfficialResult = {
  insuredCardClassification: 'A1',
  insurerNumber: '12137998',
  insuredIdentificationNumber: '9000022',
  name: '検証　一郎',
  nameKana: 'ｹﾝｼｮｳ ｲﾁﾛｳ',
  sex1: '1',
  birthdate: '19800502',
  insuredCardValidDate: '20230901',
  insurerName: '架空福祉事務所',
}

const VALIDITY = {
  valid: '1',
  invalid: '2',
  'invalid-new-exists': '3',
  'not-found': '4',
  multiple: '5',
  'valid-unregistered': '6',
} as const

export interface Asked {
  readonly id?: string
  /** '1': with a My Number card, '2': with one card face. */
  readonly by?: '1' | '2'
  readonly patientNumber?: string | null
}

/** A verification of an official answer, as the agent makes it. */
export function verificationFrom(
  answer: EligibilityAnswer,
  { id = 'v-1', by = '2', patientNumber = '00042' }: Asked = {},
): Verification {
  const header = { referenceClassification: by, ...answer.messageHeader }
  const full = { ...answer, messageHeader: header }
  const question = {
    kind: 'terminal',
    isOfBatch: false,
    arbitraryIdentifier: null,
    supersedes: null,
  } as const
  const verification = verificationOf(id, AT, question, meaningOf(full), {
    answer: full,
    line: 'ngn',
  })
  return { ...verification, patientNumber }
}

export const verified = (
  outcome: keyof typeof VALIDITY,
  results: readonly OfficialResult[],
  asked: Asked = {},
): Verification =>
  verificationFrom(
    {
      messageHeader: {
        segmentOfResult: '1',
        qualificationConfirmationDate: '20260401',
        referenceClassification: asked.by ?? '2',
      },
      messageBody: {
        processingResultStatus: '1',
        qualificationValidity: VALIDITY[outcome],
        ...(results.length > 0 && { resultList: [...results] }),
      },
    },
    asked,
  )

/** What the agent makes of the answer about each of the forty simulated patients. */
export const fortyVerifications = (by: 'card' | 'card-face' = 'card'): readonly Verification[] =>
  patients.map(({ number, answer }) => {
    const asked = {
      on: '20260401',
      at: '20260401093000',
      institution: INSTITUTION,
      by,
      limitConsent: true,
    }
    const { header = {}, body } = answer(asked)
    const usual = { QualificationConfirmationDate: asked.on, SegmentOfResult: '1' }
    const bytes = write({ header: { ...usual, ...header }, body }, 'utf-8', documented)
    return verificationFrom(decodeMessage('eligibilityAnswer', bytes).message, {
      id: `v-${number}`,
      by: by === 'card' ? '1' : '2',
      patientNumber: `9${number}`,
    })
  })

const SAMPLE_ANSWERS = ['02', '03', '04', '05', '06', '07', '08', '09', '10'] as const

/** What the agent makes of the sample messages that are answers about one person. */
export const sampleVerifications = (): readonly Verification[] =>
  SAMPLE_ANSWERS.map((number) =>
    verificationFrom(decodeMessage('eligibilityAnswer', sample(number)).message, {
      id: `sample-${number}`,
      patientNumber: `8${number}`,
    }),
  )

/** An event on its way, the first time and never overtaken, where a test does not say otherwise. */
export const deliveryOf = (verification: Verification, more: Partial<Delivery> = {}): Delivery => ({
  id: `event-of-${verification.id}`,
  attempt: 1,
  event: {
    type: 'verification',
    id: `event-of-${verification.id}`,
    cursor: 'c',
    at: '2026-04-01T09:30:02+09:00',
    verification,
  },
  item: new Uint8Array(),
  message: () => undefined,
  isSuperseded: () => false,
  decision: null,
  ...more,
})

export interface StageOptions {
  readonly url: string
  readonly settings?: Partial<Omit<FhirSink, 'kind' | 'url'>>
  readonly assumptions?: Partial<FhirAssumptions>
}

/** A sink towards a server on the loopback. */
export function openStage({ url, settings = {}, assumptions = {} }: StageOptions) {
  const log = recordingLog()
  const sink: Sink = openFhirSink(
    {
      kind: 'fhir',
      url,
      writePatient: false,
      eligibilityResponse: false,
      secrets: { token: 'token-of-the-sink' },
      ...settings,
    },
    {
      targets: openTargets([{ host: '127.0.0.1', networks: ['127.0.0.0/8'] }], () => []),
      institutionCode: INSTITUTION,
      clock: hastyClock,
      log,
      assumptions: { ...assumed, ...assumptions },
    },
  )
  const deliver = (verification: Verification, more: Partial<Delivery> = {}): Promise<Delivered> =>
    sink.deliver(deliveryOf(verification, more), AbortSignal.timeout(60_000))
  return { log, sink, deliver, close: () => sink.close() }
}

/** A server that has the chart of patient 00042, where a test does not say otherwise, and a sink. */
export async function openBeside({
  knows = true,
  ...options
}: Omit<StageOptions, 'url'> & { readonly knows?: boolean } = {}) {
  const server = await startFakeFhir()
  if (knows) server.put(chart(CHART_SYSTEM), 'chart-1')
  const stage = openStage({ url: server.url, ...options })
  return {
    server,
    ...stage,
    async [Symbol.asyncDispose]() {
      await stage.close()
      await server.close()
    },
  }
}
