import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { AgentError } from '../kernel/errors.ts'
import { healthOf, nagiosLine } from './health.ts'
import type { HealthSource } from './health-port.ts'
import { sourceOf, sourceRule } from './hosts.ts'
import { defaultLimits } from './limits.ts'
import { type Listener, type ListenSettings, openListener, refuse } from './listener.ts'
import { commonHeaders } from './problem.ts'

export interface StandInOptions {
  readonly listen: readonly ListenSettings[]
  readonly isOfLine: (address: string) => boolean
  /** Sources that may read /health; tokens lie in the store. */
  readonly monitorFrom: readonly string[]
  /** Why there is no agent behind it. */
  readonly fault: AgentError
  readonly health: Pick<HealthSource, 'showing' | 'versions'>
  readonly version: string
}

/**
 * Serves in the place of the API where there is no store: it says why, and does nothing else. Monitors
 * get /health as ever, a browser a page, and everybody else the fault. Throws as `openApi`.
 */
export async function openStandInApi(options: StandInOptions) {
  const handle = handler(options)
  const listeners: Listener[] = []
  const close = async () => {
    await Promise.all(listeners.map((listener) => listener.close()))
  }
  try {
    for (const settings of options.listen)
      listeners.push(await openListener(settings, handle, defaultLimits, options.isOfLine))
  } catch (error) {
    await close()
    throw error
  }
  return { urls: listeners.map(({ url }) => url), close }
}

function handler(options: StandInOptions): RequestListener {
  const isMonitor = sourceRule(options.monitorFrom)
  return (request, response) => {
    const said = isRead(request) ? sayingOf(options, request, isMonitor) : undefined
    if (said === undefined) refuse(request, response, options.fault)
    else answer(request, response, said)
  }
}

const isRead = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD'

/** Undefined: the fault, as every program understands it. */
function sayingOf(
  { health, fault, version }: StandInOptions,
  request: IncomingMessage,
  isMonitor: (source: string) => boolean,
): Said | undefined {
  const [path, query] = (request.url ?? '').split('?', 2)
  if (path === '/livez') return { status: 200, type: 'text/plain', body: 'ok\n' }
  if (path === '/readyz') return { status: 503, type: 'text/plain', body: 'not ready\n' }
  if (path === '/health' && isMonitor(sourceOf(request))) {
    const showing = health.showing()
    if (new URLSearchParams(query).get('format') === 'nagios')
      return { status: 503, type: 'text/plain', body: nagiosLine(showing) }
    const body = JSON.stringify(healthOf(showing, version, health.versions()))
    return { status: 503, type: 'application/health+json', body }
  }
  const isBrowser = request.headers.accept?.includes('text/html') === true
  return isBrowser ? { status: 503, type: 'text/html', body: page(fault) } : undefined
}

interface Said {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** A body that came with the request is not read: the connection ends. */
function answer(request: IncomingMessage, response: ServerResponse, { status, type, body }: Said) {
  response.writeHead(status, {
    ...commonHeaders,
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    connection: 'close',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** For reception; without a script and without anything that is loaded. */
const page = ({ fault: { number, title, action } }: AgentError): string => `<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><title>onshi-agent</title></head>
<body><h1>オンライン資格確認の受付システムが使えません（${number}）</h1>
<p>${title}${action}</p>
<p>直るまでは、資格確認端末の画面や資格確認書などで受付を続けてください。</p></body></html>
`
