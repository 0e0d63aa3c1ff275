import { createServer, type IncomingMessage } from 'node:http'
import { BehaviourError } from './behaviour.ts'
import { jsonReply, mediaType, parseJson, type Reply, readBody, textReply } from './http.ts'
import { type Endpoint, listen, shut } from './listen.ts'

/** What is done with JSON that came, and what the answer says of it. Throws `BehaviourError`. */
export type Take = (json: unknown) => unknown

/** Reads a behaviour, has it played, and answers with it. */
export const setBehaviour =
  <B>(read: (json: unknown) => B, steered: { behave(behaviour: B): void }): Take =>
  (json) => {
    const behaviour = read(json)
    steered.behave(behaviour)
    return behaviour
  }

/** Answers 200 with what `take` gave, or 413, 415 and, with the words of its error, 400. */
export const takeJson = async (
  request: IncomingMessage,
  limitBytes: number,
  take: Take,
): Promise<Reply> => {
  // A page in a browser on this machine can post text, but not JSON, without being asked first.
  if (mediaType(request) !== 'application/json')
    return textReply(415, 'the content type must be application/json')
  const body = await readBody(request, limitBytes)
  if (body === undefined) return textReply(413, 'the body is too long')
  try {
    return jsonReply(200, await take(parseJson(body)))
  } catch (error) {
    if (!(error instanceof BehaviourError)) throw error
    return textReply(400, error.message)
  }
}

/** Steers a simulator, for scripts in any language: plain HTTP. Loopback is advised. */
export const serveControl = async (
  endpoint: Endpoint,
  route: (request: IncomingMessage) => Promise<Reply>,
): Promise<{ readonly url: string; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    route(request).then(
      ({ status, headers, body }) => response.writeHead(status, { ...headers }).end(body),
      (error: unknown) => {
        response.destroy()
        // A client or a folder that went away; a bug has no code.
        if (!(error instanceof Error && 'code' in error)) throw error
      },
    )
  })
  const url = await listen(server, 'http', endpoint)
  return { url, close: () => shut(server) }
}
