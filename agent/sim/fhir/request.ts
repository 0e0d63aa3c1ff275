import type { IncomingMessage } from 'node:http'
import type { Interaction, Purpose } from './behaviour.ts'
import { type Issue, issue } from './outcome.ts'
import { type ResourceType, resourceTypeOf } from './types.ts'

/** What a request asks for, by its method and path. */
export type Route =
  | { readonly is: 'capabilities' }
  | { readonly is: 'read'; readonly type: ResourceType; readonly id: string }
  | {
      readonly is: 'vread'
      readonly type: ResourceType
      readonly id: string
      readonly version: string
    }
  | { readonly is: 'search'; readonly type: ResourceType; readonly inBody: boolean }
  | { readonly is: 'create'; readonly type: ResourceType }
  /** Without id: conditional. */
  | { readonly is: 'update'; readonly type: ResourceType; readonly id: string | undefined }
  | { readonly is: 'refused'; readonly status: number; readonly issue: Issue }

export const BASE_PATH = '/fhir'

const refused = (status: number, ...given: Parameters<typeof issue>): Route => ({
  is: 'refused',
  status,
  issue: issue(...given),
})

const instanceRoute = (method: string, type: ResourceType, parts: readonly string[]): Route => {
  const [id = '', history, version, ...rest] = parts
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id)) return refused(400, 'value', '', 'the id in the path')
  if (history === undefined) {
    if (method === 'GET') return { is: 'read', type, id }
    if (method === 'PUT') return { is: 'update', type, id }
    return refused(405, 'not-supported', '', `${method} of an instance`)
  }
  if (history !== '_history' || version === undefined || rest.length > 0 || method !== 'GET')
    return refused(404, 'not-supported', '', 'this path')
  return { is: 'vread', type, id, version }
}

/** The route of a request below `/fhir`. */
export const routeOf = (method: string, pathname: string): Route => {
  const [, base, typeName = '', ...parts] = pathname.split('/')
  if (`/${base}` !== BASE_PATH)
    return refused(404, 'not-found', '', `everything is below ${BASE_PATH}`)
  if (typeName === 'metadata' && parts.length === 0 && method === 'GET')
    return { is: 'capabilities' }
  const type = resourceTypeOf(typeName)
  if (type === undefined) return refused(404, 'not-supported', '', 'no resources of this type here')
  if (parts[0] === '_search' && parts.length === 1)
    return method === 'POST'
      ? { is: 'search', type, inBody: true }
      : refused(405, 'not-supported', '', '_search is posted')
  if (parts.length > 0) return instanceRoute(method, type, parts)
  if (method === 'GET') return { is: 'search', type, inBody: false }
  if (method === 'POST') return { is: 'create', type }
  if (method === 'PUT') return { is: 'update', type, id: undefined }
  return refused(405, 'not-supported', '', `${method} of a type`)
}

/** What a behaviour may be for. */
export const purposeOf = (route: Route): Purpose => {
  const interaction: Interaction = route.is === 'refused' ? 'read' : route.is
  return { interaction, resourceType: 'type' in route ? route.type : undefined }
}

/** What `Prefer` asks for. [source: hl7.org/fhir/R4/http.html#prefer] */
export interface Preferences {
  readonly answer: 'minimal' | 'representation' | 'OperationOutcome'
  readonly strict: boolean
}

export const preferencesOf = (request: IncomingMessage): Preferences => {
  const asked = String(request.headers['prefer'] ?? '')
    .split(/[,;]/)
    .map((one) => one.trim())
  const answer = (['minimal', 'OperationOutcome'] as const).find((one) =>
    asked.includes(`return=${one}`),
  )
  return { answer: answer ?? 'representation', strict: asked.includes('handling=strict') }
}

const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** The version in `If-Match: W/"3"`; 'wrong' for what is none. */
export const ifMatch = (request: IncomingMessage): number | 'wrong' | undefined => {
  const text = header(request, 'if-match')
  if (text === undefined) return undefined
  const [, version] = /^W\/"(\d+)"$/.exec(text) ?? []
  return version === undefined ? 'wrong' : Number(version)
}

/** The query of `If-None-Exist`. */
export const ifNoneExist = (request: IncomingMessage): URLSearchParams | undefined => {
  const text = header(request, 'if-none-exist')
  return text === undefined ? undefined : new URLSearchParams(text.replace(/^[^?]*\?/, ''))
}

const mediaTypes = (text: string) =>
  text.split(',').map((one) => {
    const [type = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase())
    return { type, parameters }
  })

const isR4 = (parameters: readonly string[]) =>
  parameters.every((one) => !one.startsWith('fhirversion=') || one === 'fhirversion=4.0')

/** Whether the client takes FHIR's JSON. */
export const takesJson = (request: IncomingMessage): boolean => {
  const accept = header(request, 'accept')
  if (accept === undefined) return true
  const known = ['application/fhir+json', 'application/json', 'application/*', '*/*']
  return mediaTypes(accept).some(({ type, parameters }) => known.includes(type) && isR4(parameters))
}

/** Whether the body comes as FHIR's JSON in UTF-8. */
export const bringsFhirJson = (request: IncomingMessage): boolean => {
  const [only, another] = mediaTypes(header(request, 'content-type') ?? '')
  if (only === undefined || another !== undefined) return false
  const { type, parameters } = only
  const charset = parameters.find((one) => one.startsWith('charset='))
  return (
    type === 'application/fhir+json' &&
    isR4(parameters) &&
    (charset === undefined || charset === 'charset=utf-8')
  )
}
