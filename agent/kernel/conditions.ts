import type { Facts } from './errors.ts'
import type { Clock } from './ports.ts'

/** Where a thing is broken, as `/health` groups it. */
export type Component = 'agent' | 'reader' | 'line' | 'certificate' | 'gateway' | 'store'

interface ConditionKind {
  readonly number: `C${number}`
  readonly component: Component
  /** `fail` only for what the clinic or its vendor can cure. */
  readonly severity: 'warn' | 'fail'
  /** How long, ms, it must hold before anyone is told: a transient is no news. */
  readonly graceMs: number
  /** The cause of which this is a symptom: while the cause shows, this does not. */
  readonly hiddenBy?: string
  readonly title: string
  readonly action: string
  readonly hint: string
}

const kind = (
  number: ConditionKind['number'],
  component: Component,
  severity: ConditionKind['severity'],
  graceMs: number,
  title: string,
  action: string,
  hint: string,
): ConditionKind => ({ number, component, severity, graceMs, title, action, hint })

/**
 * What can be wrong now. Levels, not events: raised, holds, cleared; raising again is free and
 * keeps the age. The rules on codes and numbers of `faults.ts` hold here too.
 */
// biome-ignore format: a table; one condition a row reads best
export const conditions = {
  READER_DOWN: kind('C901', 'reader', 'warn', 5_000, 'カードリーダーが使えません。', 'カードリーダーのケーブルと電源を確認してください。', 'See `code` for the fault; reading goes on by itself when it is cured.'),
  LINE_DOWN: kind('C902', 'line', 'fail', 10_000, '回線がつながりません。', 'ルーターと ONU の電源を確認してください。', 'The last questions found no way to the gateway.'),
  GATEWAY_FAULT: kind('C903', 'gateway', 'warn', 10_000, 'オンライン資格確認システムから正しい回答がありません。', '続くときはコールセンターに連絡してください。', 'See `code` for the last fault of the gateway.'),
  CERTIFICATE_EXPIRING: kind('C904', 'certificate', 'warn', 0, '電子証明書の期限が近づいています。', '電子証明書の更新を申請してください。', 'Renew the clinic’s certificate before `days` have passed.'),
  CERTIFICATE_EXPIRED: kind('C905', 'certificate', 'fail', 0, '電子証明書の期限が切れています。', '電子証明書を更新してください。', 'Renew the clinic’s certificate.'),
  CERTIFICATE_REFUSED: { ...kind('C906', 'certificate', 'fail', 0, '電子証明書による接続ができません。', '保守業者に連絡してください。', 'See `code` for the last TLS fault.'), hiddenBy: 'CERTIFICATE_EXPIRED' },
  LOGIN_REFUSED_HOLDS: kind('C907', 'gateway', 'fail', 0, 'オンライン資格確認システムにログインできません。', 'ユーザー ID とパスワードを確認してください。', 'Correct `[gateway.account]` and restart; logins wait so as not to lock the account.'),
  STORE_FAILING: kind('C908', 'store', 'fail', 0, '記録ができません。', '保守業者に連絡してください。', 'See `code`; check the disk.'),
  INSECURE_LISTEN: kind('C909', 'agent', 'warn', 0, '院内ネットワークへの公開が暗号化されていません。', '保守業者に連絡してください。', '`insecure_lan = true`: give the listener `allow` and `tls`.'),
  SIMULATOR_IN_USE: kind('C910', 'gateway', 'warn', 0, '練習用の接続先（シミュレーター）を使っています。', '本番の照会ではありません。', '`gateway.simulator = true`: answers are invented.'),
} as const satisfies Record<string, ConditionKind>

export type ConditionCode = keyof typeof conditions

/** One condition that shows now. `since` is epoch ms. */
export interface Showing extends ConditionKind {
  readonly code: ConditionCode
  /** Which reader, line or file. */
  readonly subject: string
  readonly since: number
  readonly facts: Facts
}

/** The registry that every part reports to and `/health` reads. */
export class Conditions {
  readonly #clock: Pick<Clock, 'now'>
  readonly #held = new Map<
    string,
    { code: ConditionCode; subject: string; since: number; facts: Facts }
  >()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  raise(code: ConditionCode, subject: string, facts: Facts = {}): void {
    const key = `${code} ${subject}`
    const since = this.#held.get(key)?.since ?? this.#clock.now()
    this.#held.set(key, { code, subject, since, facts })
  }

  clear(code: ConditionCode, subject: string): void {
    this.#held.delete(`${code} ${subject}`)
  }

  /** Those that outlived their grace and are no symptom of another that shows. */
  showing(): Showing[] {
    const now = this.#clock.now()
    const due = [...this.#held.values()]
      .map((held): Showing => ({ ...conditions[held.code], ...held }))
      .filter(({ since, graceMs }) => now - since >= graceMs)
    return due.filter(({ hiddenBy }) => !due.some(({ code }) => code === hiddenBy))
  }
}
