import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { readSecretText } from '../config/files.ts'
import { lineCard } from '../config/line-card.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { readersAmong, usbDevices } from '../drivers/discover.ts'
import { usbId } from '../drivers/models.ts'
import { askIdentities } from './inventory-certificates.ts'
import { AgentError, codeOf } from './kernel/errors.ts'
import { toRfc3339 } from './kernel/time.ts'
import { readOs } from './ops/doctor/os.ts'
import { nodeEndOf } from './ops/doctor/versions.ts'
import { systemClock } from './platform.ts'
import { sqliteVersion } from './store/examine.ts'
import { readNetwork } from './uplink/network.ts'
import { openPkcs12 } from './uplink/pkcs12.ts'
import { VERSION } from './version.ts'

/** A certificate of the clinic in the register. Times are RFC 3339; null is what cannot be seen from here. */
export interface InventoryCertificate {
  readonly state: string
  /** Hex, as openssl prints it. */
  readonly serialNumber: string | null
  readonly fingerprint: string
  readonly notAfter: string
  readonly issuer: string
}

/** This box, for the clinic’s register of machines (機器台帳). Stays with the clinic. */
export interface Inventory {
  readonly at: string
  readonly host: string
  readonly os: { readonly name: string; readonly kernel: string; readonly arch: string }
  readonly versions: {
    readonly agent: string
    readonly node: string
    readonly nodeEnds: string | null
    readonly sqlite: string
    readonly openssl: string
  }
  readonly addresses: readonly { readonly interface: string; readonly address: string }[]
  readonly readers: readonly {
    readonly name: string
    readonly usb: string
    readonly serialNumber: string
    readonly conformity: 'listed' | 'none' | 'unknown'
  }[]
  readonly lines: readonly {
    readonly name: string
    readonly kind: string
    readonly customerId: string | null
    readonly carrier: string | null
    readonly router: string | null
  }[]
  readonly terminal: boolean
  readonly certificates: readonly InventoryCertificate[]
}

/** Throws what is wrong with the configuration. */
export async function gatherInventory(configFile: string): Promise<Inventory> {
  const config = loadConfig(configFile)
  const at = systemClock.now()
  const [os, network, devices] = await Promise.all([readOs(at, false), readNetwork(), usbDevices()])
  const { node, openssl } = process.versions
  return {
    at: toRfc3339(at),
    host: hostname(),
    os: { name: os.name, kernel: os.kernel, arch: os.arch },
    versions: { agent: VERSION, node, nodeEnds: nodeEndOf(node), sqlite: sqliteVersion(), openssl },
    addresses: network
      .filter(({ name }) => name !== 'lo')
      .flatMap(({ name, addresses }) =>
        addresses
          .filter((one) => one.isUsable)
          .map(({ address }) => ({ interface: name, address })),
      ),
    readers: readersAmong(devices).map(({ device, model }) => ({
      name: model?.name ?? `${device.maker} ${device.product}`.trim(),
      usb: usbId(device.vendorId, device.productId),
      serialNumber: device.serialNumber,
      conformity: model?.conformity.is ?? 'unknown',
    })),
    lines: config.lines.map(lineCard).map(({ name, kind, contact }) => ({
      ...{ name, kind },
      ...{ customerId: contact.customerId, carrier: contact.carrier, router: contact.router },
    })),
    terminal: config.terminal !== undefined,
    certificates: await certificatesOf(config),
  }
}

/** Those that the agent holds, where one answers, with the serial number of the configured file. */
async function certificatesOf(config: Config): Promise<InventoryCertificate[]> {
  if (config.gateway.via === 'terminal') return []
  const configured = configuredCertificate(config)
  const held = await askIdentities(config.control.socket)
  if (held === null) return configured === null ? [] : [configured]
  return held.map((one) => ({
    ...one,
    serialNumber: one.fingerprint === configured?.fingerprint ? configured.serialNumber : null,
  }))
}

/** Null where this user may not read it, or nobody could. */
function configuredCertificate({ gateway }: Config): InventoryCertificate | null {
  const { certificate_file: file = '', passphrase_file: passphrase = '' } = gateway
  try {
    const { certificate } = openPkcs12(readFileSync(file), readSecretText(passphrase))
    return {
      state: 'configured',
      serialNumber: certificate.serialNumber,
      fingerprint: certificate.fingerprint256,
      notAfter: toRfc3339(Date.parse(certificate.validTo)),
      issuer: /CN=(.+)/.exec(certificate.issuer)?.[1] ?? '',
    }
  } catch (error) {
    if (!(error instanceof AgentError) && codeOf(error) === '') throw error
    return null
  }
}
