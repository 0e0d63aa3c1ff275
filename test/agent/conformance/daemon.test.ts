import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { lineOf } from '../../../agent/conformance/report.ts'
import { runConformance, Unreachable } from '../../../agent/conformance/run.ts'
import { patientByNumber } from '../../../agent/sim/patients.ts'
import { makePki } from '../../../agent/sim/pki.ts'
import { startBed } from '../../bed/agent.ts'
import { faults, ward } from './faults.ts'
import { faultyAgent } from './proxy.ts'

/** The command as a vendor runs it. */
async function conformance(...args: readonly string[]) {
  const child = spawn(process.execPath, ['agent/conformance/main.ts', ...args])
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (child.exitCode === null) await once(child, 'exit')
  return { code: child.exitCode, stdout, stderr }
}

interface Report {
  readonly asks: boolean
  readonly checks: readonly { readonly id: string; readonly result: string }[]
  readonly summary: { readonly ok: number; readonly ng: number; readonly notApplicable: number }
}

test('a real agent passes everything, and the report says so in plain words', async (t) => {
  const { agent, token, folder } = await startBed(t)
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, `${token}\n`)
  const { code, stdout, stderr } = await conformance('--url', agent.url, '--token-file', tokenFile)
  assert.equal(code, 0, stdout + stderr)
  assert.doesNotMatch(stdout, /^(NG|対象外)/m)
  for (const heading of ['レセコン', '遅いプログラム', '途中で落ちるプログラム'])
    assert.match(stdout, new RegExp(heading))
  assert.match(stdout, /^(\d+) checks: \1 OK, 0 NG, 0 対象外$/m)
  assert.equal(stdout.includes(token), false)
})

const idsWith = ({ checks }: Report, result: string) =>
  checks.flatMap((check) => (check.result === result ? check.id : []))

test('an agent towards the real official side is asked nothing unless the person says so', async (t) => {
  const bed = await startBed(t)
  const url = await faultyAgent(t, bed.agent.url, {
    name: 'says nothing of a simulator',
    finds: [],
    answer: (passing) => {
      const said = /SIMULATOR_IN_USE|,"x-simulator":true/
      if (/^\/(health|openapi)/.test(passing.path))
        passing.body = Buffer.from(passing.body.toString().replace(said, ''))
    },
  })
  const args = ['--url', url.origin, '--token', bed.token, '--json']
  const quiet = await conformance(...args)
  assert.equal(quiet.code, 0, quiet.stdout)
  const report: Report = JSON.parse(quiet.stdout)
  assert.equal(report.asks, false)
  assert.deepEqual(idsWith(report, 'ng'), [])
  assert.ok(idsWith(report, 'not-applicable').includes('ask-ends'))
  assert.ok(idsWith(report, 'ok').includes('refuses-large'))
  assert.equal(bed.gateway.stats().questions, 0)
  assert.deepEqual(await bed.client.feed(), [], 'nothing was asked and nothing noted')

  const asking = await conformance(...args, '--ask', '--only', 'ask-ends,pages-agree')
  assert.equal(asking.code, 0, asking.stdout)
  assert.deepEqual(JSON.parse(asking.stdout).summary, { ok: 2, ng: 0, notApplicable: 0 })
  assert.ok(bed.gateway.stats().questions > 0)
})

test('the exit code tells what is NG from wrong use and from an agent that is not there', async (t) => {
  const { agent, token } = await startBed(t)
  const cached = faults.find(({ finds }) => finds.includes('not-cached'))
  assert.ok(cached)
  const { origin } = await faultyAgent(t, agent.url, cached)
  const wrong = await conformance('--url', origin, '--token', token, '--only', 'not-cached')
  assert.equal(wrong.code, 1, wrong.stderr)
  assert.match(wrong.stdout, /^NG {6}not-cached$/m)
  assert.match(wrong.stdout, /^ +expected {2}Cache-Control: private, no-store$/m)
  assert.match(wrong.stdout, /^ +came {6}"max-age=60"$/m)
  assert.match(wrong.stdout, /^ +see {7}agent\/api\/POLLER\.md, “From token to first page”$/m)
  assert.match(wrong.stdout, /^NG: not-cached$/m)

  for (const args of [
    [],
    ['--url', agent.url],
    ['--url', 'ftp://127.0.0.1', '--token', token],
    ['--url', agent.url, '--token', token, '--only', 'nothing'],
    ['--url', agent.url, '--token-file', '/nonexistent'],
    ['--url', agent.url, '--token', token, '--loud'],
  ]) {
    const { code, stderr } = await conformance(...args)
    assert.equal(code, 64, args.join(' '))
    assert.match(stderr, /npm run conformance -- --url/)
  }
  const refused = await conformance('--url', agent.url, '--token', 'oa_wrong')
  assert.deepEqual([refused.code, refused.stdout], [69, ''])
  assert.match(refused.stderr, /\(401\).*revoked\nトークンが違うか/)
  await agent.stop()
  const gone = await conformance('--url', agent.url, '--token', token)
  assert.equal(gone.code, 69)
  assert.match(gone.stderr, /no agent answers \(ECONNREFUSED\)/)
})

test('a token that may only read, of a role that sees little, is told what cannot be tried', async (t) => {
  const { agent, token, client } = await startBed(t)
  for (const number of ['01', '02', '08']) await client.ask(patientByNumber(number)?.cardFace ?? {})
  const url = await faultyAgent(t, agent.url, ward)
  const { checks } = await runConformance({ url, token, ask: true })
  const report = checks.map(lineOf).join('')
  const of = (result: string) =>
    checks.flatMap((check) => (check.result === result ? check.id : []))
  assert.deepEqual(of('ng'), [], report)
  for (const id of ['ask-ends', 'key-same-body', 'message-charsets', 'event-published'])
    assert.ok(of('not-applicable').includes(id), id)
  for (const id of ['pages-agree', 'event-shape', 'slow-stream', 'refusals-explained'])
    assert.ok(of('ok').includes(id), id)
})

test('an agent behind TLS is reached with the authority of its clinic, and not without', async (t) => {
  const { ca, server } = makePki()
  const { agent, token } = await startBed(t)
  const tls = { cert: server.certificatePem, key: server.keyPem }
  const url = await faultyAgent(t, agent.url, { name: 'none', finds: [], tls })
  const options = { url, token, ask: false, only: ['first-page', 'stream-same', 'token-needed'] }
  await assert.rejects(runConformance(options), Unreachable)
  const { checks } = await runConformance({ ...options, ca: ca.certificatePem })
  assert.deepEqual(
    checks.map(({ result }) => result),
    ['ok', 'ok', 'ok'],
  )
})
