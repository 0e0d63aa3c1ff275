import type { CertificateListing, CertificateTrial } from '../kernel/certificate.ts'
import { type FaultCode, faults } from '../kernel/faults.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { timeOrNull } from './answers.ts'
import { invalid } from './problem.ts'

/** What the control socket needs of the clinic's certificates. */
export interface Certificates {
  /** Throws `CERTIFICATE_*`. */
  add(pkcs12: Uint8Array, passphrase: string): Promise<CertificateListing>
  list(): CertificateListing[]
  /** Throws `NOT_FOUND`. */
  try(id: string): Promise<CertificateTrial>
  /** Throws `NOT_FOUND`, `CERTIFICATE_UNTRIED`, `CLIENT_CERTIFICATE_EXPIRED`. */
  activate(id: string): Promise<CertificateListing>
}

type Routed = readonly [status: number, body: unknown]

/**
 * Answers the commands on certificates; undefined for a command that is none of them. `body` reads
 * the request as JSON. Neither a PKCS#12 nor a passphrase ever stands in an answer.
 */
export async function certificateRoute(
  certificates: Certificates,
  command: string,
  body: () => Promise<unknown>,
): Promise<Routed | undefined> {
  if (command === 'GET /certificates')
    return [200, { items: certificates.list().map(shownCertificate) }]
  if (command === 'POST /certificates') {
    const { pkcs12, passphrase } = secretIn(await body())
    return [201, shownCertificate(await certificates.add(pkcs12, passphrase))]
  }
  const [, id = '', verb] =
    /^POST \/certificates\/([a-z0-9]{1,64})\/(trial|activation)$/.exec(command) ?? []
  if (verb === 'trial') return [200, shownTrial(id, await certificates.try(id))]
  if (verb === 'activation') return [200, shownCertificate(await certificates.activate(id))]
  return undefined
}

/** A certificate as operators see it. */
export const shownCertificate = ({
  notBefore,
  notAfter,
  importedAt,
  lastTrial,
  ...rest
}: CertificateListing) => ({
  ...rest,
  notBefore: toRfc3339(notBefore),
  notAfter: toRfc3339(notAfter),
  importedAt: timeOrNull(importedAt),
  lastTrial: lastTrial && { at: toRfc3339(lastTrial.at), lines: lastTrial.lines },
})

export const shownTrial = (id: string, { at, lines }: CertificateTrial) => ({
  id,
  at: toRfc3339(at),
  accepted: lines.some(({ fault }) => fault === null),
  lines: lines.map(({ line, fault }) => ({
    line,
    result: fault === null ? 'accepted' : 'failed',
    ...(fault && explained(fault)),
  })),
})

function explained(code: FaultCode) {
  const { number, title, action, hint } = faults[code]
  return { code, number, title, action, hint }
}

/** Throws `REQUEST_INVALID`. */
function secretIn(body: unknown): { readonly pkcs12: Uint8Array; readonly passphrase: string } {
  const fields: Readonly<Record<string, unknown>> =
    typeof body === 'object' && body !== null ? { ...body } : {}
  const { pkcs12, passphrase } = fields
  if (typeof passphrase !== 'string')
    throw invalid('passphrase', 'パスワードを指定してください。', 'must be a string')
  const bytes = typeof pkcs12 === 'string' ? Buffer.from(pkcs12, 'base64') : undefined
  if (bytes === undefined || bytes.toString('base64') !== pkcs12)
    throw invalid('pkcs12', '電子証明書ファイルを指定してください。', 'must be base64')
  return { pkcs12: bytes, passphrase }
}
