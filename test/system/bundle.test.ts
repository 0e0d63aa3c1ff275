import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { unzipSync } from 'fflate'
import { openPkcs12 } from '../../agent/uplink/pkcs12.ts'
import { type Bed, makeBed } from '../bed/agent.ts'
import {
  certificateNeedles,
  officialNeedles,
  secretNeedles,
  secrets,
  sent,
  sentNeedles,
  tokenNeedle,
} from '../bed/canaries.ts'
import { clientOf } from '../bed/client.ts'
import { addConsumer } from '../bed/consumer.ts'
import { found, leaks, type Needle, textNeedle } from '../bed/needles.ts'
import { runCli } from '../bed/process.ts'
import { quickApt } from '../bed/quick-apt.ts'
import { canaryFace, receive } from '../bed/refusals.ts'

quickApt()

/** Mail gateways refuse more. */
const MOST_BYTES = 2_000_000

/** What people typed, and what the machine says by itself. */
const typed = {
  customerId: 'CAF-CANARY-90071',
  router: '金糸雀の棚の裏',
  phone: '0120-772-0117',
  target: 'karte-canary.clinic.example',
  comment: '注記　金糸雀丸',
  consumer: 'レセコン金糸雀号',
  staff: '受付金糸雀花子',
  fileName: '金糸雀太郎の資格.xml',
  environment: 'environment-canary-55',
  drop: 'drop-in-canary-56',
  stack: 'stack-canary-57 非実在　雀',
  device: 'device-canary-58',
} as const
const typedNeedles = Object.entries(typed).map(([name, value]) => textNeedle(name, value))

/** Entries of a journal into which all of it got, by every way there is. */
function journal(): string {
  const at = '1796000000000000'
  const everything = [...Object.values(sent), ...Object.values(secrets), ...Object.values(typed)]
  const said = (message: string | number[], more: object = {}) =>
    JSON.stringify({ __REALTIME_TIMESTAMP: at, MESSAGE: message, ...more })
  const event = (event: string, facts: object) =>
    said(JSON.stringify({ level: 30, event, ...facts }))
  return [
    event('agent-ready', { version: '0.1.0', readers: 1, url: typed.target }),
    ...everything.flatMap((value) => [
      event('line-tested', { line: value, code: value, fault: value, why: value, [value]: 1 }),
      event(value, { line: 'sim-line' }),
      event('reader-fault', { reader: 'desk-1', code: 'READER_GONE', detail: value }),
      said(value),
      said([...Buffer.from(value)]),
      said(`TypeError: ${value}`),
      said(`    at ${value} (file:///usr/lib/onshi-agent/agent/main.ts:10:5)`),
      said(`    at agent/${value}.ts:10:5`),
      said('x', { MESSAGE_ID: value, UNIT: value }),
      said(value, {
        MESSAGE_ID: 'd9b373ed55a64feb8242e02dbe79a49c',
        UNIT_RESULT: value,
        UNIT: value,
      }),
      value,
    ]),
    said('Failed', { MESSAGE_ID: 'd9b373ed55a64feb8242e02dbe79a49c', UNIT_RESULT: 'watchdog' }),
    event('line-standing', {
      line: 'sim-line',
      standing: 'down',
      fault: 'LINE_UNREACHABLE',
      relapses: 2,
    }),
  ].join('\n')
}

const KERNEL = `[    1.000001] usb 1-2: new full-speed USB device number 5 using xhci_hcd
[    1.000002] usb 1-2: Product: ${typed.device} ${sent.name}
[    1.000003] EXT4-fs (vda1): re-mounted ${sent.kana}
[    1.000004] audit: ${sent.note}
[    1.000005] EXT4-fs error (device vda1): ${typed.device}: comm ${sent.name}`

const UNIT = `LoadState=loaded
UnitFileState=enabled
ActiveState=failed
Result=watchdog
ExecMainStatus=70
NRestarts=4
Description=${sent.name}
DropInPaths=/etc/systemd/system/onshi-agent.service.d/${typed.drop}.conf`

