import { conditions, isConditionCode } from '../../kernel/conditions.ts'
import { type Area, asRoot, type Check, next, ng, ok, toDo, unseen } from './check.ts'

/** A condition of the running agent, as health shows it. */
export interface DoctorCondition {
  readonly component: string
  readonly subject: string
  readonly status: 'pass' | 'warn' | 'fail'
  readonly code: string
  readonly number: string
  readonly title: string
  readonly action: string
  readonly hint: string
}

/** What the running agent says. Null is what this release of it does not say. */
export interface AgentFacts {
  readonly version: string
  readonly isReady: boolean
  readonly urls: readonly string[]
  readonly pid: number
  readonly node: string | null
  readonly conditions: readonly DoctorCondition[]
}

/** forbidden: one runs, and this user may not open its socket. */
export type AgentView =
  | { readonly is: 'running'; readonly agent: AgentFacts }
  | { readonly is: 'absent' }
  | { readonly is: 'forbidden' }
  /** It answers with a fault, or of another release. */
  | { readonly is: 'strange'; readonly code: string }

/** Who works with the agent; null: cannot be seen. */
export interface PeopleFacts {
  /** Since when, epoch ms, a consumer that polls was last heard; null: never. */
  readonly consumers:
    | readonly { readonly isPushed: boolean; readonly usedAt: number | null }[]
    | null
  /** Administrators who can sign in with a second factor. */
  readonly administrators: number | null
  /** When the newest one was added who has not signed in with a second factor yet, epoch ms; null: none. */
  readonly invitedAt: number | null
}

export interface VersionFacts {
  /** Of this program, and of the Node, OpenSSL and SQLite in it. */
  readonly release: string
  readonly node: string
  readonly openssl: string
  readonly sqlite: string | null
  /** The package went back from one release to another; absent: it did not. */
  readonly rolledBack?: { readonly from: string; readonly to: string }
}

const AREAS: Readonly<Record<string, Area>> = {
  reader: 'reader',
  line: 'line',
  'line-authentication': 'line',
  certificate: 'certificate',
  gateway: 'gateway',
  terminal: 'terminal',
  store: 'store',
  delivery: 'consumer',
  consumer: 'consumer',
  backup: 'backup',
  clock: 'clock',
}
/** Said where nothing is wrong, so that silence is never taken for health. */
const WELL: Readonly<Partial<Record<Area, readonly [ja: string, en: string]>>> = {
  agent: ['異常は報告されていません', 'nothing is reported'],
  gateway: ['照会先の異常は報告されていません', 'nothing is reported'],
  store: ['記録の異常は報告されていません', 'nothing is reported'],
  consumer: ['配信の異常は報告されていません', 'deliveries go out'],
}

/** Pure. */
export function agentChecks(view: AgentView, own: VersionFacts): Check[] {
  if (view.is === 'running') return runningAgent(view.agent, own)
  if (view.is === 'forbidden')
    return [unseen('agent', 'agent-answers', '本体の状態', 'the running agent', asRoot)]
  if (view.is === 'strange')
    return [
      ng('agent', 'agent-answers', '本体が正しく答えません（{code}）', 'it answers {code}', {
        facts: { code: view.code },
        ...next('systemctl restart onshi-agent', 'systemctl restart onshi-agent'),
      }),
    ]
  return [
    ng('agent', 'agent-answers', '本体が動いていません', 'the agent is not running', {
      code: 'AGENT_NOT_RUNNING',
      number: 'E801',
      ...next('サービスの行と設定の行を確認してください。', 'See the rows of service and config.'),
    }),
  ]
}

function runningAgent({ version, isReady, conditions }: AgentFacts, own: VersionFacts): Check[] {
  const told = conditions.flatMap(ofCondition)
  const red = new Set(told.map(({ area }) => area))
  const quiet = Object.entries(WELL).flatMap(([name, said]) => {
    const area = Object.values(AREAS)
      .concat('agent')
      .find((one) => one === name)
    return area === undefined || red.has(area) || said === undefined
      ? []
      : [ok(area, `${area}-reported`, said[0], said[1])]
  })
  return [
    isReady
      ? ok('agent', 'agent-answers', '動いています（{version}）', 'ready', { facts: { version } })
      : ng(
          'agent',
          'agent-answers',
          '動いていますが、まだ応答できません',
          'runs, but is not ready',
          {
            facts: { version },
            ...next('記録の行を確認してください。', 'See the rows of the store.'),
          },
        ),
    ...(version === own.release
      ? []
      : [
          ng(
            'agent',
            'agent-release',
            '更新後に再起動していません（{version}）',
            'runs {version}, installed {release}',
            {
              facts: { version, release: own.release },
              ...next('診療時間外に再起動してください。', 'systemctl restart onshi-agent'),
            },
          ),
        ]),
    ...told,
    ...quiet,
    ...(red.has('backup')
      ? []
      : [
          unseen(
            'backup',
            'backup-reported',
            'バックアップの記録がありません',
            'no word of backups',
            {
              ...next('onshi-agent backup で作成してください。', 'onshi-agent backup'),
            },
          ),
        ]),
  ]
}

