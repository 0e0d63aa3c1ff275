import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { test } from 'node:test'
import { anywhere, json, serve } from './served.ts'
import { throwAway } from './throw-away.ts'

interface Asked {
  readonly ca: Buffer
  readonly body?: string
  readonly cookie?: string
}

/** Asks over TLS and reads the answer to its end. */
async function ask(url: string, { ca, body, cookie }: Asked): Promise<IncomingMessage> {
  const request = https.request(url, {
    ca,
    agent: false,
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...(body !== undefined && json), ...(cookie !== undefined && { cookie }) },
  })
  request.end(body)
  const [response]: IncomingMessage[] = await once(request, 'response')
  assert.ok(response !== undefined)
  response.resume()
  await once(response, 'end')
  return response
}

test('over TLS the cookie is one that no other host and no plain page can set or get', async (t) => {
  const tls = throwAway(t)
  const { certificate: ca } = tls
  const { url, sessions } = await serve(t, { listen: [{ ...anywhere, tls }] })
  const session = sessions.signedIn('reception')
  const body = JSON.stringify({ name: session.staff.name, secret: 'right' })
  const signIn = await ask(`${url}/desk/session`, { ca, body })
  assert.deepEqual(signIn.headers['set-cookie'], [
    `__Host-onshi-desk=${session.cookie}; Path=/; HttpOnly; SameSite=Strict; Secure`,
  ])
  const read = async (cookie: string) =>
    (await ask(`${url}/v1/presentations`, { ca, cookie })).statusCode
  assert.equal(await read(`a=1; __Host-onshi-desk=${session.cookie}; b=2`), 200)
  assert.equal(await read(session.headers.cookie), 401, 'a plain page may have set that one')
})
