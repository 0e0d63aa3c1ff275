import type { IncomingMessage } from 'node:http'
import { mediaType } from '../http.ts'
import type { Fields } from '../patients/element.ts'
import { appointlst } from './appointlst.ts'
import type { CallName } from './behaviour.ts'
import { type Answer, type Call, type Clinic, headOf, UNKNOWN_REQUEST } from './clinic.ts'
import { recordOf, textOf } from './fields.ts'
import { patientId } from './ledger.ts'
import { lockdel } from './lockdel.ts'
import { insuranceinf, system01lst } from './masters.ts'
import { patientfind } from './patientfind.ts'
import { patientget, patientlist } from './patientget.ts'
import { patientmod } from './patientmod.ts'
import { patientmodv3 } from './patientmod-v3.ts'
import {
  APPOINTLSTREQ,
  MASTERREQ,
  MEDICALV3REQ7,
  misfit,
  PATIENTLST2REQ,
  PATIENTLST3REQ,
  PATIENTMODREQ,
  PATIENTMODV3REQ2,
  type Shape,
} from './shapes.ts'
import type { Format } from './write2.ts'
import { type Body, readJson2, readXml2 } from './xml2.ts'

/** One call of the API. */
export interface Route {
  readonly call: CallName
  readonly path: string
  readonly method: 'GET' | 'POST'
  /** What the body is; a GET has none. */
  readonly request?: { readonly root: string; readonly shape: Shape; readonly isOrdered: boolean }
  readonly answerRoot: string
  /** Codes of the v3 calls have an E before them. */
  readonly isV3: boolean
  /** What behaviours call a step: a class, or a Request_Number. */
  stepOf(call: Call): string
  handle(call: Call, clinic: Clinic): Answer
}

const byClass = ({ query }: Call) => query.get('class') ?? ''
const byNumber = ({ fields }: Call) => textOf(fields, 'Request_Number')

const master = (root: string) => ({ root, shape: MASTERREQ, isOrdered: false })

export const ROUTES: readonly Route[] = [
  {
    call: 'patientgetv2',
    path: '/api01rv2/patientgetv2',
    method: 'GET',
    answerRoot: 'patientinfores',
    isV3: false,
    stepOf: byClass,
    handle: patientget,
  },
  {
    call: 'patientlst2v2',
    path: '/api01rv2/patientlst2v2',
    method: 'POST',
    request: { root: 'patientlst2req', shape: PATIENTLST2REQ, isOrdered: false },
    answerRoot: 'patientlst2res',
    isV3: false,
    stepOf: byClass,
    handle: patientlist,
  },
  {
    call: 'patientlst3v2',
    path: '/api01rv2/patientlst3v2',
    method: 'POST',
    request: { root: 'patientlst3req', shape: PATIENTLST3REQ, isOrdered: false },
    answerRoot: 'patientlst2res',
    isV3: false,
    stepOf: byClass,
    handle: patientfind,
  },
  {
    call: 'insuranceinf1v2',
    path: '/api01rv2/insuranceinf1v2',
    method: 'POST',
    request: master('insuranceinfreq'),
    answerRoot: 'insuranceinfres',
    isV3: false,
    stepOf: byNumber,
    handle: insuranceinf,
  },
  {
    call: 'system01lstv2',
    path: '/api01rv2/system01lstv2',
    method: 'POST',
    request: master('system01_managereq'),
    answerRoot: 'departmentres',
    isV3: false,
    stepOf: byNumber,
    handle: system01lst,
  },
  {
    call: 'appointlstv2',
    path: '/api01rv2/appointlstv2',
    method: 'POST',
    request: { root: 'appointlstreq', shape: APPOINTLSTREQ, isOrdered: false },
    answerRoot: 'appointlstres',
    isV3: false,
    stepOf: byClass,
    handle: appointlst,
  },
  {
    call: 'patientmodv2',
    path: '/orca12/patientmodv2',
    method: 'POST',
    request: { root: 'patientmodreq', shape: PATIENTMODREQ, isOrdered: true },
    answerRoot: 'patientmodres',
    isV3: false,
    stepOf: byClass,
    handle: patientmod,
  },
  {
    call: 'patientmodv32',
    path: '/orca12/patientmodv32',
    method: 'POST',
    request: { root: 'patientmodv3req2', shape: PATIENTMODV3REQ2, isOrdered: false },
    answerRoot: 'patientmodv3res2',
    isV3: true,
    stepOf: byNumber,
    handle: patientmodv3,
  },
  {
    call: 'medicalmodv37',
    path: '/api21/medicalmodv37',
    method: 'POST',
    request: { root: 'medicalv3req7', shape: MEDICALV3REQ7, isOrdered: false },
    answerRoot: 'medicalv3res7',
    isV3: true,
    stepOf: byNumber,
    handle: lockdel,
  },
]

const ERRORS = {
  '91': UNKNOWN_REQUEST,
  '97': '送信内容に誤りがあります',
  '98': '送信内容の読込ができませんでした',
} as const
type ErrorCode = keyof typeof ERRORS

/** A body as it fits the call, or the code of what is wrong with it. */
export type Read =
  | { readonly is: 'fields'; readonly fields: Fields }
  | { readonly is: 'error'; readonly code: ErrorCode }

const MEDIA: Readonly<Record<Format, string>> = {
  xml: 'application/xml',
  json: 'application/json',
}

const isOtherCharset = (request: IncomingMessage): boolean => {
  const charset = /charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1]
  return charset !== undefined && charset.toLowerCase() !== 'utf-8'
}

const error = (code: ErrorCode): Read => ({ is: 'error', code })

const fit = (body: Body, route: Route, format: Format): Read => {
  if (body.is === 'charset') return error('91')
  if (body.is === 'unreadable') return error('98')
  const { request } = route
  if (request === undefined || body.root !== request.root) return error('97')
  const isOrdered = request.isOrdered && format === 'xml'
  return misfit(body.fields, request.shape, isOrdered) === undefined
    ? { is: 'fields', fields: body.fields }
    : error('97')
}

/** Reads the body of a request for this call. */
export const readFor = (
  route: Route,
  request: IncomingMessage,
  bytes: Buffer,
  format: Format,
): Read => {
  if (route.request === undefined) return { is: 'fields', fields: {} }
  if (mediaType(request) !== MEDIA[format]) return error('98')
  if (isOtherCharset(request)) return error('91')
  return fit(format === 'json' ? readJson2(bytes) : readXml2(bytes), route, format)
}

/** An answer of this call that says nothing but its result. */
export const refusal = (
  { answerRoot, path }: Route,
  result: string,
  message: string,
  clinic: Clinic,
): Answer => ({
  root: answerRoot,
  fields: headOf(
    clinic,
    result,
    message,
    path.startsWith('/api01rv2') ? 'Patient Info' : 'Acceptance_Info',
  ),
})

/** The answer to a body that could not be read. */
export const errorAnswer = (route: Route, code: ErrorCode, clinic: Clinic): Answer =>
  refusal(route, route.isV3 ? `E${code}` : code, ERRORS[code], clinic)

/** Whom a request is about, as five digits; '' for nobody. */
export const patientOf = ({ query, fields }: Call): string => {
  const id =
    query.get('id') ??
    (textOf(fields, 'Patient_ID') || textOf(recordOf(fields, 'Patient_Information'), 'Patient_ID'))
  return patientId(id) ?? ''
}
