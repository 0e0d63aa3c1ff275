import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { Conditions } from '../../kernel/conditions.ts'
import { AgentError } from '../../kernel/errors.ts'
import type { Clock, Log, Part } from '../../kernel/ports.ts'
import { joined, ownAddresses, type ServedAt, subjectsOf, withinOf } from './addresses.ts'
import { type KeyPair, makeCa, makeServerCertificate } from './certificate.ts'
import { type Kept, readKept, spanOf, writeKept } from './files.ts'
import { caSpan, endingIn, isDue, type Span, serverSpan } from './plan.ts'
import type { Subjects } from './subjects.ts'

/** An address that comes or goes is in the certificate within this. */
const LOOK_MS = 60_000
const SUBJECT = 'ca'

export interface OwnCaOptions {
  /** Where it lies, `ca` beside the database. */
  readonly folder: string
  /** Listeners that show its certificate. */
  readonly served: readonly ServedAt[]
  readonly hostname: string
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
  /** Of this machine, now. */
  readonly addresses?: () => readonly string[]
}

/** What people compare and install. Times are epoch ms. */
export interface ShownCa extends Span, Subjects {
  /** PEM. */
  readonly certificate: string
  readonly der: Uint8Array
  /** SHA-256, 32 pairs of hex digits. */
  readonly fingerprint: string
}

export interface OwnCa extends Part {
  /** What listeners show now. */
  current(): KeyPair
  /** Calls back with what is shown from now on, until unsubscribed. */
  onChange(hear: (next: KeyPair) => void): () => void
  shown(): ShownCa
  /** A new CA, for the names and addresses of now; every client has to take it anew. */
  replace(): ShownCa
  look(): void
}

export const caFile = (folder: string) => join(folder, 'ca.json')

/**
 * The agent's own CA: made where there is none, and never replaced by itself. The certificate that it
 * signs is renewed by itself, also where an address changes. Throws `OWN_CA_UNUSABLE`.
 */
export function openOwnCa(options: OwnCaOptions): OwnCa {
  const { folder, served, hostname, conditions, clock, log } = options
  const { addresses = ownAddresses } = options
  const serverFile = join(folder, 'server.json')
  const hearers = new Set<(next: KeyPair) => void>()
  const wanted = () => subjectsOf(served, addresses())
  const make = () => {
    const made = newCa(hostname, wanted(), clock.now())
    writeKept(caFile(folder), made)
    log.info({}, 'own-ca-made')
    return made
  }
  let ca = readKept(caFile(folder)) ?? make()
  let server = keptServer(serverFile)

  const look = () => {
    const now = clock.now()
    const { within, outside } = withinOf(wanted(), ca)
    if (outside.length > 0)
      conditions.raise('OWN_CA_OUTGROWN', SUBJECT, { outside: outside.join(' ') })
    else conditions.clear('OWN_CA_OUTGROWN', SUBJECT)
    const caSpan = spanIn(ca)
    const days = endingIn(caSpan, now)
    if (days === undefined) conditions.clear('OWN_CA_ENDING', SUBJECT)
    else conditions.raise('OWN_CA_ENDING', SUBJECT, { days })
    if (server !== undefined && isFit(server, { ca, within, now })) return server
    const span = serverSpan(now, caSpan)
    const next = { title: ca.title, ...within, ...makeServerCertificate(ca, within, span) }
    writeKept(serverFile, next)
    server = next
    log.info({ until: new Date(span.notAfter).toISOString() }, 'server-certificate-made')
    for (const hear of [...hearers]) hear(next)
    return next
  }
  look()
  const watching = watch(look, options)
  return {
    look: () => void look(),
    current: () => server ?? look(),
    onChange(hear) {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
    shown: () => shownCa(ca),
    replace() {
      ca = make()
      server = undefined
      look()
      return shownCa(ca)
    },
    close: () => watching.close(),
  }
}

/** A disk that is full keeps the certificate that is there, which has a third of its life left. */
function watch(
  look: () => unknown,
  { clock, log, onBug }: Pick<OwnCaOptions, 'clock' | 'log' | 'onBug'>,
): Part {
  const closing = new AbortController()
  const watching = (async () => {
    for (;;) {
      await clock.sleep(LOOK_MS, closing.signal)
      if (closing.signal.aborted) return
      try {
        look()
      } catch (error) {
        if (!(error instanceof AgentError)) throw error
        log.warn({ code: error.code }, 'own-ca-not-written')
      }
    }
  })().catch(onBug)
  return {
    async close() {
      closing.abort()
      await watching
    },
  }
}

/** A CA for a machine of this name, and for what is served there. Not yet on disk. */
export function newCa(hostname: string, served: Subjects, now: number): Kept {
  const host = hostname.toLowerCase()
  // Under these names it may be called some day, without a new CA.
  const names = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host) ? [host, `${host}.local`] : []
  const permitted = joined([served, { names, addresses: [] }])
  const title = `onshi-agent CA ${host}`.slice(0, 64)
  return { title, ...permitted, ...makeCa(title, permitted, caSpan(now)) }
}

/** One that cannot be read is made anew: it costs nobody anything. */
function keptServer(path: string): Kept | undefined {
  try {
    return readKept(path)
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    return undefined
  }
}

interface Now {
  readonly ca: Kept
  readonly within: Subjects
  readonly now: number
}

function isFit(server: Kept, { ca, within, now }: Now): boolean {
  const { names, addresses } = server
  const isSame = JSON.stringify({ names, addresses }) === JSON.stringify(within)
  return isSame && isOf(server, ca) && !isDue(spanIn(server), spanIn(ca), now)
}

const isOf = (server: Kept, ca: Kept): boolean =>
  new X509Certificate(server.certificate).verify(new X509Certificate(ca.certificate).publicKey)

function spanIn(kept: Kept): Span {
  const span = spanOf(kept)
  if (span === undefined) throw new Error('a certificate that was read is none')
  return span
}

/** Of the file in `folder`; undefined where there is none. Throws `OWN_CA_UNUSABLE`. */
export function readCa(folder: string): ShownCa | undefined {
  const ca = readKept(caFile(folder))
  return ca === undefined ? undefined : shownCa(ca)
}

/** Where no agent runs; the server's certificate follows at its start. */
export function replaceCa(
  folder: string,
  served: readonly ServedAt[],
  hostname: string,
  now = Date.now(),
): ShownCa {
  const made = newCa(hostname, subjectsOf(served, ownAddresses()), now)
  writeKept(caFile(folder), made)
  return shownCa(made)
}

function shownCa(ca: Kept): ShownCa {
  const { raw, fingerprint256 } = new X509Certificate(ca.certificate)
  const { certificate, names, addresses } = ca
  return { ...spanIn(ca), certificate, names, addresses, der: raw, fingerprint: fingerprint256 }
}
