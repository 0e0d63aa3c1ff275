import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { mediaType, parseJson } from '../http.ts'
import { capabilityStatement } from './capabilities.ts'
import { issue } from './outcome.ts'
import { type Done, good, goodRead, refuse, refuseAll } from './reply.ts'
import {
  bringsFhirJson,
  ifMatch,
  ifNoneExist,
  preferencesOf,
  type Route,
  takesJson,
} from './request.ts'
import { search, searchset } from './search.ts'
import {
  carryOutConditionalUpdate,
  carryOutCreate,
  carryOutUpdate,
  type Parts,
  type Write,
} from './writes.ts'

/** A request with its whole body; undefined when that is too long. */
export interface Whole {
  readonly request: IncomingMessage
  readonly body: Buffer | undefined
}

const carryOutSearch = (
  { request, body }: Whole & { readonly body: Buffer },
  { type, inBody }: Extract<Route, { is: 'search' }>,
  query: URLSearchParams,
  parts: Parts,
): Done => {
  if (inBody && mediaType(request) !== 'application/x-www-form-urlencoded')
    return refuse(415, 'not-supported', '', 'a form is posted to _search')
  const parameters = new URLSearchParams([
    ...query,
    ...(inBody ? new URLSearchParams(body.toString()) : []),
  ])
  const { strict } = preferencesOf(request)
  const found = search({ type, parameters, strict }, parts.bank, parts.base())
  if (found.is === 'refused') return refuseAll(found.status, [found.issue])
  const set = searchset(type, found, parts.base())
  return 'issue' in set ? refuseAll(403, [set.issue]) : good(200, set.bundle)
}

const carryOutWrite = async (
  { request, body }: Whole & { readonly body: Buffer },
  route: Extract<Route, { is: 'create' | 'update' }>,
  query: URLSearchParams,
  parts: Parts,
): Promise<Done> => {
  if (!bringsFhirJson(request))
    return refuse(415, 'not-supported', '', 'the content type is application/fhir+json, in UTF-8')
  const json = isUtf8(body) ? parseJson(body) : undefined
  if (json === undefined) return refuse(400, 'structure', '', 'the body is no JSON in UTF-8')
  const write: Write = {
    type: route.type,
    json,
    preferences: preferencesOf(request),
    ifMatch: ifMatch(request),
  }
  if (route.is === 'create') return carryOutCreate(write, ifNoneExist(request), parts)
  return route.id === undefined
    ? carryOutConditionalUpdate(write, query, parts)
    : carryOutUpdate(write, route.id, parts)
}

const carryOutRead = (route: Extract<Route, { is: 'read' | 'vread' }>, { bank }: Parts): Done => {
  const stored = bank.get(route.type, route.id)
  if (stored === undefined) return refuse(404, 'not-found', '', 'no such resource')
  if (route.is === 'vread' && route.version !== String(stored.version))
    return refuse(404, 'not-found', '', 'only current versions are kept')
  return goodRead(stored)
}

/** Does what a request asks for. */
export const carryOut = async (
  { request, body }: Whole,
  route: Route,
  query: URLSearchParams,
  parts: Parts,
): Promise<Done> => {
  if (route.is !== 'refused' && !takesJson(request))
    return refuseAll(406, [issue('not-supported', '', 'answers are application/fhir+json')])
  if (body === undefined) return refuse(413, 'too-costly', '', 'the body is too long')
  switch (route.is) {
    case 'refused':
      return refuseAll(route.status, [route.issue])
    case 'capabilities':
      return good(200, capabilityStatement(parts.manners, parts.base()))
    case 'read':
    case 'vread':
      return carryOutRead(route, parts)
    case 'search':
      return carryOutSearch({ request, body }, route, query, parts)
    case 'create':
    case 'update':
      return carryOutWrite({ request, body }, route, query, parts)
  }
}
