import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Conditions } from '../kernel/conditions.ts'
import { codeOf } from '../kernel/errors.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'

const LOOK_MS = 60_000
const DAY_MS = 24 * 3_600_000
const NOTICE_DAYS = 30

interface Pair {
  /** PEM. */
  readonly certificate: string
  readonly key: string
}

export interface ListenCertificateOptions {
  readonly certificateFile: string
  readonly keyFile: string
  /** Address of the listener, for the conditions. */
  readonly subject: string
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

export interface ListenCertificate extends Part, Pair {
  /** Calls back with what the files hold from now on, until unsubscribed. */
  onChange(hear: (next: Pair) => void): () => void
  look(): void
}

/**
 * The clinic's own certificate of a listener: whoever renews it puts it into its files, and no more.
 * What is half written, or another's key, is told of while the last good one goes on. The files
 * were checked when the configuration was.
 */
export function openListenCertificate(options: ListenCertificateOptions): ListenCertificate {
  const { certificateFile, keyFile, subject, conditions, clock, log, onBug } = options
  const read = (): Pair => ({
    certificate: readFileSync(certificateFile, 'utf8'),
    key: readFileSync(keyFile, 'utf8'),
  })
  let current = read()
  const hearers = new Set<(next: Pair) => void>()
  const take = (): string => {
    const found = foundIn(read)
    if ('code' in found) return found.code
    if (found.certificate === current.certificate && found.key === current.key) return ''
    current = found
    log.info({ listen: subject }, 'listen-certificate-changed')
    for (const hear of [...hearers]) hear(found)
    return ''
  }
  const look = () => {
    const code = take()
    const days = daysLeft(current, clock.now())
    if (code !== '' || days < 0)
      conditions.raise('LISTEN_CERTIFICATE_WRONG', subject, code === '' ? { days } : { code })
    else conditions.clear('LISTEN_CERTIFICATE_WRONG', subject)
    if (days >= 0 && days <= NOTICE_DAYS)
      conditions.raise('LISTEN_CERTIFICATE_EXPIRING', subject, { days })
    else conditions.clear('LISTEN_CERTIFICATE_EXPIRING', subject)
  }
  look()
  const closing = new AbortController()
  const watching = (async () => {
    while (!closing.signal.aborted) {
      await clock.sleep(LOOK_MS, closing.signal)
      if (!closing.signal.aborted) look()
    }
  })().catch(onBug)
  return {
    get certificate() {
      return current.certificate
    },
    get key() {
      return current.key
    },
    onChange(hear) {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
    look,
    async close() {
      closing.abort()
      await watching
    },
  }
}

/** The pair, or why there is none: a code of Node or of OpenSSL. */
function foundIn(read: () => Pair): Pair | { readonly code: string } {
  try {
    const pair = read()
    const isPair = new X509Certificate(pair.certificate).checkPrivateKey(createPrivateKey(pair.key))
    if (!isPair) return { code: 'KEY_OF_ANOTHER' }
    // What else is in the file counts for a listener, too: the rest of the chain, the key's strength.
    createSecureContext({ cert: pair.certificate, key: pair.key, minVersion: 'TLSv1.2' })
    return pair
  } catch (error) {
    const code = codeOf(error)
    if (code === '') throw error
    return { code }
  }
}

const daysLeft = ({ certificate }: Pair, now: number): number =>
  Math.floor((new X509Certificate(certificate).validToDate.getTime() - now) / DAY_MS)
