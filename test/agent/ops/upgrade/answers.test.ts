import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type TestContext, test } from 'node:test'
import { answersPolls } from '../../../../agent/ops/upgrade/answers.ts'

async function urlOf(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return `http://127.0.0.1:${address.port}`
}

test('a listener answers polls when /readyz is 200, and not when it is 503 or nobody listens', async (t) => {
  const said = (status: number) =>
    createServer(({ url }, answer) => answer.writeHead(url === '/readyz' ? status : 404).end())
  assert.equal(await answersPolls(await urlOf(t, said(200))), true)
  assert.equal(await answersPolls(await urlOf(t, said(503))), false)
  const gone = said(200)
  const url = await urlOf(t, gone)
  gone.close()
  await once(gone, 'close')
  assert.equal(await answersPolls(url), false)
})

test('a listener that lets only others in is there', async (t) => {
  const strict = createServer().on('connection', (socket) => socket.resetAndDestroy())
  assert.equal(await answersPolls(await urlOf(t, strict)), true)
})
