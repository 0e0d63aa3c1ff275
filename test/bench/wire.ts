import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * One keep-alive connection that sends bytes and takes whole answers: the least client that there
 * can be, so that its own cost stays out of the figures.
 */
export interface Wire {
  /** Resolves with head and body. Rejects unless the answer is 2xx and comes within 30 s. */
  ask(request: string): Promise<Answer>
  [Symbol.asyncDispose](): Promise<void>
}

export interface Answer {
  readonly head: string
  readonly body: Buffer
}

const PATIENCE_MS = 30_000
const END_OF_HEAD = '\r\n\r\n'

export async function openWire(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  let chunks: Buffer[] = []
  let waiter: PromiseWithResolvers<Answer> | undefined
  const end = (error: Error) => {
    waiter?.reject(error)
    waiter = undefined
  }
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`${url}: no answer in time`)))
  socket.on('error', end)
  socket.on('close', () => end(new Error(`${url}: closed without an answer`)))
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    const answer = answerIn(chunks)
    if (answer === undefined) return
    chunks = []
    if (answer.head.startsWith('HTTP/1.1 2')) waiter?.resolve(answer)
    else waiter?.reject(new Error(`${url}: ${answer.head}\n${answer.body.toString()}`))
    waiter = undefined
  })
  return {
    ask(request) {
      if (socket.destroyed) return Promise.reject(new Error(`${url}: the connection was closed`))
      waiter = Promise.withResolvers<Answer>()
      socket.write(request)
      return waiter.promise
    },
    async [Symbol.asyncDispose]() {
      if (socket.closed) return
      const closed = once(socket, 'close')
      socket.destroy()
      await closed
    },
  }
}

/** The answer once it is whole; every answer here has a Content-Length. */
function answerIn(chunks: readonly Buffer[]): Answer | undefined {
  const [first] = chunks
  const size = chunks.reduce((sum, { length }) => sum + length, 0)
  const headOf = (bytes: Buffer) => bytes.indexOf(END_OF_HEAD)
  const bytes = first !== undefined && headOf(first) > 0 ? first : Buffer.concat(chunks)
  const end = headOf(bytes)
  if (end < 0) return undefined
  const head = bytes.toString('latin1', 0, end)
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
  const from = end + END_OF_HEAD.length
  if (size < from + length) return undefined
  return { head, body: Buffer.concat(chunks).subarray(from, from + length) }
}

/** A request as it goes over the wire. `headers` beside Host and Content-Length. */
export function requestText(
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: object,
): string {
  const { host, pathname, search } = new URL(url)
  const text = body === undefined ? '' : JSON.stringify(body)
  const all = {
    host,
    ...headers,
    ...(body === undefined
      ? {}
      : {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(text)),
        }),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${body === undefined ? 'GET' : 'POST'} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n${text}`
}
