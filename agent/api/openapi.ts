import type { FastifyContextConfig, FastifySchema, RouteOptions } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { AppointmentItem } from '../kernel/appointment.ts'
import { CardFace } from '../kernel/card-face.ts'
import { ClaimForm } from '../kernel/claim-form.ts'
import { Digest } from '../kernel/digest.ts'
import type { FaultCode } from '../kernel/faults.ts'
import { faults } from '../kernel/faults.ts'
import { Advisory, Change, Consents, History, Identity, Reception } from '../kernel/judgement.ts'
import { OfficialHeader, OfficialResult } from '../kernel/official.ts'
import { IntakeFace, IntakeForm } from '../kernel/offline-intake.ts'
import { Registration } from '../kernel/registration.ts'
import { RosterChange, RosterForm } from '../kernel/roster.ts'
import { ShownRosterEntry } from '../kernel/roster-shown.ts'
import { FaultReport, FeedEvent, LastKnown, Note, Verification } from '../kernel/verification.ts'
import { AppointmentView } from './appointments.ts'
import { ShownBatch } from './batches.ts'
import type { App } from './context.ts'
import { ComparisonItem, ConsumerDelivery, OpenDeliveryItem } from './deliveries.ts'
import { DayList, HandoverList } from './desk-shapes.ts'
import type { AnswerDoc, RequestHeader, RouteDoc } from './docs.ts'
import { EventPage } from './events.ts'
import { Health } from './health.ts'
import { ShownIntake, ShownOutage } from './intake-shown.ts'
import { ShownJob, ShownRun } from './jobs.ts'
import { LineAnswer } from './lines.ts'
import { Problem } from './problem.ts'
import { ShownReferenceNumber } from './reference-numbers.ts'
import { RosterList } from './roster-shown.ts'
import { propertiesOf } from './validation.ts'

/** Schemas that get a name in the document. Wherever one of them stands, the document refers to it. */
const components = {
  Advisory,
  Appointment: AppointmentView,
  AppointmentItem,
  Batch: ShownBatch,
  CardFace,
  Change,
  ClaimForm,
  Comparison: ComparisonItem,
  Consents,
  ConsumerDelivery,
  DayList,
  Digest,
  EventPage,
  FaultReport,
  FeedEvent,
  HandoverList,
  Health,
  History,
  Identity,
  IntakeFace,
  IntakeForm,
  Job: ShownJob,
  JobRun: ShownRun,
  LastKnown,
  Line: LineAnswer,
  Note,
  OfficialHeader,
  OfficialResult,
  OfflineIntake: ShownIntake,
  OpenDelivery: OpenDeliveryItem,
  Outage: ShownOutage,
  Problem,
  Reception,
  ReferenceNumber: ShownReferenceNumber,
  Registration,
  RosterChange,
  RosterEntry: ShownRosterEntry,
  RosterForm,
  RosterList,
  Verification,
}
const nameOf = new Map<unknown, string>(
  Object.entries(components).map(([name, schema]) => [schema, name]),
)

const parameterDocs: Readonly<Record<RequestHeader, string>> = {
  Prefer: '`wait=N`: wait up to N seconds, at most 60, for what is asked (RFC 7240).',
  'Idempotency-Key': '1 to 255 visible ASCII characters; belongs to one body for 24 hours.',
  'If-Match': 'ETag of what was read, or `*` for whatever is there now.',
  'If-None-Match': 'ETag of the page that the client has.',
  'Last-Event-ID': 'Of a stream: the id of the last item that came; goes before `after`.',
}
const anyRoute: readonly FaultCode[] = ['FORBIDDEN', 'HOST_REFUSED']
const tokenRoute: readonly FaultCode[] = ['UNAUTHENTICATED', 'TOO_MANY_REQUESTS']
const anyBody: readonly FaultCode[] = ['REQUEST_INVALID', 'MEDIA_TYPE_REFUSED', 'BODY_TOO_LARGE']

/** A route as the document needs it; the same object that fastify serves from. */
export interface DocumentedRoute {
  readonly method: string
  readonly url: string
  readonly schema: FastifySchema
  readonly access: NonNullable<FastifyContextConfig['access']> | 'token'
  readonly doc: RouteDoc
}

/** The routes of an app, from now on as they are added. HEAD twins are left out. */
export function documentedRoutes(app: App): readonly DocumentedRoute[] {
  const routes: DocumentedRoute[] = []
  app.addHook('onRoute', ({ method, url, schema = {}, config }: RouteOptions) => {
    if (config?.doc === undefined || method === 'HEAD') return
    const { doc, access = 'token' } = config
    routes.push({ method: String(method), url, schema, access, doc })
  })
  return routes
}

/** OpenAPI 3.1, made when it is first asked for. */
export function openApiRoute(app: App, documentOfApp: () => object): void {
  const doc = {
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1.' } },
  } as const
  let document: string | undefined
  app.get('/openapi.json', { config: { doc } }, async (_request, reply) => {
    document ??= JSON.stringify(documentOfApp())
    return reply.type('application/json; charset=utf-8').send(document)
  })
}

