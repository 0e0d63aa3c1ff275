import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { type Identity, pkcs12 } from '../../agent/sim/pki/certificate.ts'
import { issueClient, makePki, type Pki } from '../../agent/sim/pki.ts'
import { type Bed, makeBed, startBed } from '../bed/agent.ts'
import { clientOf } from '../bed/client.ts'
import type { Printed } from '../bed/process.ts'

const CLI = fileURLToPath(new URL('../../agent/cli.ts', import.meta.url))
const PASSPHRASE = 'canary-passphrase-9127'
const EX_USAGE = 64
const EX_DATAERR = 65
const EX_UNAVAILABLE = 69
const face = patientByNumber('01')?.cardFace ?? {}

/** `cert import` of a new file, its passphrase in another. */
function importing(bed: Bed, client: Identity, name = 'new'): Promise<Printed> {
  const [file, secret] = [join(bed.folder, `${name}.p12`), join(bed.folder, `${name}.passphrase`)]
  writeFileSync(file, pkcs12(client, PASSPHRASE, 'aes256'), { mode: 0o600 })
  writeFileSync(secret, `${PASSPHRASE}\n`, { mode: 0o600 })
  return bed.cli('cert', 'import', file, '--passphrase-file', secret)
}

const renewed = ({ ca, institutionCode }: Pki) => issueClient(ca, institutionCode)

function idIn({ code, stdout, stderr }: Printed): string {
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout).id
}

async function states(bed: Bed): Promise<Record<string, string>> {
  const { stdout, stderr } = await bed.cli('cert', 'list')
  assert.notEqual(stdout, '', stderr)
  const items: { id: string; state: string }[] = JSON.parse(stdout).items
  return Object.fromEntries(items.map(({ id, state }) => [id, state]))
}

test('trouble 12: a renewed certificate is imported, tried on the line, activated and undone while lookups go on', async (t) => {
  const bed = await startBed(t)
  const imported = await importing(bed, renewed(bed.pki))
  const id = idIn(imported)
  assert.match(imported.stderr, new RegExp(`cert try ${id}`))
  assert.deepEqual(await states(bed), { config: 'active', [id]: 'imported' })

  const early = await bed.cli('cert', 'activate', id)
  assert.equal(early.code, EX_DATAERR)
  assert.match(early.stderr, /CERTIFICATE_UNTRIED/)

  const trial = await bed.cli('cert', 'try', id)
  assert.equal(trial.code, 0, trial.stderr)
  assert.deepEqual(JSON.parse(trial.stdout).lines, [{ line: 'sim-line', result: 'accepted' }])

  let isOver = false
  const outcomes: string[] = []
  const asking = (async () => {
    while (!isOver) outcomes.push((await bed.client.ask(face)).outcome)
  })()
  const activated = await bed.cli('cert', 'activate', id)
  assert.equal(activated.code, 0, activated.stderr)
  assert.deepEqual(await states(bed), { config: 'previous', [id]: 'active' })
  assert.equal((await bed.cli('cert', 'activate', 'config')).code, 0)
  assert.deepEqual(await states(bed), { config: 'active', [id]: 'previous' })
  assert.equal((await bed.cli('cert', 'activate', id)).code, 0)
  isOver = true
  await asking
  assert.ok(outcomes.length > 0)
  assert.deepEqual(new Set(outcomes), new Set(['valid']))

  await bed.agent.stop()
  assert.doesNotMatch(bed.agent.output(), new RegExp(PASSPHRASE))
  const again = await bed.start()
  assert.equal((await clientOf(again.url, bed.token).ask(face)).outcome, 'valid')
  assert.deepEqual(await states(bed), { config: 'previous', [id]: 'active' })
})