/** A journal that is longer than what is taken from a program, the newest first where that is asked for. */
const LONG_JOURNAL = `#!/bin/sh
old() { head -c 17000000 /dev/zero | tr '\\0' ' ' | fold -w 1000; }
case "$*" in
  *--reverse*) cat "$0.txt"; echo; old ;;
  *) old; cat "$0.txt" ;;
esac
`

/** Programs of the machine that say what a test wants. */
function machineSays(folder: string): { readonly path: string; readonly sources: string } {
  const bin = join(folder, 'machine')
  mkdirSync(bin)
  const texts = { journalctl: journal(), dmesg: KERNEL, systemctl: UNIT }
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(bin, `${name}.txt`), text)
    writeFileSync(join(bin, name), `#!/bin/sh\ncat "$0.txt"\n`)
    chmodSync(join(bin, name), 0o755)
  }
  writeFileSync(join(bin, 'journalctl'), LONG_JOURNAL)
  return { path: `${bin}:${process.env['PATH']}`, sources: Object.values(texts).join('\n') }
}

/** A bed whose configuration holds what people put into one. */
async function canaryBed(t: TestContext) {
  const bed = await makeBed(t, {
    reader: 'sim',
    pki: { passphrase: secrets.passphrase },
    gateway: { account: { user: secrets.user, password: secrets.password } },
    ...{ user: secrets.user, password: secrets.password, storeKey: secrets.storeKey },
    gatewayKeys: `protocol.extra_headers = { "X-Clinic" = "${secrets.header}" }\n`,
    tables: `[[outbox.targets]]\nhost = "${typed.target}"\nnetworks = ["192.168.77.20"]\n`,
  })
  const contact = `contact = { customer_id = "${typed.customerId}", router = "${typed.router}", phone = "${typed.phone}" }`
  const text = readFileSync(bed.configFile, 'utf8')
  const changed = text.replace('kind = "simulator"\n', `kind = "simulator"\n${contact}\n`)
  assert.notEqual(changed, text)
  writeFileSync(
    bed.configFile,
    `# ${typed.comment} ${sent.by} ${sent.individualNumber}\n${changed}`,
  )
  for (const folder of [bed.folder, bed.state])
    writeFileSync(join(folder, `${typed.fileName} ${sent.name}`), sent.note)
  return bed
}

/** Everything from which a bundle could take what it must not. */
const rawSources = (bed: Bed, machine: string, environment: object, feed: string) =>
  Buffer.from(
    [
      readFileSync(bed.configFile, 'utf8'),
      ...['store.key', 'password'].map((name) => readFileSync(join(bed.folder, name), 'utf8')),
      ...readdirSync(bed.folder),
      ...readdirSync(bed.state),
      JSON.stringify(environment),
      machine,
      feed,
    ].join('\n'),
  )

function filesIn(zip: Uint8Array): Map<string, Buffer> {
  const files = Object.entries(unzipSync(zip))
  return new Map(files.map(([name, bytes]) => [name, Buffer.from(bytes)]))
}

/** The needles in any file of a bundle, or in the ZIP as it is. */
const leaked = (needles: readonly Needle[], zip: Buffer) =>
  [['the zip', zip] as const, ...filesIn(zip)].flatMap(([name, bytes]) =>
    leaks(needles, bytes).map((leak) => `${name}: ${leak}`),
  )

