import { randomBytes } from 'node:crypto'

/** What a request file asks for; `not-played`: a documented file that this simulator has no part in. */
export type Kind = 'single' | 'bulk' | 'bulk-result' | 'registration' | 'not-played'

const KINDS: Readonly<Record<string, Kind>> = {
  OQSsiquc01: 'single',
  OQSmuquc01: 'bulk',
  OQSmuquc02: 'bulk-result',
  OQSsiimm01: 'registration',
  YZKsiquc01: 'not-played',
  TKKsiquc01: 'not-played',
  OQSmuimm01: 'not-played',
  OQSmuimm02: 'not-played',
  OQSmuhvq01: 'not-played',
  OQSmuhvq02: 'not-played',
  OQSmuonq01: 'not-played',
  OQSmuonq02: 'not-played',
  OQSmutic01: 'not-played',
  OQSmutic02: 'not-played',
}

export interface RequestName {
  readonly name: string
  readonly kind: Kind
  /** What stands between the prefix and `.xml`. */
  readonly identifier: string
  /** Of the answer, without its ending. */
  readonly answerStem: string
}

/** In capital and small letters as documented; what Windows allows in a name is an identifier. */
const REQUEST = /^([A-Z]{3}[a-z]{5}\d\d)req_([^\\/:*?"<>|]{1,100})\.xml$/

/** Undefined: no request, to be left where it lies. */
export const readRequestName = (name: string): RequestName | undefined => {
  const [, prefix = '', identifier = ''] = REQUEST.exec(name) ?? []
  const kind = KINDS[prefix]
  return kind && { name, kind, identifier, answerStem: `${prefix}res_${identifier}` }
}

const FACE = /^(OQSsiquc01res_face_\d{10})[0-9A-F]{20}(_\d{14}\.\w+)$/

const opaque = () => randomBytes(10).toString('hex').toUpperCase()

/** A result of a check at the card reader; `at` is YYYYMMDDHHmmss. */
export const faceStem = (institutionCode: string, at: string): string =>
  `OQSsiquc01res_face_${institutionCode}${opaque()}_${at}`

/** Another name that the same content can have. */
export const secondName = (name: string): string =>
  FACE.test(name)
    ? name.replace(FACE, (_whole, start: string, end: string) => start + opaque() + end)
    : name.replace(/(\.\w+)$/, '_2$1')
