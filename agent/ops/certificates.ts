import {
  type CertificateFacts,
  type CertificateListing,
  type CertificateTrial,
  type CertificateWarning,
  CONFIGURED,
} from '../kernel/certificate.ts'
import { AgentError } from '../kernel/errors.ts'
import type { IdentityTrial } from '../kernel/line.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import type { CertificateRegistry, StoredCertificate } from '../store/certificates.ts'
import type { Identity } from '../uplink/identity.ts'

/** What the desk needs of the lines. */
export interface IdentityUser {
  /** Shows it on each line, on connections of its own. */
  tryIdentity(identity: Identity): Promise<readonly IdentityTrial[]>
  /** New connections use it, questions in flight end on the old one, idle connections are closed. */
  setIdentity(identity: Identity): void
}

export interface CertificateDeskOptions {
  readonly registry: CertificateRegistry
  /** The one of the configuration. */
  readonly configured: Identity
  /** Throws `CERTIFICATE_*`, also for another institution's. */
  readonly load: (pkcs12: Uint8Array, passphrase: string) => Identity
  /** The one that the lines began with, from `activeIdentity`. */
  readonly active?: Identity
  /** Null: no agent runs, and the next start takes what is active then. */
  readonly uplink: IdentityUser | null
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** Called after each activation. */
  readonly activated?: () => void
}

/** Takes in, tries and swaps the clinic's certificates. None is ever deleted. */
export interface CertificateDesk {
  /** Beside the others; nothing changes for the lines. The same certificate again finds itself. */
  add(pkcs12: Uint8Array, passphrase: string): Promise<CertificateListing>
  list(): CertificateListing[]
  /** The one that is in use now. */
  active(): Identity
  /** Throws `NOT_FOUND`, and `AGENT_NOT_RUNNING` without lines. */
  try(id: string): Promise<CertificateTrial>
  /**
   * Throws `NOT_FOUND`; and for one that was never active `CERTIFICATE_UNTRIED` unless a line took
   * it in its last trial, and `CLIENT_CERTIFICATE_EXPIRED`. Going back is always allowed.
   */
  activate(id: string): Promise<CertificateListing>
}

type Loading = Pick<CertificateDeskOptions, 'registry' | 'configured' | 'load'>

/** The identity that was activated last. Throws as `load`, and says how to go back. */
export function activeIdentity(options: Loading): Identity {
  const id = options.registry.activeId()
  try {
    return identityOf(id, options)
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    const back = '`onshi-agent cert activate config` goes back to that of the configuration'
    throw new AgentError(
      error.code,
      `certificate ${id}, which is active: ${error.message}; ${back}`,
      {
        cause: error,
        facts: { ...error.facts, certificate: id },
      },
    )
  }
}

function identityOf(id: string, { registry, configured, load }: Loading): Identity {
  if (id === CONFIGURED) return configured
  const secret = registry.secretOf(id)
  if (secret === undefined) throw new AgentError('NOT_FOUND', 'no such certificate')
  return load(secret.pkcs12, secret.passphrase)
}

export function openCertificateDesk(options: CertificateDeskOptions): CertificateDesk {
  const { registry, configured, load, uplink, clock, log } = options
  const list = () => {
    const activeId = registry.activeId()
    return registry.list().map((one) => listing(one, { activeId, configured, now: clock.now() }))
  }
  const find = (id: string): CertificateListing => {
    const found = list().find((one) => one.id === id)
    if (found === undefined) throw new AgentError('NOT_FOUND', 'no such certificate')
    return found
  }

  // Opening a PKCS#12 takes 0.1 to 0.3 s, in which no question moves: once for each.
  const opened = new Map<string, Identity>([[CONFIGURED, configured]])
  if (options.active !== undefined) opened.set(registry.activeId(), options.active)
  const identity = (id: string) => {
    const known = opened.get(id) ?? identityOf(id, options)
    opened.set(id, known)
    return known
  }

  const swap = async (id: string) => {
    checkActivation(find(id), clock.now())
    const next = identity(id)
    await registry.activate(id)
    uplink?.setIdentity(next)
    log.info({ certificate: id }, 'certificate-activated')
    options.activated?.()
    return find(id)
  }
  // One after the other: what the lines use is what was written last.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work)
    turn = done.then(
      () => {},
      () => {},
    )
    return done
  }

  return {
    async add(pkcs12, passphrase) {
      const loaded = load(pkcs12, passphrase)
      if (loaded.fingerprint === configured.fingerprint) return find(CONFIGURED)
      const id = await registry.add({ pkcs12, passphrase }, factsOf(loaded))
      // One that was active stays as it is.
      if (find(id).state === 'imported') opened.set(id, loaded)
      log.info({ certificate: id }, 'certificate-imported')
      return find(id)
    },
    list,
    active: () => identity(registry.activeId()),
    async try(id) {
      if (uplink === null) throw new AgentError('AGENT_NOT_RUNNING', 'a trial needs the lines')
      find(id)
      const lines = await uplink.tryIdentity(identity(id))
      await registry.recordTrial(id, lines)
      for (const { line, fault } of lines)
        log.info({ certificate: id, line, fault: fault ?? 'none' }, 'certificate-tried')
      return find(id).lastTrial ?? { at: clock.now(), lines }
    },
    activate: (id) => inTurn(() => swap(id)),
  }
}

/** Pure. `previous` needs no trial: going back must work when everything else does not. */
function checkActivation({ state, lastTrial, notAfter, id }: CertificateListing, now: number) {
  if (state !== 'imported') return
  if (notAfter < now)
    throw new AgentError('CLIENT_CERTIFICATE_EXPIRED', `certificate ${id} has expired`)
  if (lastTrial?.lines.some(({ fault }) => fault === null)) return
  const how = lastTrial === null ? 'was not tried yet' : 'was taken by no line in its last trial'
  throw new AgentError('CERTIFICATE_UNTRIED', `certificate ${id} ${how}`)
}

const factsOf = (identity: Identity): CertificateFacts => {
  const { notBefore, notAfter, fingerprint, issuer, institutionCode } = identity
  return { notBefore, notAfter, fingerprint, issuer, institutionCode }
}

interface Now {
  readonly activeId: string
  readonly configured: Identity
  readonly now: number
}

function listing(one: StoredCertificate, { activeId, configured, now }: Now): CertificateListing {
  const facts = one.facts ?? factsOf(configured)
  const wasActive = one.activatedAt !== null || one.id === CONFIGURED
  return {
    id: one.id,
    state: one.id === activeId ? 'active' : wasActive ? 'previous' : 'imported',
    ...facts,
    importedAt: one.importedAt,
    lastTrial: one.lastTrial,
    warnings: warningsOf(facts, now),
  }
}

function warningsOf(facts: CertificateFacts, now: number): CertificateWarning[] {
  return [
    ...(facts.notAfter < now ? (['expired'] as const) : []),
    ...(facts.notBefore > now ? (['not-yet-valid'] as const) : []),
    ...(facts.institutionCode === null ? (['institution-unknown'] as const) : []),
  ]
}
