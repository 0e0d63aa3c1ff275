import { readFileSync } from 'node:fs'
import { readSecretText } from '../config/files.ts'
import type { Config } from '../config/schema.ts'
import type { ListenSettings } from './api/listener.ts'
import type { GatewaySettings } from './gateway/gateway.ts'
import { AgentError, asFault } from './kernel/errors.ts'
import { type Identity, loadIdentity } from './uplink/identity.ts'
import type { UplinkSettings } from './uplink/uplink.ts'

/** From the configuration's words to what each part takes; secrets are read here, once. */
export function uplinkSettings({ lines, gateway }: Config): UplinkSettings {
  const [line] = lines
  if (line === undefined) throw new Error('the schema let a configuration without a line pass')
  return {
    queueLimit: gateway.queue_limit,
    line: {
      name: line.name,
      gateway: line.gateway,
      sourceAddress: line.source_address ?? null,
      serverName: gateway.server_name ?? null,
      connectTimeoutMs: gateway.connect_timeout_ms,
      timeoutMs: gateway.timeout_ms,
      answerLimitBytes: gateway.answer_limit_bytes,
      sessions: gateway.sessions,
    },
  }
}

/** Throws `CERTIFICATE_UNREADABLE`, `CERTIFICATE_PASSPHRASE_WRONG`. */
export function identityOf({ gateway }: Config): Identity {
  try {
    return loadIdentity(
      readFileSync(gateway.certificate_file),
      readSecretText(gateway.passphrase_file),
      readFileSync(gateway.ca_file, 'utf8'),
    )
  } catch (error) {
    const fault = asFault(error)
    const key =
      fault.code === 'CERTIFICATE_PASSPHRASE_WRONG' ? 'passphrase_file' : 'certificate_file'
    throw withKey(fault, `gateway.${key}`, gateway[key])
  }
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
      contentType: protocol.content_type,
      accept: protocol.accept,
      tokenHeader: protocol.token_header,
      tokenPrefix: protocol.token_prefix,
      tokenField: protocol.token_field,
      cardCertificateElement: protocol.card_certificate_element,
      extraHeaders: protocol.extra_headers,
    },
  }
}

export function listenSettings({ listen }: Config): ListenSettings[] {
  return listen.map(({ address, allow, tls, hosts }) => ({
    address,
    allow: allow ?? [],
    hosts,
    tls:
      tls === undefined
        ? null
        : { certificate: readFileSync(tls.certificate_file), key: readFileSync(tls.key_file) },
  }))
}
