import { closeSync, existsSync, rmSync, writeSync } from 'node:fs'
import { Check } from 'typebox/value'
import { readStoreKey } from '../config/files.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { auditCsvEnd, auditCsvHead, auditCsvRows } from './api/audit-csv.ts'
import { AuditHeadShown, AuditRecords, auditRoute, TrailShown } from './api/control-audit.ts'
import { callControl } from './api/control-client.ts'
import { auditDeskOf } from './audit-desk.ts'
import { caller } from './caller.ts'
import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'
import { AgentError } from './kernel/errors.ts'
import { dayAfter, inJapan, isoDateOf, toRfc3339 } from './kernel/time.ts'
import { openNewFile } from './new-file.ts'
import { EX_SIGPIPE, toStandardOutput } from './standard-output.ts'

/** sysexits(3). */
const EX_OK = 0
const EX_DATAERR = 65

const USAGE = `onshi-agent audit verify [--json] [--database FILE [--key-file FILE]]
onshi-agent audit export --from DAY --to DAY [--out FILE]
onshi-agent audit accept

  verify  whether the record of who read and changed what is as it was written; 65 where it is not.
          --database: a copy of the database, such as a restored one
  export  the records of these days (YYYY-MM-DD, both included) as CSV, for the inspector; 141 where the
          reader of a pipe left before its end
  accept  what is broken is known and cleared up: the trail is verified from here on`

const options = {
  ...configOption,
  json: { type: 'boolean', default: false },
  database: { type: 'string' },
  'key-file': { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string' },
} as const

/** Going through years of records on a slow disk takes its time. */
const VERIFY_MS = 30 * 60_000

/**
 * `onshi-agent audit …`: through the running agent, or on the database where none runs. Prints, and
 * resolves with the exit code. Throws `USAGE`, `STORE_*`, `REQUEST_INVALID`.
 */
export async function auditCommand(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) return print(`${USAGE}\n`)
  const { values, positionals } = parsedArgs(
    { args: [...args], allowPositionals: true, options },
    USAGE,
  )
  const [verb, ...rest] = positionals
  if (rest.length > 0) throw wrongUsage(USAGE)
  const config = loadConfig(values.config)
  if (verb === 'verify') {
    const found = await verified(config, values.database, values['key-file'])
    print(values.json ? pretty(found) : textOf(found))
    return found.isWhole ? EX_OK : EX_DATAERR
  }
  if (verb === 'accept') {
    await asked(config, 'POST', '/audit/accept')
    return print('recorded; verified from here on 記録しました。以後の記録から検証します。\n')
  }
  if (verb === 'export') return exported(config, spanOf(values.from, values.to), values.out)
  throw wrongUsage(USAGE)
}

/** Only reads, also where no agent runs: what was found must stay as it is. */
async function verified(
  config: Config,
  database: string | undefined,
  keyFile: string | undefined,
): Promise<TrailShown> {
  const { store, audit, control } = config
  const look = async (path: string, copyOf?: string) => {
    if (!existsSync(path)) throw new AgentError('NOT_FOUND', `there is no database at ${path}`)
    const { lookAtTrail } = await import('./store/audit-look.ts')
    const key = readStoreKey(keyFile ?? store.key_file)
    const second = audit.anchor_file ?? null
    return lookAtTrail({ path, key, second, isWhole: true, ...(copyOf && { copyOf }) })
  }
  if (database !== undefined) return { ...shown(await look(database, store.path)) }
  try {
    return shown(await callControl(control.socket, 'POST', '/audit/verify', undefined, VERIFY_MS))
  } catch (error) {
    if (!(error instanceof AgentError) || error.code !== 'AGENT_NOT_RUNNING') throw error
    return shown(await look(store.path))
  }
}

const otherRelease = () =>
  new AgentError('INTERNAL', 'the running agent is of another release: restart it')

function shown(report: unknown): TrailShown {
  if (Check(TrailShown, report)) return report
  throw otherRelease()
}

/** A command as the socket has it, on the database where no agent runs. */
const asked = (config: Config, method: string, path: string): Promise<unknown> =>
  caller(config)(method, path, undefined, async (store) => {
    const [, body] = (await auditRoute(auditDeskOf(store), `${method} ${path}`)) ?? []
    return body
  })

interface Span {
  readonly fromDay: string
  readonly toDay: string
  readonly from: number
  readonly to: number
}

function spanOf(fromDay: string | undefined, toDay: string | undefined): Span {
  if (fromDay === undefined || toDay === undefined)
    throw wrongUsage(USAGE, 'say which days, with --from and --to')
  const span = { fromDay, toDay, from: dayStart(fromDay), to: dayStart(dayAfter(toDay)) }
  if (Number.isNaN(span.from) || Number.isNaN(span.to) || span.from >= span.to)
    throw wrongUsage(USAGE, 'days are written YYYY-MM-DD, the earlier one first')
  return span
}

const dayStart = (day: string) =>
  isoDateOf(day.replaceAll('-', '')) === day ? Date.parse(`${day}T00:00:00+09:00`) : Number.NaN

async function exported(config: Config, span: Span, out: string | undefined): Promise<number> {
  if (out === undefined)
    return (await written(config, span, toStandardOutput)) === null ? EX_SIGPIPE : EX_OK
  const file = openNewFile(out)
  try {
    const count = await written(config, span, (bytes) => writeAll(file, bytes))
    return print(`${out}: ${count} records 監査記録 ${count} 件を出力しました。\n`)
  } catch (error) {
    rmSync(out)
    throw error
  } finally {
    closeSync(file)
  }
}

/** Page by page, so that years of records need no memory. `write`: false where nobody wants more; then null. */
async function written(
  config: Config,
  { from, to, fromDay, toDay }: Span,
  write: (bytes: Uint8Array) => boolean | Promise<boolean>,
): Promise<number | null> {
  if (!(await write(auditCsvHead()))) return null
  let count = 0
  for (let after = 0; ; ) {
    const page = await asked(config, 'GET', `/audit/records?from=${from}&to=${to}&after=${after}`)
    if (!Check(AuditRecords, page)) throw otherRelease()
    const last = page.items.at(-1)
    if (last === undefined) break
    if (!(await write(auditCsvRows(page.items)))) return null
    count += page.items.length
    after = last.seq
  }
  const head = await asked(config, 'GET', '/audit/head')
  if (!Check(AuditHeadShown, head)) throw otherRelease()
  return (await write(auditCsvEnd({ count, head, from: fromDay, to: toDay }))) ? count : null
}

function writeAll(file: number, bytes: Uint8Array): true {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
  return true
}

function print(text: string): number {
  process.stdout.write(text)
  return EX_OK
}

function textOf(found: TrailShown): string {
  const { isWhole, faults, notices, checked, first, last, anchorLines, waiting } = found
  const span =
    first === null || last === null
      ? 'no records 記録はありません'
      : `records ${first.seq} to ${last.seq}, ${inJapan(first.at)} to ${toRfc3339(last.at)}`
  return [
    isWhole
      ? 'OK  the audit trail is as it was written 監査記録は書き込まれた時のままです。'
      : 'NG  the audit trail is broken 監査記録に異常があります。何も消さないでください。',
    ...faults.map(({ kind, place }) => `    ${kind}: ${place}`),
    `    ${span}; ${checked} gone through, ${anchorLines} lines of the anchor, ${waiting} waiting in the journal`,
    `    head ${last?.seq ?? 0} ${found.hash}`,
    ...notices.map((notice) => `    note: ${notice}`),
    '',
  ].join('\n')
}
