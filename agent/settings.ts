import { readFileSync } from 'node:fs'
import { readSecretText } from '../config/files.ts'
import { familyOfLine, hostOf, lineCard } from '../config/line-card.ts'
import { weaknesses } from '../config/listen.ts'
import type { Config } from '../config/schema.ts'
import { foldersOf, type Terminal } from '../config/terminal.ts'
import type { GatewaySettings } from './gateway/gateway.ts'
import type { TerminalSettings } from './gateway/terminal.ts'
import type { Conditions } from './kernel/conditions.ts'
import { AgentError, asFault } from './kernel/errors.ts'
import { type FolderRole, folderRoles } from './kernel/terminal.ts'
import type { DoctorLine } from './ops/doctor.ts'
import type { DoctorFolder } from './ops/doctor-folders.ts'
import type { FhirAssumptions } from './outbox/fhir/assumptions.ts'
import type { OrcaAssumptions } from './outbox/orca/assumptions.ts'
import { checkInstitution, type Identity, loadIdentity } from './uplink/identity.ts'
import type { LineSettings } from './uplink/line.ts'
import type { UplinkSettings } from './uplink/uplink.ts'

/** From the configuration's words to what each part takes; secrets are read here, once. */
export function uplinkSettings({ lines, gateway, failover }: Config): UplinkSettings {
  return {
    lines: lines.map((line) => lineSettings(line, gateway)),
    sessions: gateway.sessions,
    queueLimit: gateway.queue_limit,
    proveMs: failover.prove_seconds * 1_000,
    probeMs: failover.probe_seconds * 1_000,
    applicationProbeMs: failover.application_probe_seconds * 1_000,
    lateMs: failover.late_ms,
  }
}

function lineSettings(line: Config['lines'][number], gateway: Config['gateway']): LineSettings {
  return {
    name: line.name,
    gateway: line.gateway,
    source: {
      address: line.source_address ?? null,
      interface: line.interface ?? null,
      prefix: line.prefix ?? null,
      family: familyOfLine(line) === 'ipv4' ? 4 : 6,
    },
    dnsServers: line.dns_servers ?? [],
    serverName: gateway.server_name ?? null,
    metered: line.metered,
    lineAuthUrl: line.line_auth_url ?? null,
    connectTimeoutMs: gateway.connect_timeout_ms,
    timeoutMs: gateway.timeout_ms,
    answerLimitBytes: gateway.answer_limit_bytes,
  }
}

export const doctorLines = (config: Config): DoctorLine[] =>
  uplinkSettings(config).lines.flatMap(({ source, dnsServers }, i) => {
    const line = config.lines[i]
    if (line === undefined) return []
    const gatewayHost = hostOf(line.gateway) ?? ''
    return [{ card: lineCard(line), source, gatewayHost, dnsServers }]
  })

export function doctorFolders({ terminal, gateway }: Config): DoctorFolder[] {
  if (terminal === undefined) return []
  const written: readonly FolderRole[] = [
    ...(gateway.via === 'terminal' || terminal.front !== undefined ? (['req'] as const) : []),
    ...(terminal.owns ? (['res', 'face'] as const) : []),
    ...(['front-req', 'front-res', 'front-face'] as const),
  ]
  const folders = foldersOf(terminal)
  return folderRoles.flatMap((role) => {
    const path = folders[role]
    return path === undefined ? [] : [{ role, path, isWritten: written.includes(role) }]
  })
}

/** The clinic's identity; null where the official terminal has it. Throws as `identityOf`. */
export const readIdentity = (config: Config): Identity | null =>
  config.gateway.via === 'lines' ? identityOf(config) : null

/** Throws what a client certificate can be refused for, `CERTIFICATE_*`; another institution's too. */
export function identityOf(config: Config): Identity {
  const { gateway } = config
  try {
    return identityLoader(config)(
      readFileSync(written(gateway.certificate_file)),
      readSecretText(written(gateway.passphrase_file)),
    )
  } catch (error) {
    const fault = asFault(error)
    const key =
      fault.code === 'CERTIFICATE_PASSPHRASE_WRONG' ? 'passphrase_file' : 'certificate_file'
    throw withKey(fault, `gateway.${key}`, written(gateway[key]))
  }
}

