import { once } from 'node:events'
import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Ending } from '../../bed/net/bed.ts'

/** A request or an answer on its way; a fault changes it. */
export interface Passing {
  readonly method: string
  readonly path: string
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** A wrong that an agent could do, and the checks that must find it. */
export interface Fault {
  readonly name: string
  readonly finds: readonly string[]
  /** What the report says of it. */
  readonly says?: RegExp
  readonly request?: (headers: IncomingHttpHeaders) => void
  readonly answer?: (passing: Passing) => void
  /** The proxy speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Whether the nth frame of a stream goes through. */
  readonly frame?: (nth: number) => boolean
}

/** An agent with one fault: a proxy in front of a right one. */
export async function faultyAgent(t: Ending, url: string, fault: Fault): Promise<URL> {
  const serve: http.RequestListener = (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request
    const asked = { ...headers, host: new URL(url).host }
    fault.request?.(asked)
    const ask = http.request(url + path, { method, headers: asked, agent: false })
    request.pipe(ask)
    // Either side may go away at any moment; the other then does.
    response.on('close', () => ask.destroy())
    ask.on('error', () => response.destroy())
    ask.on('response', (answer) => {
      const isStream = answer.headers['content-type']?.startsWith('text/event-stream')
      if (isStream) passStream(answer, response, fault).catch(() => response.destroy())
      else passWhole({ method, path }, answer, response, fault).catch(() => response.destroy())
    })
  }
  const server = fault.tls ? https.createServer(fault.tls, serve) : http.createServer(serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { port }: AddressInfo = address
  return new URL(`http${fault.tls ? 's' : ''}://127.0.0.1:${port}`)
}

async function passWhole(
  asked: Pick<Passing, 'method' | 'path'>,
  answer: IncomingMessage,
  response: ServerResponse,
  { answer: change }: Fault,
): Promise<void> {
  const body = await buffer(answer)
  const passing = { ...asked, status: answer.statusCode ?? 0, headers: answer.headers, body }
  change?.(passing)
  const { 'transfer-encoding': _chunked, ...kept } = passing.headers
  const length = passing.status === 304 ? {} : { 'content-length': passing.body.length }
  response.writeHead(passing.status, { ...kept, ...length }).end(passing.body)
}

async function passStream(
  answer: IncomingMessage,
  response: ServerResponse,
  { frame: passes = () => true }: Fault,
): Promise<void> {
  response.writeHead(answer.statusCode ?? 0, answer.headers)
  let nth = 0
  let rest = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    const frames = (rest + String(chunk)).split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) {
      if (frame.includes('data:')) nth += 1
      if (!frame.includes('data:') || passes(nth)) response.write(`${frame}\n\n`)
    }
  }
  response.end()
}
