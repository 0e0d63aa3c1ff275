import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { type Listen, parseListenAddress } from '../config/listen.ts'
import type { Config } from '../config/schema.ts'
import type { CaPage } from './api/ca.ts'
import type { ListenSettings, Tls } from './api/listener.ts'
import type { Conditions } from './kernel/conditions.ts'
import { Closer } from './kernel/lifecycle.ts'
import type { Part } from './kernel/ports.ts'
import { openListenCertificate } from './ops/listen-certificate.ts'
import type { ServedAt } from './ops/own-ca/addresses.ts'
import { openOwnCa, readCa, replaceCa, type ShownCa } from './ops/own-ca/own-ca.ts'
import type { Platform } from './platform.ts'

export interface Doors extends Part {
  /** What the API listens on. */
  readonly listen: readonly ListenSettings[]
  /** Null where no listener shows a certificate of the own CA. */
  readonly ca: CaPage | null
}

type Served = Pick<Config, 'listen' | 'store'>

/** Of the agent’s own CA, beside the store. */
export const CA_FOLDER = 'ca'

export const caFolder = ({ store }: Pick<Config, 'store'>): string =>
  join(dirname(store.path), CA_FOLDER)

/** What the listeners show, and whatever watches over that. Throws `OWN_CA_UNUSABLE`. */
export function openDoors(
  config: Served,
  conditions: Conditions,
  { clock, log, onBug }: Platform,
): Doors {
  const closer = new Closer(log, 1_000)
  const base = { conditions, clock, log, onBug }
  const own = config.listen.filter(({ own_ca }) => own_ca)
  const options = { ...base, folder: caFolder(config), served: own.map(servedAt) }
  const ca =
    own.length === 0 ? null : closer.add('own CA', openOwnCa({ ...options, hostname: hostname() }))
  const tlsOf = ({ address, tls, own_ca }: Listen): Tls | null => {
    if (own_ca && ca !== null) return { ...ca.current(), onChange: ca.onChange }
    if (tls === undefined) return null
    const { certificate_file: certificateFile, key_file: keyFile } = tls
    const files = { certificateFile, keyFile, subject: address }
    return closer.add('listen certificate', openListenCertificate({ ...base, ...files }))
  }
  const listen = config.listen.map((one) => ({
    address: one.address,
    allow: one.allow ?? [],
    hosts: one.hosts,
    tls: tlsOf(one),
  }))
  return { listen, ca, close: () => closer.close() }
}

function servedAt({ address, hosts }: Listen): ServedAt {
  const { host, loopback, wildcard } = parseListenAddress(address) ?? {
    host: '',
    loopback: false,
    wildcard: false,
  }
  return { host, loopback, wildcard, hosts }
}

/** For commands, where no agent runs. */
export function caOffline(config: Served): { shown(): ShownCa | undefined; replace(): ShownCa } {
  const folder = caFolder(config)
  return {
    shown: () => readCa(folder),
    replace: () =>
      replaceCa(folder, config.listen.filter(({ own_ca }) => own_ca).map(servedAt), hostname()),
  }
}
