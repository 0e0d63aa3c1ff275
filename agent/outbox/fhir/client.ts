import { AgentError } from '../../kernel/errors.ts'
import type { FaultCode } from '../../kernel/faults.ts'
import { type Http, type HttpAnswer, passing } from '../http.ts'
import {
  isStored,
  type JsonObject,
  objectIn,
  objectsIn,
  parseObject,
  type Stored,
  textIn,
} from './json.ts'

export interface Conditions {
  readonly [parameter: string]: string
}

/**
 * What the sink asks of a FHIR server. Every call throws what `Http.send` and `passing` throw, and
 * `SINK_ANSWER_INVALID` for an answer that is not FHIR's: everything waits until that is cured.
 */
export interface FhirClient {
  /** All current resources of the type that meet the conditions. */
  search(type: string, conditions: Conditions, signal: AbortSignal): Promise<readonly Stored[]>
  /**
   * Create, under conditions where there are some. `conflict`: one or several meet them already, or
   * another writer was faster. Throws `SINK_REFUSED` where the server will never take this resource.
   */
  create(
    resource: JsonObject,
    conditions: Conditions | undefined,
    signal: AbortSignal,
  ): Promise<'created' | 'conflict'>
  /** Update of the version that was read; `conflict` where it is not the current one any more. */
  update(resource: Stored, signal: AbortSignal): Promise<'written' | 'conflict'>
}

export interface ClientSettings {
  readonly http: Http
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly token: string | undefined
  readonly search: 'post' | 'get'
  readonly extraHeaders: Readonly<Record<string, string>>
}

const JSON_TYPE = 'application/fhir+json'
const FORM_TYPE = 'application/x-www-form-urlencoded'
/** One patient has a few; so many pages are another server's idea of a search. */
const PAGE_SIZE = '100'
const PAGES = 20
const encoder = new TextEncoder()

export function openClient(settings: ClientSettings): FhirClient {
  const { page, write } = requestsOf(settings)
  const { baseUrl } = settings
  return {
    async search(type, conditions, signal) {
      const query = queryOf({ ...conditions, _count: PAGE_SIZE })
      const isPosted = settings.search === 'post'
      const first = new URL(`${baseUrl}/${type}${isPosted ? '/_search' : `?${query}`}`)
      let answer = await page(first, signal, isPosted ? query : undefined)
      const found: Stored[] = []
      for (let count = 1; ; count += 1) {
        const bundle = bundleOf(answer)
        found.push(...resourcesOf(bundle, type))
        const next = nextOf(bundle, baseUrl)
        if (next === undefined) return found
        if (count === PAGES) throw invalid(answer, 'a search does not end')
        answer = await page(next, signal)
      }
    },
    async create(resource, conditions, signal) {
      const more = conditions === undefined ? {} : { 'if-none-exist': queryOf(conditions) }
      const type = textIn(resource['resourceType'])
      const answer = await write('POST', type, resource, more, signal)
      // 200 to a conditional create: there is one already. [R4 http.html#ccreate]
      return writtenOf(answer) === 'conflict' || answer.status === 200 ? 'conflict' : 'created'
    },
    async update(resource, signal) {
      const more = { 'if-match': `W/"${versionOf(resource)}"` }
      const path = `${resource.resourceType}/${resource.id}`
      const answer = await write('PUT', path, resource, more, signal)
      // It was deleted in between: the next look does not find it.
      if (answer.status === 404 || answer.status === 410) return 'conflict'
      return writtenOf(answer)
    },
  }
}

type Headers = Readonly<Record<string, string>>

