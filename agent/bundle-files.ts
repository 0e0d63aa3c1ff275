import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { controlSocketOf } from '../config/control-socket.ts'
import { loadConfig } from '../config/load.ts'
import { maskedConfig } from '../config/masked.ts'
import { usbDevices } from '../drivers/discover.ts'
import { modelOf, usbId } from '../drivers/models.ts'
import { callControl } from './api/control-client.ts'
import { pretty } from './command-line.ts'
import { gatherFindings } from './doctor-findings.ts'
import { AgentError } from './kernel/errors.ts'
import { toRfc3339 } from './kernel/time.ts'
import { filteredJournal, JOURNAL_FIELDS } from './ops/bundle/journal.ts'
import { kernelLines } from './ops/bundle/kernel-log.ts'
import { listingOf, networkOf, sandboxRows } from './ops/bundle/machine.ts'
import { type BundleFile, manifestOf } from './ops/bundle/manifest.ts'
import { leavingMetrics } from './ops/bundle/metrics.ts'
import { BUNDLE_MOST_BYTES, packed } from './ops/bundle/pack.ts'
import { leavingConditions } from './ops/bundle/status.ts'
import { printedBy } from './ops/doctor/asked.ts'
import { isRed, leavingCheck } from './ops/doctor/check.ts'
import { checksOf, type Findings } from './ops/doctor/checks.ts'
import { UNIT } from './ops/doctor/service.ts'
import { VERSION } from './version.ts'

/** A busy week at level info; the newest are kept. */
const ENTRIES_MOST = 40_000
const JOURNAL_MS = 30_000

/** A ZIP of what a support vendor needs, with no patient in it. Works without an agent, too. */
export async function gatherBundle(
  configFile: string,
  hours: number,
  at: number,
): Promise<Uint8Array> {
  const findings = await gatherFindings(configFile)
  const journal = await journalOf(configFile, hours)
  const others = await otherFiles(configFile, findings)
  for (let most = ENTRIES_MOST; ; most = Math.floor(most / 2)) {
    const entries = journal.entries.slice(-most)
    const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    const files = [...others, ['journal.jsonl', lines] as const]
    const sizes = files.map(([name, text]) => [name, Buffer.byteLength(text)] as const)
    const made = { at: toRfc3339(at), version: VERSION, hours, held: journal.held }
    const bytes = packed([['README.txt', manifestOf(sizes, made)], ...files], at)
    if (bytes.length <= BUNDLE_MOST_BYTES || most === 0) return bytes
  }
}

async function journalOf(configFile: string, hours: number) {
  const most = ['-n', String(ENTRIES_MOST), `--since=-${hours}h`]
  // Where it is more than is taken from a program, the newest are there.
  const form = ['-o', 'json', `--output-fields=${JOURNAL_FIELDS.join(',')}`, '--reverse']
  const args = ['-u', UNIT, ...form, ...most, '-q', '--no-pager']
  const printed = (await printedBy('journalctl', args, JOURNAL_MS)) ?? ''
  const lines = printed.split('\n').reverse()
  return filteredJournal(lines, { names: namesIn(configFile), isOurFile })
}

const isOurFile = (path: string) => existsSync(new URL(`../${path}`, import.meta.url))

/** Of lines and readers: their form is narrow, and every event of theirs says them. */
function namesIn(configFile: string): string[] {
  try {
    const { lines, readers } = loadConfig(configFile)
    return [...lines, ...readers].map(({ name }) => name)
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    return []
  }
}

async function otherFiles(
  configFile: string,
  findings: Findings,
): Promise<(readonly [name: BundleFile, text: string])[]> {
  const { at, service, disk, os, versions } = findings
  const checks = checksOf(findings)
  const told = await toldBy(configFile)
  return [
    [
      'doctor.json',
      pretty({ at: toRfc3339(at), ok: !isRed(checks), checks: checks.map(leavingCheck) }),
    ],
    ['status.json', pretty(told.status)],
    ['metrics.txt', told.metrics],
    [
      'versions.json',
      pretty({ ...versions, os: { id: os.id, version: os.version, arch: os.arch } }),
    ],
    ['config.json', pretty(maskedConfig(configFile))],
    ['service.json', pretty({ unit: service, sandbox: await sandboxOf() })],
    ['network.json', pretty(await networkOf())],
    ['devices.json', pretty((await usbDevices()).map(deviceOf))],
    ['files.json', pretty(await listings(configFile))],
    ['disk.json', pretty(disk === null ? null : { ...disk, folder: undefined })],
    ['kernel.txt', await kernelText()],
  ]
}

/** Health and metrics of the running agent, where one answers. */
async function toldBy(configFile: string): Promise<{ status: unknown; metrics: string }> {
  try {
    const socket = await controlSocketOf(configFile)
    const status = leavingConditions(await callControl(socket, 'GET', '/status'))
    const metrics = await callControl(socket, 'GET', '/metrics')
    return { status, metrics: typeof metrics === 'string' ? leavingMetrics(metrics) : '' }
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    return { status: { fault: error.code }, metrics: '' }
  }
}

const sandboxOf = async (): Promise<string[]> =>
  sandboxRows((await printedBy('systemd-analyze', ['security', UNIT, '--no-pager'])) ?? '')

const deviceOf = ({
  vendorId,
  productId,
  classes,
  hidraws,
  ttys,
}: Awaited<ReturnType<typeof usbDevices>>[number]) => ({
  usb: usbId(vendorId, productId),
  model: modelOf(vendorId, productId)?.name ?? null,
  classes,
  hidraws: hidraws.length,
  ttys: ttys.length,
})

async function listings(configFile: string) {
  const state = stateFolder(configFile)
  return {
    configuration: await listingOf(dirname(configFile)),
    state: state === null ? [] : await listingOf(state),
  }
}

function stateFolder(configFile: string): string | null {
  try {
    return dirname(loadConfig(configFile).store.path)
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    return null
  }
}

/** Without a right to `dmesg`, root’s since 2018, the journal may still tell. */
async function kernelText(): Promise<string> {
  const args = ['-k', '-o', 'short-monotonic', '-n', '5000', '-q', '--no-pager']
  const said = (await printedBy('dmesg', [])) ?? (await printedBy('journalctl', args)) ?? ''
  return kernelLines(said)
    .map((line) => `${line}\n`)
    .join('')
}
