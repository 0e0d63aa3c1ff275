import type { Reply } from '../http.ts'
import type { Stored } from './bank.ts'
import type { JsonObject } from './json.ts'
import { type Issue, issue, operationOutcome } from './outcome.ts'
import type { Preferences } from './request.ts'

/** What became of a request: its answer, and why it was refused, if it was. */
export interface Done {
  readonly reply: Reply
  /** Empty when it was carried out. */
  readonly issues: readonly Issue[]
}

type Headers = Readonly<Record<string, string>>

const fhirReply = (status: number, resource: JsonObject, headers: Headers = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/fhir+json; charset=utf-8', ...headers },
  body: Buffer.from(JSON.stringify(resource)),
})

export const good = (status: number, resource: JsonObject, headers: Headers = {}): Done => ({
  reply: fhirReply(status, resource, headers),
  issues: [],
})

/** An OperationOutcome with all that is wrong. */
export const refuseAll = (
  status: number,
  issues: readonly Issue[],
  headers: Headers = {},
): Done => ({ reply: fhirReply(status, operationOutcome(issues, 'error'), headers), issues })

export const refuse = (status: number, ...given: Parameters<typeof issue>): Done =>
  refuseAll(status, [issue(...given)])

const versionHeaders = ({ version, at }: Stored): Headers => ({
  etag: `W/"${version}"`,
  'last-modified': new Date(at).toUTCString(),
})

export const goodRead = (stored: Stored): Done => good(200, stored.resource, versionHeaders(stored))

/** The answer to a write, as much of it as the client prefers. */
export const goodWrite = (
  status: 200 | 201,
  stored: Stored,
  { answer }: Preferences,
  base: string,
): Done => {
  const { type, id, version } = stored
  const headers = {
    ...versionHeaders(stored),
    location: `${base}/${type}/${id}/_history/${version}`,
  }
  if (answer === 'minimal') return { reply: { status, headers, body: Buffer.of() }, issues: [] }
  if (answer === 'representation') return good(status, stored.resource, headers)
  const said = issue('informational', '', status === 201 ? 'created' : 'updated')
  return good(status, operationOutcome([said], 'information'), headers)
}
