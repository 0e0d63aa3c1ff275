import { type Static, Type } from 'typebox'
import type { Facts } from '../../kernel/errors.ts'

/** What a check is about; the order is that of the screen. */
export const areas = {
  os: 'OS',
  clock: '時計',
  disk: 'ディスク',
  config: '設定',
  permissions: '権限',
  service: 'サービス',
  agent: '本体',
  reader: 'リーダー',
  line: '回線',
  routing: '経路',
  certificate: '電子証明書',
  gateway: '照会先',
  terminal: '確認端末',
  store: '記録',
  backup: 'バックアップ',
  consumer: '連携先',
  staff: '職員',
  ports: 'ポート',
} as const
export type Area = keyof typeof areas

export const verdicts = ['ok', 'ng', 'to-do', 'not-visible'] as const
export type Verdict = (typeof verdicts)[number]

/** One text in both languages. `{days}` stands for a fact of that name. */
export interface Said {
  readonly ja: string
  readonly en: string
}

/** One finding of `doctor`. */
export interface Check {
  /** Stable; the same check has the same one on every machine and in every release. */
  readonly id: string
  readonly area: Area
  /** Which reader, line, folder or file; null where there is one only. */
  readonly subject: string | null
  readonly verdict: Verdict
  /** Number and code of a fault or a condition, where one is behind it. */
  readonly code: string | null
  readonly number: string | null
  readonly said: Said
  /** What to do; an `ok` may have one, too: nothing is broken, but somebody should look. */
  readonly next: Said | null
  /** Numbers, and words of ours: these may leave the clinic. */
  readonly facts: Facts
  /** What people or the machine named: paths, addresses, devices. Stays on the screen. */
  readonly own: Readonly<Record<string, string>>
}

type More = Partial<Pick<Check, 'subject' | 'code' | 'number' | 'next' | 'facts' | 'own'>>

const check =
  (verdict: Verdict) =>
  (area: Area, id: string, ja: string, en: string, more: More = {}): Check => ({
    ...{ subject: null, code: null, number: null, next: null, facts: {}, own: {} },
    ...more,
    ...{ id, area, verdict, said: { ja, en } },
  })

export const ok = check('ok')
export const ng = check('ng')
/** Belongs to an installation that is not yet at its end: never a reason to be red. */
export const toDo = check('to-do')
/** Whether it is well cannot be told from here, or by this user: never a reason to be red. */
export const unseen = check('not-visible')

export const next = (ja: string, en: string): { readonly next: Said } => ({ next: { ja, en } })

/** For an ordinary user. */
export const asRoot = next('root で実行してください。', 'Run it as root.')

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Text = Type.String()

/** A check as `doctor --json` prints it. */
export const CheckShown = Type.Object(
  {
    id: Type.String({ description: 'Stable name of the check.' }),
    area: Type.Unsafe<Area>(Type.Enum(Object.keys(areas))),
    subject: orNull(Type.String({ description: 'Which reader, line, folder or file.' })),
    verdict: Type.Enum([...verdicts]),
    code: orNull(Type.String({ description: 'Of a fault or a condition.' })),
    number: orNull(Type.String({ description: 'Short number to read over the phone.' })),
    ja: Text,
    en: Text,
    next: orNull(Type.Object({ ja: Text, en: Text })),
    facts: Type.Record(Text, Type.Union([Text, Type.Number(), Type.Boolean()])),
  },
  { additionalProperties: false },
)
export type CheckShown = Static<typeof CheckShown>

const filled = (text: string, values: Facts): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '…'))

const bothFilled = ({ ja, en }: Said, values: Facts): Said => ({
  ja: filled(ja, values),
  en: filled(en, values),
})

/** Pure. With everything that is known, for the person in front of the screen. */
export const shownCheck = ({ said, own, facts, next: then, ...rest }: Check): CheckShown => {
  const values = { ...facts, ...own }
  const following = then === null ? null : { ...bothFilled(then, values) }
  return { ...rest, ...bothFilled(said, values), next: following, facts: values }
}

/** Names that the configuration may give to readers and lines. */
const PLAIN = /^[a-z0-9][a-z0-9-]{0,31}$/
/** Whose subjects have such names. That of a consumer may be a clinic's. */
const OF_NAMES: readonly Area[] = ['reader', 'line', 'routing', 'certificate', 'gateway']

/** Pure. Without what people or the machine named: for whoever it is mailed to. */
export const leavingCheck = (one: Check): CheckShown => {
  const { area, subject } = one
  const mayLeave = subject === null || (OF_NAMES.includes(area) && PLAIN.test(subject))
  return shownCheck({ ...one, own: {}, subject: mayLeave ? subject : '…' })
}

export const isRed = (checks: readonly Check[]): boolean =>
  checks.some(({ verdict }) => verdict === 'ng')
