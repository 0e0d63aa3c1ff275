import assert from 'node:assert/strict'
import {
  type GatewaySimulator,
  type GatewaySimulatorOptions,
  startGatewaySimulator,
} from '../../../../agent/sim/gateway/server.ts'
import type { Patient } from '../../../../agent/sim/patients/element.ts'
import { patients } from '../../../../agent/sim/patients.ts'
import { makePki, serverTls } from '../../../../agent/sim/pki.ts'
import { header, message, search, send } from './client.ts'

/** One PKI for a whole test file. */
export const pki = makePki()
export const tls = {
  ca: pki.ca.certificatePem,
  pfx: pki.clientPkcs12,
  passphrase: pki.passphrase,
}

/** A simulator that asks for no login, unless the options say so. */
export const open = (options: Partial<GatewaySimulatorOptions> = {}) =>
  startGatewaySimulator({ tls: serverTls(pki), account: null, ...options })

export const patient = (number: string): Patient => {
  const found = patients.find((one) => one.number === number)
  assert.ok(found)
  return found
}

/** A good question by the card face of this patient. */
export const question = (number: string, identifier?: string, limit = '1') =>
  message(header(identifier), search(patient(number).cardFace, limit))

export interface Asking {
  readonly headers?: Record<string, string>
  readonly timeoutMs?: number
}

export const ask = (
  { url }: Pick<GatewaySimulator, 'url'>,
  body: string | Buffer,
  { headers = {}, ...rest }: Asking = {},
) =>
  send({
    url: `${url}/onshi/kakunin`,
    tls,
    method: 'POST',
    headers: { 'content-type': 'application/xml', ...headers },
    body,
    ...rest,
  })

/** The text of an answer that must have status 200. */
export const asked = async (
  gateway: Pick<GatewaySimulator, 'url'>,
  body: string | Buffer,
  asking: Asking = {},
) => {
  const { status, bytes } = await ask(gateway, body, asking)
  assert.equal(status, 200, bytes.toString())
  return bytes.toString()
}
