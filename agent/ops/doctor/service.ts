import { type FaultCode, faults } from '../../kernel/faults.ts'
import { pairsIn, printedBy } from './asked.ts'
import { type Check, next, ng, ok, unseen } from './check.ts'

/** What systemd says of the unit. */
export interface ServiceFacts {
  readonly load: string
  /** `enabled`: started at boot. */
  readonly enabled: string
  readonly active: string
  /** How the last run ended: `success`, `exit-code`, `watchdog`, `signal`, … */
  readonly result: string
  readonly exitStatus: number
  readonly restarts: number
  readonly watchdogSeconds: number
  /** Files of drop-ins; their names are people’s. */
  readonly dropIns: number
  readonly needsReload: boolean
  /** `systemd-analyze security`, 0.0 to 10.0; null where it is not told. */
  readonly exposure: number | null
  /** What the last start ended with, as it printed it; null where the journal does not say, or not to us. */
  readonly lastFault: FaultCode | null
}

export const UNIT = 'onshi-agent.service'
const LAST_LINES = ['-u', UNIT, '-o', 'cat', '-n', '100', '-q', '--no-pager']
const PROPERTIES = [
  'LoadState',
  'UnitFileState',
  'ActiveState',
  'Result',
  'ExecMainStatus',
  'NRestarts',
  'WatchdogUSec',
  'DropInPaths',
  'NeedDaemonReload',
]
/** The unit as it is shipped has less; a drop-in that opens it up is seen. */
const EXPOSURE_MOST = 1.5
/** sysexits(3): systemd does not start it again. */
const EX_CONFIG = 78

/** Null where no systemd answers. */
export async function readService(): Promise<ServiceFacts | null> {
  const said = await printedBy('systemctl', ['show', UNIT, '-p', PROPERTIES.join(',')])
  if (said === null || !said.includes('LoadState=')) return null
  const load = pairsIn(said).get('LoadState') ?? ''
  const analysis =
    load === 'loaded' ? await printedBy('systemd-analyze', ['security', UNIT, '--no-pager']) : null
  const isUp = said.includes('ActiveState=active')
  const journal = isUp ? null : await printedBy('journalctl', LAST_LINES)
  return serviceIn(said, analysis, journal)
}

/** Pure. Of what the commands printed. */
export function serviceIn(
  said: string,
  analysis: string | null,
  journal: string | null = null,
): ServiceFacts {
  const pairs = pairsIn(said)
  const get = (name: string) => pairs.get(name) ?? ''
  const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(analysis ?? '') ?? []
  return {
    load: get('LoadState'),
    enabled: get('UnitFileState'),
    active: get('ActiveState'),
    result: get('Result'),
    exitStatus: Number(get('ExecMainStatus')) || 0,
    restarts: Number(get('NRestarts')) || 0,
    watchdogSeconds: secondsIn(get('WatchdogUSec')),
    dropIns: get('DropInPaths')
      .split(' ')
      .filter((path) => path !== '').length,
    needsReload: get('NeedDaemonReload') === 'yes',
    exposure: exposure === undefined ? null : Number(exposure),
    lastFault: faultIn(journal ?? ''),
  }
}

/** `E207 STORE_KEY_WRONG: …`, or in brackets after the file, is how a refused start ends. [agent/cli.ts] */
function faultIn(journal: string): FaultCode | null {
  const [last] = [...journal.matchAll(/\b(E\d{3}) ([A-Z][A-Z_]+)\b/g)].toReversed()
  const known = Object.entries(faults).find(
    ([code, { number }]) => code === last?.[2] && number === last[1],
  )
  return known !== undefined && isFaultCode(known[0]) ? known[0] : null
}

const isFaultCode = (code: string): code is FaultCode => Object.hasOwn(faults, code)

/** `1min 30s`, `30s`; 0 for none. [systemd.time(7)] */
function secondsIn(text: string): number {
  const units: Readonly<Record<string, number>> = { min: 60, s: 1, ms: 1e-3, h: 3_600 }
  return [...text.matchAll(/([\d.]+)(min|ms|s|h)\b/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0),
    0,
  )
}