/** `simulator`: the answers are invented, and programs may ask about invented people. */
export function documentOf(
  routes: readonly DocumentedRoute[],
  version: string,
  simulator: boolean,
) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  const schemas = Object.entries(components).map(([name, schema]) => [name, inside(schema)])
  return {
    openapi: '3.1.0',
    info: {
      title: 'onshi-agent',
      version,
      description:
        'Eligibility verification (オンライン資格確認) for the programs of one clinic. The schemas are what a role that may see every field gets; for a narrower one (liaison, ward, after-hours) the fields that it may not see are absent.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      ...(simulator && { 'x-simulator': true }),
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { basic: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic', description: 'The token as password.' },
      },
      schemas: Object.fromEntries(schemas),
    },
  }
}

function operationOf({ method, url, schema, access, doc }: DocumentedRoute) {
  const { summary, description, headers = [], csv, answers } = doc
  const parameters = [
    ...parametersIn('path', schema.params),
    ...parametersIn('query', schema.querystring),
    ...headers.map((name) => ({
      name,
      in: 'header',
      required: false,
      description: parameterDocs[name],
      schema: { type: 'string' },
    })),
  ]
  const body = isSchema(schema.body) ? schema.body : undefined
  return {
    operationId: operationIdOf(method, url),
    summary,
    ...(description !== undefined && { description }),
    ...(access === 'open' && { security: [] }),
    ...(access === 'monitor' && { security: [{ bearer: [] }, { basic: [] }, {}] }),
    ...(parameters.length > 0 && { parameters }),
    ...((body !== undefined || csv !== undefined) && { requestBody: requestOf(body, csv) }),
    responses: {
      ...answersOf(answers),
      ...problemsOf(
        doc,
        access,
        [body, csv, schema.querystring].some((input) => input !== undefined),
      ),
    },
  }
}

const JSON_MEDIA = 'application/json'
const TEXT = { schema: { type: 'string' } } as const

const requestOf = (body: TSchema | undefined, csv: string | undefined) => ({
  required: body === undefined || !('anyOf' in body),
  ...(csv !== undefined && { description: csv }),
  content: {
    ...(body !== undefined && { [JSON_MEDIA]: { schema: referred(body) } }),
    ...(csv !== undefined && { 'text/csv': TEXT }),
  },
})

/** `GET /v1/verifications/:id/message` is `getVerificationsIdMessage`. */
const operationIdOf = (method: string, url: string): string =>
  method.toLowerCase() +
  (url.replace(/^\/v1/, '').match(/[A-Za-z]+/g) ?? [])
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('')

function parametersIn(place: 'path' | 'query', schema: unknown) {
  if (!isSchema(schema)) return []
  return Object.entries(propertiesOf(schema)).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: referred(property),
  }))
}

function answersOf(answers: RouteDoc['answers']) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)]),
  )
}

function answerOf({ description, schema, type = JSON_MEDIA, also = [], headers = [] }: AnswerDoc) {
  const named = headers.map((name) => [name, { schema: { type: 'string' } }])
  const hasBody = schema !== undefined || type !== JSON_MEDIA
  return {
    description,
    ...(headers.length > 0 && { headers: Object.fromEntries(named) }),
    ...(hasBody && {
      content: {
        [type]: { schema: schema === undefined ? {} : referred(schema) },
        ...Object.fromEntries(also.map((other) => [other, TEXT])),
      },
    }),
  }
}

/** The faults of a route by status, with their codes; everything else under `default`. */
function problemsOf({ answers, problems = [] }: RouteDoc, access: string, takesInput: boolean) {
  const codes = [
    ...problems,
    ...anyRoute,
    ...(access === 'open' ? [] : tokenRoute),
    ...(takesInput ? anyBody : []),
  ]
  const byStatus = Map.groupBy(codes, (code) => faults[code].http)
  const named = [...byStatus].filter(([status]) => !(status in answers))
  return {
    ...Object.fromEntries(named.map(([status, of]) => [status, problemAnswer(of.join(', '))])),
    default: problemAnswer('Any other problem.'),
  }
}

const problemAnswer = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: referred(Problem) } },
})

const isSchema = (value: unknown): value is TSchema => Type.IsSchema(value)

/** A schema with those that have a name replaced by references. */
function referred(schema: unknown): unknown {
  const name = nameOf.get(schema)
  return name === undefined ? inside(schema) : { $ref: `#/components/schemas/${name}` }
}

function inside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referred)
  if (typeof value !== 'object' || value === null) return value
  // `item` names the repeated official element; to OpenAPI that is an extension.
  const keyOf = (key: string, part: unknown) =>
    key === 'item' && typeof part === 'string' ? 'x-element' : key
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [keyOf(key, part), referred(part)]),
  )
}
