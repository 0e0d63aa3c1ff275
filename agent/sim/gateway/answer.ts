import { verify, X509Certificate } from 'node:crypto'
import { headerError, personError, processed } from '../patients/case.ts'
import { isCalendarDate, japaneseMoment } from '../patients/dates.ts'
import type { Answer, CardFace, Fields, Patient } from '../patients/element.ts'
import { OTHER_INSTITUTION } from '../patients/odd.ts'
import { patientByCardId, patientsByCardFace } from '../patients.ts'
import { CARD_AUTHORITY } from '../pki.ts'
import type { Challenges } from './challenges.ts'
import type { CardProof, Request } from './request.ts'
import type { Charset } from './write.ts'

/** A request that is an official message, good or refused. */
export type Message = Exclude<Request, { is: 'not-a-message' }>

/** Whom a question is about, or the answer when it is about nobody. */
export type Found =
  | { readonly is: 'patient'; readonly patient: Patient }
  | { readonly is: 'answer'; readonly answer: Answer }

const answered = (answer: Answer): Found => ({ is: 'answer', answer })

/** Status 2 codes of the simulator, about the person or the card. */
const CARD_EXPIRED = personError(
  'SIM0101E',
  '（模擬）利用者証明用電子証明書の有効期限が切れています。',
)
const NO_SUCH_DAY = personError(
  'SIM0103E',
  '（模擬）生年月日が暦にありません。照会条件を確認してください。',
)
const NOT_A_CARD = personError('SIM0104E', '（模擬）利用者証明用電子証明書として確認できません。')

const commonName = (lines: string) => /^CN=(.+)$/m.exec(lines)?.[1]

const readCertificate = (der: Buffer): X509Certificate | undefined => {
  try {
    return new X509Certificate(der)
  } catch {
    // OpenSSL gives no narrower error for bytes that are no certificate.
    return undefined
  }
}

const NOT_SIGNED = personError(
  'SIM0106E',
  '（模擬）カードの署名を確認できません。暗証番号の入力からやり直してください。',
)

const isSignedBy = (certificate: X509Certificate, { challenge, signature }: CardProof): boolean =>
  verify('sha256', challenge, certificate.publicKey, signature)

type CardMessage = Extract<Message, { is: 'card' }>

const findByCard = (
  message: CardMessage,
  now: number,
  challenges: Challenges | undefined,
): Found => {
  const { certificateDer, proof, header } = message
  const certificate = readCertificate(certificateDer)
  if (certificate === undefined)
    return answered(headerError('SIM0005E', '（模擬）証明書を読み取れません。'))
  const question = header['ArbitraryFileIdentifier'] ?? ''
  if (
    proof !== undefined &&
    !(isSignedBy(certificate, proof) && challenges?.use(proof.challenge, question) === true)
  )
    return answered(NOT_SIGNED)
  if (commonName(certificate.issuer) !== CARD_AUTHORITY) return answered(NOT_A_CARD)
  if (certificate.validToDate.getTime() < now) return answered(CARD_EXPIRED)
  const patient = patientByCardId(commonName(certificate.subject) ?? '')
  return patient === undefined ? answered(processed('4', [])) : { is: 'patient', patient }
}

/** What there is to look up beside the forty patients. */
export interface Known {
  /** Without them no card has signed. */
  readonly challenges?: Challenges
  readonly alsoKnown?: (asked: CardFace) => Patient | undefined
}

/** Looks the question up. `now` is epoch ms, for the end of a card's certificate. */
export const find = (message: Message, now: number, known: Known = {}): Found => {
  if (message.is === 'refused')
    return answered(headerError(message.code, `（模擬）${message.reason}`))
  if (message.is === 'card') return findByCard(message, now, known.challenges)
  if (!isCalendarDate(message.cardFace.birthdate)) return answered(NO_SUCH_DAY)
  const other = known.alsoKnown?.(message.cardFace)
  if (other !== undefined) return { is: 'patient', patient: other }
  const [patient, another] = patientsByCardFace(message.cardFace)
  if (patient === undefined) return answered(processed('4', []))
  if (another !== undefined) return answered(processed('5', []))
  return { is: 'patient', patient }
}

/** Lies that an answer can be told to tell. */
export type Twist = 'other-institution' | 'other-question' | 'huge' | undefined

/** Above the 5 MB that a careful client stops at. */
const HUGE_BYTES = 6 * 1024 * 1024

const OTHER_QUESTION: Fields = {
  InsurerNumber: '06139984',
  InsuredIdentificationNumber: '1',
  Birthdate: '19990101',
  LimitApplicationCertificateRelatedConsFlg: '0',
}

const twistHeader = (twist: Twist): Fields => {
  if (twist === 'other-institution') return { MedicalInstitutionCode: OTHER_INSTITUTION }
  return twist === 'other-question' ? { ArbitraryFileIdentifier: 'another-question' } : {}
}

/** What the official side knows of this question: the found patient's answer, or nobody's. */
const answerTo = (message: Message, found: Found, at: string): Answer =>
  found.is === 'answer'
    ? found.answer
    : found.patient.answer({
        on: message.header['QualificationConfirmationDate'] ?? at.slice(0, 8),
        at,
        institution: message.header['MedicalInstitutionCode'] ?? '',
        by: message.is === 'card' ? 'card' : 'card-face',
        limitConsent: message.is === 'card' || (message.is === 'card-face' && message.limit),
      })

/** A card-face question comes back in its answer; a card does not. */
const echoOf = (message: Message, twist: Twist): Fields => {
  if (message.is !== 'card-face') return {}
  return {
    QualificationConfirmSearchInfo: twist === 'other-question' ? OTHER_QUESTION : message.search,
  }
}

const CLASSIFICATION: Readonly<Record<Message['is'], Fields>> = {
  card: { ReferenceClassification: '1' },
  'card-face': { ReferenceClassification: '2' },
  refused: {},
}

/** Header and body of the answer; `now` is epoch ms. */
export const compose = (
  message: Message,
  found: Found,
  {
    now,
    charset,
    twist,
  }: { readonly now: number; readonly charset: Charset; readonly twist: Twist },
): { readonly header: Fields; readonly body: Fields | undefined } => {
  const at = japaneseMoment(now)
  const answer = answerTo(message, found, at)
  const padding = twist === 'huge' ? { SimulatedPadding: 'x'.repeat(HUGE_BYTES) } : {}
  return {
    header: {
      ProcessExecutionTime: at,
      ...message.header,
      ...CLASSIFICATION[message.is],
      SegmentOfResult: '1',
      CharacterCodeIdentifier: charset === 'utf-8' ? '0' : '1',
      ...answer.header,
      ...twistHeader(twist),
    },
    body: answer.body && { ...answer.body, ...echoOf(message, twist), ...padding },
  }
}
