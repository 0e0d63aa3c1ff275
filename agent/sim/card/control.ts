import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Address, CardPlace } from './simulator.ts'
import { parseTap } from './tap.ts'

const BODY_LIMIT_BYTES = 4096
const NO_BODY = 'the body is JSON of at most 4 KiB'

interface Answer {
  readonly status: number
  readonly body: unknown
}

const problem = (status: number, error: string): Answer => ({ status, body: { error } })

/**
 * Remote control of a place for cards, HTTP on loopback. `POST /tap` takes a `Tap` as JSON, `POST
 * /remove` nothing, `POST /pad` what is keyed in, `{"pin"}` or `{"cancel": true}`; all answer with
 * the state, as `GET /state` does.
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
    case 'POST /pad': {
      const body = await readJson(request)
      return body === undefined ? problem(400, NO_BODY) : (onPad(body.value, place) ?? state())
    }
    case 'POST /tap': {
      const body = await readJson(request)
      if (body === undefined) return problem(400, NO_BODY)
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
      return problem(404, 'POST /tap, POST /remove, POST /pad, GET /state')
  }
}

/** What was keyed in on the reader's pad; undefined: it took it. */
function onPad(body: unknown, { pad }: CardPlace): Answer | undefined {
  if (pad === null) return problem(409, 'this reader has no pad: --pad')
  const { pin, cancel }: { pin?: unknown; cancel?: unknown } =
    typeof body === 'object' && body !== null ? body : {}
  const isPin = typeof pin === 'string' && cancel === undefined
  if (!isPin && cancel !== true) return problem(422, '{"pin": "1234"} or {"cancel": true}')
  const isTaken = isPin ? pad.type(pin) : pad.cancel()
  return isTaken ? undefined : problem(409, 'the pad asks for nothing, or for other digits')
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