function ofCondition(one: DoctorCondition): Check[] {
  const { component, subject, status, code, number, title, action, hint } = one
  const area = AREAS[component] ?? 'agent'
  // Of backups alone the agent says when all is well: no word of them would be no backup.
  if (status === 'pass') return area === 'backup' ? [ok(area, `${area}-reported`, title, code)] : []
  const id = `condition-${code.toLowerCase().replaceAll('_', '-')}`
  const more = { subject, code, number, ...next(action, hint) }
  return [(isFailure(one) ? ng : ok)(area, id, title, code, more)]
}

/** Health softens some outside the clinic's hours, as nobody is there; who runs this is. */
const isFailure = ({ status, code }: DoctorCondition) =>
  status === 'fail' || (isConditionCode(code) && conditions[code].severity === 'fail')

const DAY_MS = 24 * 60 * 60 * 1_000
/** A receipt computer that did not ask since the last working day, new year included. */
const QUIET_DAYS = 7

/** Pure. `now` is epoch ms. */
export function peopleChecks(people: PeopleFacts, now: number): Check[] {
  return [ofConsumers(people.consumers, now), ofAdministrators(people, now)]
}

function ofConsumers(consumers: PeopleFacts['consumers'], now: number): Check {
  if (consumers === null) return unseen('consumer', 'consumer-polls', '連携先', 'consumers', asRoot)
  const pushed = consumers.filter(({ isPushed }) => isPushed).length
  const polling = consumers.filter(({ isPushed }) => !isPushed)
  const fresh = polling.filter(({ usedAt }) => usedAt === null).length
  const quiet = polling.filter(
    ({ usedAt }) => usedAt !== null && now - usedAt > QUIET_DAYS * DAY_MS,
  ).length
  const facts = { consumers: consumers.length, pushed, fresh, quiet }
  if (consumers.length === 0)
    return ok('consumer', 'consumer-polls', '連携先はありません', 'no consumer', { facts })
  return ok(
    'consumer',
    'consumer-polls',
    '{consumers} 件（配信 {pushed}、未使用 {fresh}、無音 {quiet}）',
    '{consumers} consumers, {fresh} never heard, {quiet} quiet',
    {
      facts,
      ...(fresh + quiet === 0
        ? {}
        : next(
            '未使用の連携先にはトークンを入れ、使わないものは取り消してください。',
            'onshi-agent consumer list: give its token to what was never heard, revoke what is not used.',
          )),
    },
  )
}

/** As long as a one-time code opens. */
const INVITED_MS = 72 * 60 * 60 * 1_000

function ofAdministrators({ administrators, invitedAt }: PeopleFacts, now: number): Check {
  if (administrators === null)
    return unseen('staff', 'staff-administrator', '職員', 'staff', asRoot)
  const facts = { administrators }
  if (administrators > 0)
    return ok(
      'staff',
      'staff-administrator',
      '管理者 {administrators} 名（二要素）',
      'administrators with a second factor',
      { facts },
    )
  if (invitedAt !== null && now - invitedAt < INVITED_MS)
    return toDo(
      'staff',
      'staff-administrator',
      '管理者がまだサインインしていません',
      'the administrator has not signed in yet',
      {
        facts,
        ...next(
          '/desk/ を開き、一度だけの番号でサインインし、確認コードを設定してください。',
          'Open /desk/, sign in with the one-time code, set up the second factor; a new code: onshi-agent staff reset NAME',
        ),
      },
    )
  return ng(
    'staff',
    'staff-administrator',
    '二要素の管理者がいません',
    'no administrator with a second factor',
    {
      facts,
      ...(invitedAt === null
        ? next('院内 IT の職員を登録してください。', 'onshi-agent staff add NAME --role it')
        : next(
            '新しい一度だけの番号でサインインし、確認コードを設定してください。',
            'onshi-agent staff list; onshi-agent staff reset NAME gives a new one-time code.',
          )),
    },
  )
}