/** Pure. */
export function serviceChecks(service: ServiceFacts | null): Check[] {
  if (service === null)
    return [
      unseen(
        'service',
        'service-unit',
        'systemd',
        'systemd',
        next('systemd のある機械で確認してください。', 'No systemd answers here.'),
      ),
    ]
  if (service.load !== 'loaded')
    return [
      unseen(
        'service',
        'service-unit',
        'サービスとして入っていません',
        'not installed as a service',
        next('パッケージを入れてください。', 'Install the package.'),
      ),
    ]
  return [running(service), why(service), boot(service), sandbox(service)].flat()
}

function running({ active, result, exitStatus, restarts, watchdogSeconds }: ServiceFacts): Check[] {
  const facts = { active, result, exitStatus, restarts, watchdogSeconds }
  if (active === 'active')
    return [
      ok(
        'service',
        'service-running',
        '動いています（再起動 {restarts} 回）',
        'running, {restarts} restarts, watchdog {watchdogSeconds} s',
        { facts },
      ),
    ]
  if (active === 'activating')
    return [
      ng(
        'service',
        'service-running',
        '起動中です（{result}、{exitStatus}）',
        'starting, last end: {result} {exitStatus}',
        {
          facts,
          ...next(
            '続くときは journalctl -u onshi-agent を確認してください。',
            'If it goes on: journalctl -u onshi-agent',
          ),
        },
      ),
    ]
  const [ja, en] =
    exitStatus === EX_CONFIG
      ? ['設定が拒否されて止まりました', 'stopped: the configuration was refused']
      : ['止まっています（{result}、{exitStatus}）', 'stopped: {result} {exitStatus}']
  return [
    ng('service', 'service-running', ja, en, {
      facts,
      ...(exitStatus === EX_CONFIG
        ? next(
            'onshi-agent run --check が直し方を示します。',
            'onshi-agent run --check says what to write.',
          )
        : next(
            'systemctl start onshi-agent、次に journalctl -u onshi-agent。',
            'systemctl start onshi-agent; then journalctl -u onshi-agent',
          )),
    }),
  ]
}

/** Why it does not run, where its last words say so. */
function why({ active, lastFault }: ServiceFacts): Check[] {
  if (active === 'active' || lastFault === null) return []
  const { number, title, action, hint } = faults[lastFault]
  const more = { code: lastFault, number, ...next(action, hint) }
  return [ng('service', 'service-last-fault', title, lastFault, more)]
}

function boot({ enabled, needsReload }: ServiceFacts): Check[] {
  return [
    ...(enabled === 'enabled'
      ? []
      : [
          ng('service', 'service-enabled', '電源を入れても起動しません', 'not started at boot', {
            facts: { enabled },
            ...next('systemctl enable onshi-agent', 'systemctl enable onshi-agent'),
          }),
        ]),
    ...(needsReload
      ? [
          ok(
            'service',
            'service-reload',
            '変更した設定が systemd に伝わっていません',
            'the unit changed on disk',
            next(
              'systemctl daemon-reload のあと再起動してください。',
              'systemctl daemon-reload, then restart',
            ),
          ),
        ]
      : []),
  ]
}

function sandbox({ exposure, dropIns }: ServiceFacts): Check {
  const facts = { dropIns, ...(exposure === null ? {} : { exposure }) }
  if (exposure === null)
    return unseen('service', 'service-sandbox', '保護の程度', 'the sandbox', { facts })
  const [ja, en] = [
    '保護 {exposure}（追加設定 {dropIns} 件）',
    'exposure {exposure}, {dropIns} drop-ins',
  ]
  return exposure > EXPOSURE_MOST
    ? ng('service', 'service-sandbox', ja, en, {
        facts,
        ...next(
          '追加設定（drop-in）を見直してください。',
          'systemctl cat onshi-agent; systemd-analyze security onshi-agent',
        ),
      })
    : ok('service', 'service-sandbox', ja, en, { facts })
}
