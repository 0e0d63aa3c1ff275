import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { isIP } from 'node:net'
import forge from 'node-forge'

const { asn1, md, pki } = forge

/** A key with its certificate. DER where machines read it, PEM where `node:tls` does. */
export interface Identity {
  readonly key: KeyObject
  readonly keyPem: string
  readonly certificatePem: string
  readonly certificateDer: Buffer
}

export interface Validity {
  /** Epoch ms. */
  readonly notBefore: number
  readonly notAfter: number
}

export interface Name {
  readonly commonName: string
  readonly organizationName?: string
  readonly organizationalUnitName?: string
}

/** What the certificate says it is for, as forge writes extensions. */
export type Extensions = readonly Readonly<Record<string, unknown>>[]

export const authorityExtensions: Extensions = [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  { name: 'subjectKeyIdentifier' },
]

export const clientExtensions: Extensions = [
  { name: 'basicConstraints', cA: false, critical: true },
  { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
  { name: 'extKeyUsage', clientAuth: true },
]

/** An address is an IP entry, anything else a DNS entry. */
export const serverExtensions = (hosts: readonly string[]): Extensions => [
  { name: 'basicConstraints', cA: false, critical: true },
  { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
  { name: 'extKeyUsage', serverAuth: true },
  {
    name: 'subjectAltName',
    altNames: hosts.map((host) =>
      isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host },
    ),
  },
]

const attributes = (name: Name) => [
  { name: 'countryName', value: 'JP' },
  ...(name.organizationName === undefined
    ? []
    : [{ name: 'organizationName', value: name.organizationName }]),
  ...(name.organizationalUnitName === undefined
    ? []
    : [{ name: 'organizationalUnitName', value: name.organizationalUnitName }]),
  { name: 'commonName', value: name.commonName },
]

/** A positive serial from the number of certificates made here and the clock. */
const serials = (() => {
  let made = 0
  return () => {
    made += 1
    return `01${Date.now().toString(16).padStart(12, '0')}${made.toString(16).padStart(6, '0')}`
  }
})()

const derOf = (certificate: forge.pki.Certificate) =>
  Buffer.from(asn1.toDer(pki.certificateToAsn1(certificate)).getBytes(), 'binary')

/**
 * Makes an RSA-2048 key and its certificate, signed by `issuer` or by itself. The key is generated
 * natively: forge would take seconds.
 */
export const issue = (
  name: Name,
  validity: Validity,
  extensions: Extensions,
  issuer?: Identity,
): Identity => {
  const keyPem = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }).privateKey
  const key = pki.privateKeyFromPem(keyPem)
  const certificate = pki.createCertificate()
  certificate.publicKey = pki.setRsaPublicKey(key.n, key.e)
  certificate.serialNumber = serials()
  certificate.validity.notBefore = new Date(validity.notBefore)
  certificate.validity.notAfter = new Date(validity.notAfter)
  certificate.setSubject(attributes(name))
  certificate.setIssuer(
    issuer === undefined
      ? attributes(name)
      : pki.certificateFromPem(issuer.certificatePem).subject.attributes,
  )
  certificate.setExtensions([...extensions])
  certificate.sign(
    issuer === undefined ? key : pki.privateKeyFromPem(issuer.keyPem),
    md.sha256.create(),
  )
  return {
    key: createPrivateKey(keyPem),
    keyPem,
    certificatePem: pki.certificateToPem(certificate).replaceAll('\r', ''),
    certificateDer: derOf(certificate),
  }
}

/** PKCS#12 of the identity; `chain` are further certificates put inside. */
export const pkcs12 = (
  { keyPem, certificatePem }: Identity,
  passphrase: string,
  algorithm: 'aes256' | '3des',
  chain: readonly Identity[] = [],
): Buffer => {
  const p12 = forge.pkcs12.toPkcs12Asn1(
    pki.privateKeyFromPem(keyPem),
    [certificatePem, ...chain.map((one) => one.certificatePem)].map((pem) =>
      pki.certificateFromPem(pem),
    ),
    passphrase,
    { algorithm, friendlyName: 'onshi-agent simulator' },
  )
  return Buffer.from(asn1.toDer(p12).getBytes(), 'binary')
}
