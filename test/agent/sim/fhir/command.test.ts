import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { at, openBed, patient } from './bed.ts'

const MODULE = fileURLToPath(new URL('../../../../agent/sim/fhir/command.ts', import.meta.url))
const RUN = `import { fhirCommand } from ${JSON.stringify(pathToFileURL(MODULE).href)}
process.exitCode = await fhirCommand(process.argv.slice(1))`

const start = (context: TestContext, ...args: string[]) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', RUN, '--', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  context.after(() => child.kill('SIGKILL'))
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  return { child, said }
}

/** The addresses in the banner, once it is there. */
const addresses = async ({ child, said }: ReturnType<typeof start>) => {
  while (!/control +http\S+/.test(said.out)) await once(child.stdout, 'data')
  const url = /simulated EHR +(\S+)/.exec(said.out)?.[1] ?? ''
  const control = /control +(\S+)/.exec(said.out)?.[1] ?? ''
  return { url, control }
}

const ANY_PORT = ['--listen', '127.0.0.1:0', '--control', '127.0.0.1:0']

test('the command serves with its token until SIGTERM, and repeats no given token', async (context) => {
  const started = start(context, ...ANY_PORT, '--token', 'of-the-clinic')
  const { url } = await addresses(started)
  assert.equal((await fetch(`${url}/metadata`)).status, 401)
  const headers = { authorization: 'Bearer of-the-clinic' }
  assert.equal((await fetch(`${url}/Patient?identifier=secret-7`, { headers })).status, 200)
  started.child.kill('SIGTERM')
  const [code] = await once(started.child, 'exit')
  assert.equal(code, 0)
  assert.match(started.said.out, /GET \/fhir\/Patient 200/)
  assert.doesNotMatch(started.said.out, /of-the-clinic|secret-7/)
})

test('a wrong option prints the usage and exits 64', async (context) => {
  const { child, said } = start(context, '--race', 'long')
  const [code] = await once(child, 'exit')
  assert.equal(code, 64)
  assert.match(said.err, /--race[\s\S]*usage: onshi-agent sim fhir/)
})

test('a taken address exits 69', async (context) => {
  const { ehr } = await openBed(context)
  const { host } = new URL(ehr.url)
  const { child, said } = start(context, '--listen', host, '--control', '127.0.0.1:0')
  const [code] = await once(child, 'exit')
  assert.equal(code, 69)
  assert.match(said.err, /sim fhir: /)
})

test('with a client certificate demanded, only who has one gets through', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'sim-fhir-'))
  context.after(() => rmSync(dir, { recursive: true }))
  const started = start(context, ...ANY_PORT, '--client-certificate', '--pki', dir, '--no-token')
  const { url } = await addresses(started)
  const read = (name: string) => readFileSync(join(dir, name))
  const get = async (identity: object) => {
    const asked = request(`${url}/metadata`, { ca: read('ca.pem'), ...identity }).end()
    const [response] = await once(asked, 'response')
    response.resume()
    return at(response, 'statusCode')
  }
  await assert.rejects(get({}))
  assert.equal(await get({ cert: read('client.pem'), key: read('client.key') }), 200)
})

test('a script steers it over the control address', async (context) => {
  const { ehr } = await openBed(context)
  const post = (path: string, body: unknown, type = 'application/json') =>
    fetch(`${ehr.controlUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    })
  const put = await post('/resources', { ...patient('7'), id: 'p7' })
  assert.equal(at(await put.json(), 'id'), 'p7')
  const again = await post('/resources?why=test', { ...patient('7'), id: 'p7' })
  assert.equal(at(await again.json(), 'meta', 'versionId'), '2')
  const listed: unknown = await (await fetch(`${ehr.controlUrl}/resources?type=Patient`)).json()
  assert.equal(at(listed, 'length'), 2)
  assert.equal((await post('/behaviour', { mode: 'busy', times: 1 })).status, 200)
  assert.equal((await fetch(`${ehr.url}/metadata`)).status, 503)
  const stats: unknown = await (await fetch(`${ehr.controlUrl}/stats`)).json()
  assert.equal(at(stats, 'spoiled', 'busy'), 1)
  for (const wrong of [{ mode: 'explode' }, { times: 0 }, { what: 1 }, []])
    assert.equal((await post('/behaviour', wrong)).status, 400)
  assert.equal((await post('/behaviour', {}, 'text/plain')).status, 415)
  assert.equal((await post('/resources', { resourceType: 'Observation' })).status, 400)
  assert.equal((await fetch(`${ehr.controlUrl}/`)).status, 404)
})
