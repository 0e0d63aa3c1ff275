import { type Check, next, ng, ok, unseen } from './check.ts'

/** The clinic’s certificate that is in use. */
export interface CertificateFacts {
  /** Epoch ms. */
  readonly notAfter: number
  /** 医療機関コード that it names is the configured one; null: it names none. */
  readonly isOwn: boolean | null
}

/** terminal: it is the terminal’s, whose end a person typed in, or did not. */
export type CertificateView =
  | { readonly is: 'known'; readonly certificate: CertificateFacts }
  | { readonly is: 'terminal'; readonly typedEnd: string | null }
  | { readonly is: 'unseen' }

const DAY_MS = 24 * 60 * 60 * 1_000
/** As health: renewal by post takes weeks, and a week is nothing. */
const SOON_DAYS = 7
const NEAR_DAYS = 120

/** Pure. `now` is epoch ms. */
export function certificateChecks(view: CertificateView, now: number): Check[] {
  if (view.is === 'unseen')
    return [
      unseen(
        'certificate',
        'certificate-days',
        '電子証明書の期限',
        'the certificate’s end',
        next(
          'root で、または起動してから確認してください。',
          'Run as root, or with the agent running.',
        ),
      ),
    ]
  const renew = next('電子証明書の更新を申請してください。', 'Renew; then onshi-agent cert import.')
  if (view.is === 'terminal') {
    const end = view.typedEnd === null ? Number.NaN : Date.parse(`${view.typedEnd}T23:59:59+09:00`)
    if (Number.isNaN(end))
      return [
        unseen(
          'certificate',
          'certificate-days',
          '証明書は資格確認端末のものです',
          'the certificate is the terminal’s',
          next('端末で期限を確認してください。', 'Look at the terminal for its end.'),
        ),
      ]
    return [days(end, now, renew)]
  }
  const { notAfter, isOwn } = view.certificate
  return [
    days(notAfter, now, renew),
    ...(isOwn === false
      ? [
          ng(
            'certificate',
            'certificate-institution',
            '別の医療機関の証明書です',
            'of another institution',
            next('医療機関コードを確認してください。', 'Compare institution.code.'),
          ),
        ]
      : []),
  ]
}

function days(notAfter: number, now: number, renew: ReturnType<typeof next>): Check {
  const left = Math.floor((notAfter - now) / DAY_MS)
  const facts = { days: left }
  if (left < 0)
    return ng('certificate', 'certificate-days', '期限が切れています', 'expired', {
      facts,
      ...renew,
    })
  const [ja, en] = ['残り {days} 日です', '{days} days left']
  if (left <= SOON_DAYS) return ng('certificate', 'certificate-days', ja, en, { facts, ...renew })
  return ok('certificate', 'certificate-days', ja, en, {
    facts,
    ...(left <= NEAR_DAYS ? renew : {}),
  })
}