function requestsOf({ http, baseUrl, token, extraHeaders }: ClientSettings) {
  const headers = {
    ...extraHeaders,
    accept: JSON_TYPE,
    prefer: 'handling=strict',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  // What was written is known; the less patient data travels, the better.
  const writing = { prefer: 'return=minimal, handling=strict', 'content-type': JSON_TYPE }
  const formHeaders = { ...headers, 'content-type': FORM_TYPE }
  return {
    page: (url: URL, signal: AbortSignal, form?: string) =>
      form === undefined
        ? http.send({ method: 'GET', url, headers }, signal)
        : http.send(
            { method: 'POST', url, headers: formHeaders, body: encoder.encode(form) },
            signal,
          ),
    write(
      method: 'POST' | 'PUT',
      path: string,
      resource: JsonObject,
      more: Headers,
      signal: AbortSignal,
    ) {
      const url = new URL(`${baseUrl}/${path}`)
      const body = encoder.encode(JSON.stringify(resource))
      return http.send({ method, url, headers: { ...headers, ...writing, ...more }, body }, signal)
    },
  }
}

const queryOf = (conditions: Conditions) => new URLSearchParams(conditions).toString()

/** A value in a search: what separates there is escaped. [R4 search.html#escaping] */
export const searchValue = (text: string) => text.replace(/[\\,|$]/g, (sign) => `\\${sign}`)

const versionOf = ({ meta }: Stored): string => {
  const version = textIn(objectIn(meta)['versionId'])
  if (/^[A-Za-z0-9\-.]{1,64}$/.test(version)) return version
  throw new AgentError(
    'SINK_ANSWER_INVALID',
    'a resource has no meta.versionId: without it an update could undo another one',
  )
}

function bundleOf(answer: HttpAnswer): JsonObject {
  passing(answer)
  const bundle = parseObject(answer.body)
  if (answer.status !== 200 || bundle?.['resourceType'] !== 'Bundle')
    throw invalid(answer, 'a search is not answered by a Bundle')
  return bundle
}

const resourcesOf = (bundle: JsonObject, type: string): readonly Stored[] =>
  objectsIn(bundle['entry'])
    .map((entry) => objectIn(entry['resource']))
    .filter(isStored)
    .filter(({ resourceType }) => resourceType === type)

/** At the base or below it only: the token is not carried elsewhere. */
function nextOf(bundle: JsonObject, baseUrl: string): URL | undefined {
  const link = objectsIn(bundle['link']).find(({ relation }) => relation === 'next')
  if (link === undefined) return undefined
  const base = new URL(`${baseUrl}/`)
  const next = URL.parse(textIn(link['url']), base.href)
  if (next?.origin === base.origin && `${next.pathname}/`.startsWith(base.pathname)) return next
  throw new AgentError('SINK_ANSWER_INVALID', 'the next page of a search is at another address')
}

function writtenOf(answer: HttpAnswer): 'written' | 'conflict' {
  passing(answer)
  const { status, body } = answer
  if (status === 409 || status === 412) return 'conflict'
  const said = body.length === 0 ? {} : parseObject(body)
  if (status === 200 || status === 201 || status === 204) {
    // Somebody else's page is an answer, too; a write that is not confirmed is tried again.
    if (said !== undefined) return 'written'
    throw invalid(answer, 'a write is not answered by FHIR')
  }
  if ((status === 400 || status === 413 || status === 422) && said !== undefined)
    throw judgedBy(said, answer)
  throw invalid(answer, 'a write is not answered by FHIR')
}

/**
 * Issues that say nothing of the resource: of what the server can do, of who asks, and what passes.
 * They would meet every patient, so that everything waits until they are cured. [R4 issue-type]
 */
const FAULT_OF_ISSUE: ReadonlyMap<string, FaultCode> = new Map([
  ['not-supported', 'SINK_ANSWER_INVALID'],
  ['security', 'SINK_UNAUTHORIZED'],
  ['login', 'SINK_UNAUTHORIZED'],
  ['expired', 'SINK_UNAUTHORIZED'],
  ['forbidden', 'SINK_UNAUTHORIZED'],
  ['throttled', 'SINK_BUSY'],
  ['lock-error', 'SINK_BUSY'],
  ['transient', 'SINK_FAILED'],
  ['no-store', 'SINK_FAILED'],
  ['exception', 'SINK_FAILED'],
  ['timeout', 'SINK_FAILED'],
  ['incomplete', 'SINK_FAILED'],
])

/** One issue that is not the resource's is enough: what else is said may follow from it. */
function judgedBy(outcome: JsonObject, answer: HttpAnswer): AgentError {
  if (outcome['resourceType'] !== 'OperationOutcome')
    return invalid(answer, 'a write is not answered by FHIR')
  const { status } = answer
  const issues = objectsIn(outcome['issue'])
    .filter(({ severity }) => severity !== 'warning' && severity !== 'information')
    .map(issueOf)
  const general = issues.find((issue) => FAULT_OF_ISSUE.has(issue))
  const issue = general ?? issues[0] ?? 'unknown'
  const code = FAULT_OF_ISSUE.get(issue) ?? 'SINK_REFUSED'
  return new AgentError(code, `the FHIR server answered ${status}`, { facts: { status, issue } })
}

/** The code alone: diagnostics and expressions may quote the patient. */
function issueOf(issue: JsonObject): string {
  const code = textIn(issue['code'])
  return /^[a-z-]{1,20}$/.test(code) ? code : 'unknown'
}

const invalid = ({ status }: HttpAnswer, message: string) =>
  new AgentError('SINK_ANSWER_INVALID' satisfies FaultCode, message, { facts: { status } })
