import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { json, text } from 'node:stream/consumers'
import type { Page } from 'playwright-core'
import { routeRoles } from '../../agent/api/access.ts'
import { pageAssets, pageHeaders } from '../../agent/api/desk-page.ts'
import type { DeskState, Session } from '../../agent/api/desk-shapes.ts'
import { type Role, roles } from '../../agent/kernel/roles.ts'
import { openPage } from './browser.ts'

type Given = (asked: { path: string; body: unknown; headers: IncomingHttpHeaders }) => unknown

export interface StageOptions {
  readonly role?: Role
  /** Where the page is opened, `/staff`; else at the first view of the role. */
  readonly at?: string
  /** Answers by route, `GET /v1/worklist`; `:` parts match anything. A function is asked each time. */
  readonly answers?: Readonly<Record<string, Given | object>>
  readonly state?: Partial<DeskState>
  readonly session?: Partial<Session>
}

/** An answer with another status than 200. */
export class Refusal {
  readonly status: number
  readonly body: object
  readonly headers: Readonly<Record<string, string>>
  constructor(status: number, body: object, headers: Readonly<Record<string, string>> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** An answer with headers of its own, such as an ETag; a text is sent as a CSV file. */
export class Sent {
  readonly headers: Readonly<Record<string, string>>
  readonly body: object | string
  constructor(headers: Readonly<Record<string, string>>, body: object | string) {
    this.headers = headers
    this.body = body
  }
}

interface Asked {
  readonly route: string
  readonly body: unknown
  readonly headers: IncomingHttpHeaders
}

export interface Stage {
  readonly url: string
  readonly page: Page
  readonly errors: readonly string[]
  /** What the page sent, as `POST /v1/…`, with its body: of JSON the value, of a file the text. */
  readonly asked: Asked[]
  /** Sends an event of `/desk/live` to the page. */
  push(event: 'state' | 'item' | 'session', data: object, id?: string): void
  /** Takes the agent away: streams end, and nothing is answered until `mend`. */
  cut(): void
  mend(): void
  close(): Promise<void>
}

/**
 * The page in a real browser, with answers that the test gives: for states of the agent that are hard
 * to bring about. The files, their headers and their policy are the agent’s own.
 */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const assets = pageAssets()
  const asked: Asked[] = []
  const streams = new Set<ServerResponse>()
  /** What the test sent before the page listened. */
  const early: string[] = []
  let isCut = false
  const state = { ...stateOf(), ...options.state }
  const answers: Readonly<Record<string, Given | object>> = {
    'GET /desk/session': { ...sessionOf(options.role ?? 'billing'), ...options.session },
    'GET /v1/verifications': { items: [], cursor: 'c0' },
    'POST /desk/prints': {},
    ...options.answers,
  }
  const find = (route: string) =>
    Object.entries(answers).find(([pattern]) =>
      new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`).test(route),
    )?.[1]
  const opened = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: state\ndata: ${JSON.stringify(state)}\n\n`)
    streams.add(response)
    for (const frame of early.splice(0)) response.write(frame)
    response.on('close', () => streams.delete(response))
  }
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://stage')
    const name = url.pathname.replace(/^\/desk\//, '') || 'index.html'
    const asset = request.method === 'GET' ? assets.find(name) : undefined
    if (asset !== undefined) {
      response.writeHead(200, { ...pageHeaders, 'content-type': asset.type }).end(asset.body)
      return
    }
    const route = `${request.method} ${url.pathname}`
    if (route === 'GET /desk/live') return opened(response)
    const { headers } = request
    const read = { 'application/json': json, 'text/csv': text }[headers['content-type'] ?? '']
    const body = await read?.(request)
    asked.push({ route: `${route}${url.search}`, body, headers })
    const given = find(route)
    const said =
      typeof given === 'function' ? await given({ path: request.url ?? '', body, headers }) : given
    const problem = { code: 'NOT_FOUND', number: 'E610', title: '見つかりません。', action: '' }
    respond(response, said ?? new Refusal(404, problem))
  }
  const server = http.createServer((request, response) => {
    if (isCut) request.socket.destroy()
    else void answer(request, response)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/desk/`
  const { page, context, errors } = await openPage()
  await page.goto(options.at === undefined ? url : `${url}#${options.at}`)
  return {
    url,
    page,
    errors,
    asked,
    push(event, data, id) {
      const head = id === undefined ? '' : `id: ${id}\n`
      const frame = `event: ${event}\n${head}data: ${JSON.stringify(data)}\n\n`
      if (streams.size === 0 && !isCut) early.push(frame)
      for (const stream of streams) stream.write(frame)
    },
    cut() {
      isCut = true
      for (const stream of streams) stream.destroy()
    },
    mend() {
      isCut = false
    },
    async close() {
      await context.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

function respond(response: ServerResponse, said: unknown): void {
  if (said instanceof Sent && typeof said.body === 'string') {
    response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8', ...said.headers })
    response.end(said.body)
    return
  }
  const { status, body, headers } =
    said instanceof Refusal
      ? said
      : said instanceof Sent
        ? { status: 200, body: said.body, headers: said.headers }
        : new Refusal(200, Object(said))
  const all = { 'content-type': 'application/json', ...headers }
  response.writeHead(status, all).end(JSON.stringify(body))
}

/** What the page sent to routes of this form, with nothing of how it was sent. */
export const sentTo = (
  { asked }: Pick<Stage, 'asked'>,
  form: RegExp,
): Pick<Asked, 'route' | 'body'>[] =>
  asked.flatMap(({ route, body }) => (form.test(route) ? [{ route, body }] : []))

/** As `GET /desk/session` says it of somebody of a role. */
export const sessionOf = (role: Role): Session => ({
  state: 'active',
  hasStaff: true,
  staff: {
    id: 'staff-0123456789ab',
    name: '受付 見本',
    role,
    roleTitle: roles[role].title,
    needsSecondFactor: role === 'it' || role === 'vendor',
  },
  token: 'token-of-the-stage',
  may: Object.entries(routeRoles).flatMap(([route, allowed]) =>
    allowed.includes(role) ? [route] : [],
  ),
  institution: '1312345678',
  version: '1.2.3',
  lockSeconds: 600,
  documents: ['資格確認書', '資格情報のお知らせ'],
})

/** Everything is well: one reader, one line. */
export const stateOf = (): DeskState => ({
  at: '2026-04-01T09:30:00+09:00',
  readers: [
    {
      name: 'desk-1',
      driver: 'sim',
      state: 'ready',
      since: '2026-04-01T08:00:00+09:00',
      device: null,
      fault: null,
    },
  ],
  presentations: [],
  status: 'pass',
  checks: {},
  via: 'lines',
  lines: [
    {
      name: 'ngn',
      standing: 'up',
      isCurrent: true,
      isHeldByHand: false,
      carrier: null,
      phone: null,
      hours: null,
    },
  ],
  outage: null,
  contacts: [{ name: '保守業者 見本システム', phone: '03-0000-0000', hours: '平日 9時～17時' }],
})
