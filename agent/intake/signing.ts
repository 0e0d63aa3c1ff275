import type { Sign } from '../../drivers/driver.ts'
import type { Down, Up } from '../../drivers/messages.ts'
import { AgentError } from '../kernel/errors.ts'

type SignBody = Omit<Extract<Down, { is: 'sign' }>, 'version'>

interface Request {
  resolve(signature: Uint8Array): void
  reject(error: AgentError): void
}

/** The open requests for signatures to one process of a reader. */
export function openSigning(send: (body: SignBody) => void) {
  const requests = new Map<number, Request>()
  let last = 0
  let closed = false
  const gone = () => new AgentError('CARD_GONE', 'the reader was started anew')
  const settle = (request: number, how: (waiting: Request) => void) => {
    const waiting = requests.get(request)
    requests.delete(request)
    if (waiting !== undefined) how(waiting)
  }
  return {
    /** Signs with the card of one tap, as long as it stands there. */
    signOf:
      (tap: number): Sign =>
      (digest) =>
        new Promise((resolve, reject) => {
          if (closed) {
            reject(gone())
            return
          }
          last += 1
          requests.set(last, { resolve, reject })
          send({ is: 'sign', request: last, tap, digest })
        }),
    /** Whether the message was an answer to a request. */
    take: (message: Up): boolean => {
      if (message.is === 'signed')
        settle(message.request, ({ resolve }) => resolve(message.signature))
      else if (message.is === 'not-signed')
        settle(message.request, ({ reject }) =>
          reject(
            new AgentError(message.code, message.message, {
              facts: message.triesLeft === undefined ? {} : { triesLeft: message.triesLeft },
            }),
          ),
        )
      else return false
      return true
    },
    /** The process is gone: nothing will be answered any more. */
    close: () => {
      closed = true
      for (const { reject } of requests.values()) reject(gone())
      requests.clear()
    },
  }
}
