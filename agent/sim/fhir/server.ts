import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { endedEarly, isSame, type Reply, readBody, targetOf } from '../http.ts'
import { type Endpoint, LOOPBACK, listen, shut } from '../listen.ts'
import type { ServerTls } from '../pki.ts'
import { openBank, type Stored } from './bank.ts'
import { type Behaviour, type Behaviours, isBefore, openBehaviours } from './behaviour.ts'
import { type Steered, startControl } from './control.ts'
import { DELAY_MS, deliver, insteadOf } from './delivery.ts'
import type { Resource } from './json.ts'
import { issue } from './outcome.ts'
import { type Done, refuseAll } from './reply.ts'
import { BASE_PATH, purposeOf, type Route, routeOf } from './request.ts'
import { carryOut } from './requests.ts'
import { type FhirStats, openTally } from './stats.ts'
import type { Manners, Parts } from './writes.ts'

/** One line for a person who watches: no query and nothing of a body is in it. */
export interface Served {
  readonly method: string
  readonly path: string
  /** Undefined when it was given no answer. */
  readonly status: number | undefined
  readonly mode: string
}

export interface FhirSimulatorOptions extends Partial<Manners> {
  /** Without it plain HTTP. */
  readonly tls?: ServerTls
  /** With `tls`: whether a certificate of its CA is demanded of clients. Default false. */
  readonly clientCertificate?: boolean
  /** The Bearer token; without it nobody is asked for one. */
  readonly token?: string
  /** Default `127.0.0.1`, a free port. */
  readonly listen?: Endpoint
  /** Default `127.0.0.1`, a free port. */
  readonly control?: Endpoint
  /** Of the draws of `percent`. */
  readonly seed?: number
  /** Epoch ms. */
  readonly now?: () => number
  readonly onServed?: (served: Served) => void
}

export interface FhirSimulator {
  /** The service base, as `http://127.0.0.1:port/fhir`. */
  readonly url: string
  /** `http://127.0.0.1:port` */
  readonly controlUrl: string
  /** What `POST /behaviour` does. */
  behave(behaviour: Behaviour): void
  stats(): FhirStats
  /** Current resources, in the order in which they came to be. */
  resources(type?: string): readonly Resource[]
  /** Puts a resource there as it is, with its id or a new one: what the EHR had already. */
  put(resource: Resource): Resource
  close(): Promise<void>
}

interface Serving extends Parts {
  readonly token: string | undefined
  readonly behaviours: Behaviours
}

const LIMIT_BYTES = 1024 * 1024

const isKnown = ({ headers: { authorization = '' } }: IncomingMessage, token: string | undefined) =>
  token === undefined || isSame(authorization, `Bearer ${token}`)

const unknownClient = () =>
  refuseAll(401, [issue('login', '', 'a Bearer token is needed')], {
    'www-authenticate': 'Bearer',
  })

const nameOf = (route: Route) => ('type' in route ? `${route.is} ${route.type}` : route.is)

const count = ({ tally }: Parts, route: Route, { reply, issues }: Done) => {
  tally.answered(reply.status)
  if (issues.length === 0) tally.carriedOut(nameOf(route))
  else tally.refused({ interaction: nameOf(route), status: reply.status, issues })
}

interface Handled {
  readonly reply: Reply | undefined
  readonly behaviour: Behaviour
}

const handle = async (request: IncomingMessage, url: URL, serving: Serving): Promise<Handled> => {
  const route = routeOf(request.method ?? '', url.pathname)
  if (!isKnown(request, serving.token)) {
    const done = unknownClient()
    count(serving, route, done)
    return { reply: done.reply, behaviour: {} }
  }
  const behaviour = serving.behaviours.take(purposeOf(route))
  const { mode = 'normal', delayMs = DELAY_MS } = behaviour
  if (mode !== 'normal') serving.tally.spoiled(mode)
  if (isBefore(mode)) return { reply: insteadOf(behaviour), behaviour }
  // Before the wait, since the client may be gone after it.
  const body = await readBody(request, LIMIT_BYTES)
  if (mode === 'late') await sleep(delayMs, undefined, { signal: serving.signal })
  const done = await carryOut({ request, body }, route, url.searchParams, serving)
  count(serving, route, done)
  return { reply: done.reply, behaviour }
}

const serve = async (
  request: IncomingMessage,
  response: ServerResponse,
  serving: Serving,
  onServed: (served: Served) => void,
): Promise<void> => {
  serving.tally.add('requests')
  const url = targetOf(request)
  const { reply, behaviour } = await handle(request, url, serving)
  onServed({
    method: request.method ?? '',
    path: url.pathname,
    status: reply?.status,
    mode: behaviour.mode ?? 'normal',
  })
  await deliver(response, reply, behaviour, serving.signal)
}

const openServer = (
  { tls, clientCertificate = false }: FhirSimulatorOptions,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
) =>
  tls === undefined
    ? createHttpServer(onRequest)
    : createHttpsServer(
        {
          ca: tls.caPem,
          cert: tls.certificatePem,
          key: tls.keyPem,
          requestCert: clientCertificate,
          rejectUnauthorized: clientCertificate,
          minVersion: 'TLSv1.2',
        },
        onRequest,
      )

const resourceOf = ({ resource }: Stored) => resource

const mannersOf = (options: FhirSimulatorOptions): Manners => ({
  updateCreates: options.updateCreates ?? false,
  patientReadOnly: options.patientReadOnly ?? false,
  raceMs: options.raceMs ?? 0,
})

const countByType = (stored: readonly Stored[]) => {
  const counts: Record<string, number> = {}
  for (const { type } of stored) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

/**
 * Starts the stand-in for an electronic health record: FHIR R4 over HTTP or HTTPS, strict about
 * what it is sent. It begins empty. Rejects when a port is taken.
 */
export const startFhirSimulator = async (
  options: FhirSimulatorOptions = {},
): Promise<FhirSimulator> => {
  const closing = new AbortController()
  let url = ''
  const bank = openBank(() => url, options.now ?? Date.now)
  const serving: Serving = {
    bank,
    tally: openTally(),
    manners: mannersOf(options),
    base: () => url,
    signal: closing.signal,
    token: options.token,
    behaviours: openBehaviours(options.seed ?? 1),
  }
  const onServed = options.onServed ?? (() => undefined)
  const server = openServer(options, (request, response) => {
    serve(request, response, serving, onServed).catch(endedEarly(response))
  })
  const steered: Steered = {
    behave: (behaviour) => serving.behaviours.set(behaviour),
    stats: () => ({
      ...serving.tally.read(),
      duplicates: bank.duplicates(),
      resources: countByType(bank.all()),
    }),
    resources: (type) => bank.all(type).map(resourceOf),
    put: (resource) => {
      const id = resource['id']
      return resourceOf(bank.write(resource, typeof id === 'string' ? id : undefined))
    },
  }
  const scheme = options.tls === undefined ? 'http' : 'https'
  url = `${await listen(server, scheme, options.listen ?? LOOPBACK)}${BASE_PATH}`
  const control = await startControl(options.control ?? LOOPBACK, steered).catch(
    async (error: unknown) => {
      await shut(server)
      throw error
    },
  )
  return {
    url,
    controlUrl: control.url,
    ...steered,
    close: async () => {
      closing.abort()
      await Promise.all([shut(server), control.close()])
    },
  }
}