test('a bundle holds what a vendor needs and nothing of a patient, a secret or a person', async (t) => {
  const bed = await canaryBed(t)
  const { path, sources } = machineSays(bed.folder)
  const environment = { PATH: path, ONSHI_CANARY: typed.environment }
  const prefix = ['env', ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)]
  const bundle = async (name: string) => {
    const out = join(bed.folder, name)
    const printed = await runCli(['bundle', '--config', bed.configFile, '--out', out], prefix)
    assert.deepEqual([printed.code, printed.stderr], [0, ''])
    return readFileSync(out)
  }
  const { token } = await addConsumer(bed, typed.consumer, 'receipt-computer')
  assert.equal((await bed.cli('staff', 'add', typed.staff, '--role', 'it')).code, 0)
  const agent = await bed.start()
  const client = clientOf(agent.url, token)
  await client.ask({ ...canaryFace })
  await receive(client)
  const running = await bundle('running.zip')
  const feed = JSON.stringify(await client.feed())
  const people =
    (await bed.cli('consumer', 'list')).stdout + (await bed.cli('staff', 'list')).stdout
  assert.equal((await agent.stop()).code, 0)
  const stopped = await bundle('stopped.zip')

  const clinicCertificate = certificateNeedles(
    openPkcs12(bed.pki.clientPkcs12, secrets.passphrase).certificate.raw,
  )
  const needles = [
    ...sentNeedles,
    ...officialNeedles,
    ...secretNeedles,
    ...typedNeedles,
    tokenNeedle(token),
  ]
  await t.test('control: the same search finds them in what the bundle was made of', () => {
    const held = rawSources(bed, sources, environment, feed + people)
    const wanted = [...sentNeedles, ...secretNeedles, ...typedNeedles].map(({ name }) => name)
    const missing = wanted.filter((name) => !found(needles, held).includes(name))
    assert.deepEqual(missing, [])
  })
  for (const [name, zip] of [
    ['running', running],
    ['stopped', stopped],
  ] as const)
    await t.test(`none of them is in the bundle of an agent that is ${name}`, () => {
      assert.deepEqual(leaked([...needles, ...clinicCertificate], zip), [])
      assert.ok(zip.length < MOST_BYTES)
    })
  await t.test('it says what is wrong, what happened and what is set', () => {
    const files = filesIn(running)
    const text = (name: string) => files.get(name)?.toString() ?? ''
    assert.match(text('status.json'), /"code": "SIMULATOR_IN_USE"/)
    assert.match(
      text('journal.jsonl'),
      /"event":"line-standing".*"standing":"down".*"fault":"LINE_UNREACHABLE"/,
    )
    assert.match(text('journal.jsonl'), /"event":"unit-failure-result","UNIT_RESULT":"watchdog"/)
    assert.match(text('journal.jsonl'), /"frame":"agent\/main\.ts:10:5"/)
    assert.match(text('kernel.txt'), /EXT4-fs error \(device vda1\)/)
    assert.match(text('config.json'), /"name": "sim-line"/)
    assert.match(text('service.json'), /"result": "watchdog"/)
    assert.match(text('metrics.txt'), /^# TYPE onshi_/m)
    assert.match(text('doctor.json'), /"id": "line-path"/)
    assert.match(text('README.txt'), /サポート用資料/)
    for (const name of files.keys())
      assert.ok(name === 'README.txt' || text('README.txt').includes(name), name)
    assert.match(filesIn(stopped).get('status.json')?.toString() ?? '', /AGENT_NOT_RUNNING/)
  })
})

test('a bundle needs no room but for itself, and replaces no file', async (t) => {
  const bed = await makeBed(t)
  const cut = join(bed.folder, 'cut.zip')
  const noRoom = ['sh', '-c', 'ulimit -f 1; exec "$@"', 'sh']
  const full = await runCli(['bundle', '--config', bed.configFile, '--out', cut], noRoom)
  assert.deepEqual([full.code, full.stdout, existsSync(cut)], [69, '', false])
  assert.match(full.stderr, /E754 FILE_UNWRITABLE/)
  const there = join(bed.folder, 'there.zip')
  writeFileSync(there, 'x')
  assert.equal((await bed.cli('bundle', '--out', there)).code, 69)
  assert.equal(readFileSync(there, 'utf8'), 'x')
  const folder = mkdtempSync(join(tmpdir(), 'onshi-bundle-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const command = ['agent/cli.ts', 'bundle', '--config', bed.configFile, '--out', '-']
  const zip = execFileSync(process.execPath, command, {
    env: { ...process.env, TMPDIR: '/nowhere' },
  })
  assert.ok(filesIn(zip).has('doctor.json'))
})
