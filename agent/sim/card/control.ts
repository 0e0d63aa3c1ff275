import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Address, CardPlace } from './simulator.ts'
import { parseTap } from './tap.ts'

const BODY_LIMIT_BYTES = 4096

interface Answer {
  readonly status: number
  readonly body: unknown
}

const problem = (status: number, error: string): Answer => ({ status, body: { error } })

/**
 * Remote control of a place for cards, HTTP on loopback. `POST /tap` takes a `Tap` as JSON, `POST
 * /remove` nothing; both answer with the state, as `GET /state` does.
 */
export async function startControl(
  address: Address,
  place: CardPlace,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  if (!/^(127\.|::1$|localhost$)/.test(address.host)) {
    throw new RangeError('the control address is a loopback one')
  }
  const server = createServer((request, response) => {
    answerTo(request, place).then(
      ({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(`${JSON.stringify(body)}\n`)
      },
      (error: unknown) => {
        response.destroy()
        // A client that broke off while it sent.
        if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) throw error
      },
    )
  })
  server.listen(address.port, address.host)
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port')
  const host = isIP(address.host) === 6 ? `[${address.host}]` : address.host
  return {
    url: `http://${host}:${bound.port}`,
    close: async () => {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answerTo(request: IncomingMessage, place: CardPlace): Promise<Answer> {
  const state = (): Answer => ({ status: 200, body: place.state() })
  switch (`${request.method} ${request.url}`) {
    case 'GET /state':
      return state()
    case 'POST /remove':
      await place.remove()
      return state()
    case 'POST /tap': {
      const body = await readJson(request)
      if (body === undefined) return problem(400, 'the body is JSON of at most 4 KiB')
      const tap = parseTap(body.value)
      if ('refused' in tap) return problem(422, tap.refused)
      try {
        await place.tap(tap)
      } catch (error) {
        if (!(error instanceof Error && 'syscall' in error)) throw error
        return problem(502, `vpcd is not there: ${error.message}`)
      }
      return state()
    }
    default:
      return problem(404, 'POST /tap, POST /remove, GET /state')
  }
}

async function readJson(request: IncomingMessage): Promise<{ value: unknown } | undefined> {
  let text = ''
  // Read to the end, so that the answer finds its way back.
  for await (const chunk of request.setEncoding('utf8')) {
    if (text.length <= BODY_LIMIT_BYTES) text += String(chunk)
  }
  if (text.length > BODY_LIMIT_BYTES) return undefined
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
