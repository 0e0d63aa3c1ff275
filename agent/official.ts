import type { Config } from '../config/schema.ts'
import { certificateEndOf } from '../config/terminal.ts'
import type { Certificates } from './api/control-certificates.ts'
import type { Lines } from './api/lines-port.ts'
import type { Hearing } from './counting.ts'
import type { Judging } from './eligibility/ending.ts'
import type { Reasking } from './eligibility/reasking.ts'
import { type CardGateway, type Gateway, openGateway } from './gateway/gateway.ts'
import type { Conditions } from './kernel/conditions.ts'
import { AgentError } from './kernel/errors.ts'
import type { Closer } from './kernel/lifecycle.ts'
import { openHoursOf, openLines } from './lines.ts'
import { type CertificateWatch, watchCertificate } from './ops/certificate-watch.ts'
import { activeIdentity, openCertificateDesk } from './ops/certificates.ts'
import type { Platform } from './platform.ts'
import { gatewaySettings, identityLoader } from './settings.ts'
import type { Store } from './store/store.ts'
import { type OpenedTerminal, openTerminal } from './terminal.ts'
import type { Identity } from './uplink/identity.ts'

/** The way to the official side, and what there is to see of it. */
export interface Official {
  readonly gateway: Gateway
  /** What a card is to sign; null where cards cannot be asked about. */
  readonly challenge: CardGateway['challenge'] | null
  readonly lines: Lines
  readonly certificates: Certificates
  /** End of the certificate in use, epoch ms; null where it is the terminal’s. */
  certificateEndsAt(): number | null
  /** Null where no folders are configured. */
  readonly terminal: OpenedTerminal | null
  /** Has everything asked again when somebody can be asked again, from now on. */
  attend(reasking: Reasking): void
}

export interface OfficialParts {
  readonly store: Store
  readonly judging: Judging
  readonly conditions: Conditions
  readonly closer: Closer
  readonly hearing: Hearing
}

/** `identity`: from `readIdentity`; null where the terminal has line and certificate itself. */
export async function openOfficial(
  config: Config,
  identity: Identity | null,
  parts: OfficialParts,
  platform: Platform,
): Promise<Official> {
  const isOpenAt = openHoursOf(config)
  const isOpen = () => isOpenAt(platform.clock.now())
  const terminal =
    config.terminal === undefined
      ? null
      : parts.closer.add(
          'terminal',
          openTerminal(config, config.terminal, { ...parts, isOpen }, platform),
        )
  if (identity !== null) return await overLines(config, identity, terminal, parts, platform)
  if (terminal?.gateway == null) throw new Error('the configuration was not checked')
  const { conditions } = parts
  conditions.raise('LINE_NOT_VISIBLE', 'terminal')
  conditions.raise('CERTIFICATE_NOT_VISIBLE', 'terminal')
  watchTyped(config, parts, platform)
  const { gateway, attend } = terminal
  return {
    gateway,
    challenge: null,
    terminal,
    attend,
    lines: noLines,
    certificates: noCertificates,
    certificateEndsAt: () => null,
  }
}

/** The terminal’s certificate, where a person typed when it ends. */
function watchTyped(
  { terminal }: Config,
  { conditions, closer }: OfficialParts,
  { log, clock }: Platform,
): void {
  const end = terminal === undefined ? null : certificateEndOf(terminal)
  if (end === null) return
  const watch = watchCertificate(() => end, conditions, log, clock, 'terminal')
  closer.add('terminal certificate watch', watch)
}

async function overLines(
  config: Config,
  configured: Identity,
  terminal: OpenedTerminal | null,
  { store, conditions, closer, hearing }: OfficialParts,
  platform: Platform,
): Promise<Official> {
  const { clock, log } = platform
  const registry = store.certificates
  const load = identityLoader(config)
  const active = activeIdentity({ registry, configured, load })
  const official = gatewaySettings(config)
  const { uplink, lines, attend } = closer.add(
    'lines',
    await openLines(
      config,
      { identity: active, gateway: official, store, conditions, hear: hearing.line },
      platform,
    ),
  )
  const certificates = openCertificateDesk({
    registry,
    configured,
    active,
    load,
    uplink,
    clock,
    log,
    activated: () => watch.look(),
  })
  const watch: CertificateWatch = closer.add(
    'certificate watch',
    watchCertificate(() => certificates.active().notAfter, conditions, log, clock),
  )
  log.info({ certificate: registry.activeId() }, 'certificate-in-use')
  const gateway = openGateway(uplink, official, clock)
  const { challenge } = gateway
  const certificateEndsAt = () => certificates.active().notAfter
  return { gateway, challenge, lines, certificates, certificateEndsAt, terminal, attend }
}

/** Line and certificate are the terminal's. */
const notVisible = () => {
  throw new AgentError('NOT_VISIBLE_HERE', 'lines and certificates are the terminal’s')
}

const noLines: Lines = {
  list: () => [],
  test: async () => {},
  use: async () => notVisible(),
  release: async () => notVisible(),
  quality: async () => notVisible(),
  report: async () => notVisible(),
}

const noCertificates: Certificates = {
  add: async () => notVisible(),
  list: notVisible,
  try: async () => notVisible(),
  activate: async () => notVisible(),
}
