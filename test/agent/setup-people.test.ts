import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import { asked } from '../../agent/setup-people.ts'

async function listening(t: TestContext, answer: Parameters<typeof createServer>[1]) {
  const server = createServer({}, answer).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const at = server.address()
  return at !== null && typeof at === 'object' ? at.port : 0
}

test('an agent that does not answer the first question is a coded fault, and no stack trace', async (t) => {
  const port = await listening(t, (request) => request.socket.destroy())
  await assert.rejects(asked(`http://127.0.0.1:${port}`, 'token', {}), {
    code: 'SERVICE_NOT_READY',
    message: `http://127.0.0.1:${port} gives no answer: UND_ERR_SOCKET`,
  })
  await assert.rejects(asked(`https://127.0.0.1:${port}`, 'token', {}), {
    code: 'SERVICE_NOT_READY',
  })
})

test('an answer that comes later is waited for at its place', async (t) => {
  const verification = { outcome: 'valid', fault: null }
  const seen: (string | undefined)[] = []
  const port = await listening(t, ({ method, url }, response) => {
    seen.push(`${method} ${url}`)
    const isThere = seen.length > 2
    const location = isThere ? {} : { location: '/v1/verifications/1' }
    response.writeHead(isThere ? 200 : 202, { 'content-type': 'application/json', ...location })
    response.end(JSON.stringify(isThere ? { verification } : {}))
  })
  assert.deepEqual(await asked(`http://127.0.0.1:${port}`, 'token', {}), { verification })
  assert.deepEqual(seen, [
    'POST /v1/verifications',
    'GET /v1/verifications/1',
    'GET /v1/verifications/1',
  ])
})