test('a certificate that the gateway does not take fails its trial, line by line, and is not activated', async (t) => {
  const bed = await startBed(t)
  const { client } = makePki({ client: 'other-ca' })
  const id = idIn(await importing(bed, client))
  const trial = await bed.cli('cert', 'try', id)
  assert.equal(trial.code, EX_UNAVAILABLE)
  const [line] = JSON.parse(trial.stdout).lines
  assert.deepEqual([line.line, line.code], ['sim-line', 'CLIENT_CERTIFICATE_REFUSED'])
  assert.match((await bed.cli('cert', 'activate', id)).stderr, /CERTIFICATE_UNTRIED/)
  assert.equal((await bed.client.ask(face)).outcome, 'valid')
})

test('what is wrong with a file is said plainly, with and without a running agent', async (t) => {
  const bed = await makeBed(t)
  const wrong = join(bed.folder, 'wrong.passphrase')
  writeFileSync(wrong, 'not-the-passphrase')
  const cases: [args: string[], code: string][] = [
    [[bed.files.clientPkcs12, '--passphrase-file', wrong], 'CERTIFICATE_PASSPHRASE_WRONG'],
    [[bed.files.clientCertificate, '--passphrase-file', wrong], 'CERTIFICATE_UNREADABLE'],
    [[join(bed.folder, 'none.p12'), '--passphrase-file', wrong], 'CERTIFICATE_UNREADABLE'],
  ]
  for (const isRunning of [false, true]) {
    if (isRunning) await bed.start()
    for (const [args, code] of cases) {
      const printed = await bed.cli('cert', 'import', ...args)
      assert.equal(printed.code, EX_DATAERR, printed.stderr)
      assert.match(printed.stderr, new RegExp(code))
      assert.doesNotMatch(printed.stderr, /not-the-passphrase|\n +at /)
    }
    const other = await importing(bed, issueClient(bed.pki.ca, '2710000001'))
    assert.equal(other.code, EX_DATAERR)
    assert.match(other.stderr, /CERTIFICATE_OF_ANOTHER_INSTITUTION/)
    assert.match(other.stderr, /2710000001/)
    assert.deepEqual(await states(bed), { config: 'active' })
  }
})

test('without a running agent a certificate is imported and listed; a trial needs the lines', async (t) => {
  const bed = await makeBed(t)
  const id = idIn(await importing(bed, renewed(bed.pki)))
  assert.deepEqual(await states(bed), { config: 'active', [id]: 'imported' })
  const trial = await bed.cli('cert', 'try', id)
  assert.equal(trial.code, EX_UNAVAILABLE)
  assert.match(trial.stderr, /AGENT_NOT_RUNNING/)
  assert.match((await bed.cli('cert', 'activate', id)).stderr, /CERTIFICATE_UNTRIED/)
  const back = await bed.cli('cert', 'activate', 'config')
  assert.equal(back.code, 0)
  assert.match(back.stderr, /next start/)
})

test('the passphrase can be piped in, and shows nowhere', async (t) => {
  const bed = await makeBed(t)
  const file = join(bed.folder, 'new.p12')
  writeFileSync(file, pkcs12(renewed(bed.pki), PASSPHRASE, '3des'), { mode: 0o600 })
  const args = [CLI, 'cert', 'import', file, '--config', bed.configFile]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(`${PASSPHRASE}\n`)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (child.exitCode === null) await once(child, 'exit')
  assert.equal(child.exitCode, 0, stderr)
  assert.equal(JSON.parse(stdout).state, 'imported')
  assert.doesNotMatch(stdout + stderr, new RegExp(PASSPHRASE))
  const none = await bed.cli('cert', 'import', file)
  assert.equal(none.code, EX_USAGE)
})

test('another institution’s certificate in the configuration is refused at start and by --check', async (t) => {
  const bed = await makeBed(t)
  const other = issueClient(bed.pki.ca, '2710000001')
  writeFileSync(bed.files.clientPkcs12, pkcs12(other, bed.pki.passphrase, 'aes256'))
  for (const args of [['run', '--check'], ['run']]) {
    const { code, stderr } = await bed.cli(...args)
    assert.equal(code, 78, stderr)
    assert.match(stderr, /CERTIFICATE_OF_ANOTHER_INSTITUTION/)
    assert.match(stderr, /gateway\.certificate_file/)
  }
})
