import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  isObject,
  type JsonObject,
  objectIn,
  objectsIn,
  parseObject,
  type Stored,
  textIn,
} from '../../../../agent/outbox/fhir/json.ts'

/** One request, as the server saw it. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: JsonObject | undefined
}

/** An answer in the place of the server's own. */
export interface Answer {
  readonly status: number
  readonly body?: JsonObject | string
  readonly headers?: Readonly<Record<string, string>>
}

/** A FHIR server as a test wants it: no rules, every moment open to be stepped into. */
export interface FakeFhir {
  readonly url: string
  readonly seen: Seen[]
  /** Writes that came through. */
  readonly writes: () => readonly string[]
  all(type: string): readonly Stored[]
  /** Puts a resource there, as the next version where it is there. */
  put(resource: JsonObject, id?: string): Stored
  /** Before a request is carried out: what it answers instead, `drop` for nothing at all. */
  before: (seen: Seen) => Answer | 'drop' | undefined
  /** After it was carried out. */
  after: (seen: Seen) => Answer | 'drop' | undefined
  /** Whether a conditional creation looks at what is there. */
  isRaceSafe: boolean
  close(): Promise<void>
}

const bodyOf = async (request: IncomingMessage) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const matches = (resource: JsonObject, query: URLSearchParams) => {
  const [system, value] = (query.get('identifier') ?? '').split('|')
  const isIdentified = objectsIn(resource['identifier']).some(
    (one) => one['system'] === system && one['value'] === value,
  )
  const beneficiary = query.get('beneficiary')
  const isOf = objectIn(resource['beneficiary'])['reference'] === beneficiary
  return (!query.has('identifier') || isIdentified) && (beneficiary === null || isOf)
}

const versionOf = (stored: Stored | undefined) => textIn(objectIn(stored?.['meta'])['versionId'])

function openShelf() {
  const kept = new Map<string, Stored>()
  let made = 0
  return {
    all: (type: string) => [...kept.values()].filter(({ resourceType }) => resourceType === type),
    get: (path: string) => kept.get(path),
    put(resource: JsonObject, given?: string): Stored {
      made += 1
      const id = given ?? `id-${String(made).padStart(4, '0')}`
      const resourceType = textIn(resource['resourceType'])
      const path = `${resourceType}/${id}`
      const versionId = String(Number(versionOf(kept.get(path)) || 0) + 1)
      const stored = {
        ...resource,
        resourceType,
        id,
        meta: { ...objectIn(resource['meta']), versionId },
      }
      kept.set(path, stored)
      return stored
    },
  }
}
type Shelf = ReturnType<typeof openShelf>

const create = (shelf: Shelf, { path, headers, body = {} }: Seen, isRaceSafe: boolean): Answer => {
  const given = headers['if-none-exist']
  const condition = new URLSearchParams(String(given))
  const isLooked = isRaceSafe && given !== undefined
  const same = isLooked ? shelf.all(path).filter((one) => matches(one, condition)) : []
  if (same.length > 1) return { status: 412 }
  if (same.length === 1) return { status: 200 }
  shelf.put(body)
  return { status: 201 }
}

const update = (shelf: Shelf, { path, headers, body = {} }: Seen): Answer => {
  const version = versionOf(shelf.get(path))
  if (headers['if-match'] !== `W/"${version}"`) return { status: 412 }
  shelf.put(body, path.split('/')[1])
  return { status: 200 }
}

const search = (shelf: Shelf, { path, query }: Seen): Answer => ({
  status: 200,
  body: {
    resourceType: 'Bundle',
    entry: shelf
      .all(path.replace('/_search', ''))
      .filter((one) => matches(one, query))
      .map((resource) => ({ resource })),
  },
})

const isSearch = ({ method, path }: Seen) => method === 'GET' || path.endsWith('/_search')

async function read(request: IncomingMessage): Promise<Seen> {
  const url = new URL(request.url ?? '/', 'http://server')
  const bytes = await bodyOf(request)
  const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded'
  const form = isForm ? new URLSearchParams(bytes.toString()) : []
  return {
    method: request.method ?? '',
    path: url.pathname.replace('/fhir/', ''),
    query: new URLSearchParams([...url.searchParams, ...form]),
    headers: request.headers,
    body: isForm ? undefined : parseObject(bytes),
  }
}

function reply(response: ServerResponse, answer: Answer | 'drop') {
  if (answer === 'drop') {
    response.socket?.destroy()
    return
  }
  const { status, body = '', headers = {} } = answer
  response.writeHead(status, headers).end(isObject(body) ? JSON.stringify(body) : body)
}

export async function startFakeFhir(): Promise<FakeFhir> {
  const shelf = openShelf()
  const carryOut = (seen: Seen): Answer => {
    if (isSearch(seen)) return search(shelf, seen)
    return seen.method === 'POST' ? create(shelf, seen, fake.isRaceSafe) : update(shelf, seen)
  }
  const server = createServer(async (request, response) => {
    const seen = await read(request)
    fake.seen.push(seen)
    const instead = fake.before(seen)
    const own = instead ?? carryOut(seen)
    reply(response, instead === undefined ? (fake.after(seen) ?? own) : own)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const fake: FakeFhir = {
    url: `http://127.0.0.1:${port}/fhir`,
    seen: [],
    writes: () =>
      fake.seen
        .filter((seen) => !isSearch(seen))
        .map(({ method, path }) => `${method} ${path.split('/')[0]}`),
    all: shelf.all,
    put: shelf.put,
    before: () => undefined,
    after: () => undefined,
    isRaceSafe: true,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return fake
}

/** A chart of the EHR, as its own staff made it. */
export const chart = (system: string, value = '00042', more: JsonObject = {}): JsonObject => ({
  resourceType: 'Patient',
  identifier: [{ system, value }],
  ...more,
})