/** How a client certificate of this institution is read for this gateway. Throws `CERTIFICATE_*`. */
export function identityLoader({ institution, gateway }: Config) {
  const caPem = readFileSync(written(gateway.ca_file), 'utf8')
  return (pkcs12: Uint8Array, passphrase: string): Identity => {
    const identity = loadIdentity(pkcs12, passphrase, caPem)
    checkInstitution(identity, institution.code)
    return identity
  }
}

/** What the rules of the configuration demand over lines. */
function written(file: string | undefined): string {
  if (file === undefined) throw new Error('the configuration was not checked')
  return file
}

/** The fault with the key of the configuration that is to be corrected, and the file it names. */
export function withKey(error: AgentError, field: string, file: string): AgentError {
  const detail = `found in ${file}: ${error.message}`
  const mistakes = [{ field, title: error.fault.title, detail }]
  return new AgentError(error.code, error.message, { cause: error, mistakes })
}

export function gatewaySettings({ institution, gateway }: Config): GatewaySettings {
  const { protocol, account } = gateway
  return {
    institutionCode: institution.code,
    charset: gateway.charset,
    answerLimitBytes: gateway.answer_limit_bytes,
    account:
      account === undefined
        ? null
        : { user: account.user, password: readSecretText(account.password_file) },
    protocol: {
      loginPath: protocol.login_path,
      queryPath: protocol.query_path,
      statusPath: protocol.status_path,
      contentType: protocol.content_type,
      accept: protocol.accept,
      tokenHeader: protocol.token_header,
      tokenPrefix: protocol.token_prefix,
      tokenField: protocol.token_field,
      cardCertificateElement: protocol.card_certificate_element,
      challengePath: protocol.challenge_path,
      challengeField: protocol.challenge_field,
      cardChallengeElement: protocol.card_challenge_element,
      cardSignatureElement: protocol.card_signature_element,
      extraHeaders: protocol.extra_headers,
    },
  }
}

/** Answers through the folders share the bounds of those over lines. */
export function terminalSettings(
  { institution, gateway }: Config,
  terminal: Terminal,
): TerminalSettings {
  return {
    institutionCode: institution.code,
    charset: gateway.charset,
    letter: terminal.identifier_letter,
    pickupMs: terminal.pickup_seconds * 1_000,
    answerMs: terminal.answer_seconds * 1_000,
    answerLimitBytes: terminal.limit_bytes,
    sessions: gateway.sessions,
    queueLimit: gateway.queue_limit,
  }
}

/** What is assumed of ORCA, `[outbox.orca]`. */
export function orcaAssumptions({ outbox: { orca } }: Config): OrcaAssumptions {
  return {
    prefixes: orca.prefixes,
    branchElement: orca.branch_element,
    isDisqualificationFirstDayWithout: orca.disqualification_is_first_day_without,
    elderlyTwoTenths: orca.elderly_two_tenths,
    limitCertificates: orca.limit_certificates,
    limitClasses: orca.limit_classes,
    limitClassOfElderly: orca.limit_class_of_elderly,
  }
}

/** What is assumed of the EHR's FHIR server, `[outbox.fhir]`. */
export function fhirAssumptions({ outbox: { fhir } }: Config): FhirAssumptions {
  return {
    search: fhir.search,
    patientDigits: fhir.patient_digits,
    memberIdWidth: fhir.member_id_width,
    subscriberId: fhir.subscriber_id,
    dependentWidth: fhir.dependent_width,
    typeSystem: fhir.type_system,
    relationshipSystem: fhir.relationship_system,
    recipientIdSystem: fhir.recipient_id_system,
    isDisqualificationFirstDayWithout: fhir.disqualification_is_first_day_without,
    ownSystem: fhir.own_system,
    extraHeaders: fhir.extra_headers,
  }
}

/** Conditions that the configuration itself is. */
export function standing({ gateway, listen }: Config) {
  const standing: Parameters<Conditions['raise']>[] = []
  if (gateway.simulator) standing.push(['SIMULATOR_IN_USE', 'gateway'])
  for (const one of listen)
    if (weaknesses(one).length > 0) standing.push(['INSECURE_LISTEN', one.address])
  return standing
}
