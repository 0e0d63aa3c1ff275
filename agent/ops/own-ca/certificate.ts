import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import forge from 'node-forge'
import { addressBytes, maskBytes } from './addresses.ts'
import type { Subjects } from './subjects.ts'

const { asn1 } = forge
type Node = forge.asn1.Asn1

/** PEM. */
export interface KeyPair {
  readonly key: string
  readonly certificate: string
}

interface Validity {
  /** Epoch ms. */
  readonly notBefore: number
  readonly notAfter: number
}

/** [RFC 5280, 4.2.1; RFC 5758, 3.2] */
const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const

const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class
const node = (type: forge.asn1.Type, isConstructed: boolean, value: string | Node[]) =>
  asn1.create(UNIVERSAL, type, isConstructed, value)
const sequence = (...parts: Node[]) => node(asn1.Type.SEQUENCE, true, parts)
const oid = (text: string) => node(asn1.Type.OID, false, asn1.oidToDer(text).getBytes())
const octets = (bytes: string) => node(asn1.Type.OCTETSTRING, false, bytes)
const integer = (bytes: string) => node(asn1.Type.INTEGER, false, bytes)
const yes = () => node(asn1.Type.BOOLEAN, false, '\xff')
const bits = (bytes: string, unused = 0) =>
  node(asn1.Type.BITSTRING, false, String.fromCharCode(unused) + bytes)
const tagged = (tag: number, isConstructed: boolean, value: string | Node[]) =>
  asn1.create(CONTEXT_SPECIFIC, tag, isConstructed, value)
const der = (part: Node): string => asn1.toDer(part).getBytes()
const binary = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

const algorithm = () => sequence(oid(OID.ecdsaWithSha256))

const nameOf = (commonName: string) =>
  sequence(
    ...[[OID.organization, 'onshi-agent'] as const, [OID.commonName, commonName] as const].map(
      ([type, value]) =>
        node(asn1.Type.SET, true, [
          sequence(oid(type), node(asn1.Type.UTF8, false, forge.util.encodeUtf8(value))),
        ]),
    ),
  )

/** From 2050 on a time is written in another form. [RFC 5280, 4.1.2.5] */
function timeOf(at: number): Node {
  const date = new Date(at)
  return date.getUTCFullYear() < 2050
    ? node(asn1.Type.UTCTIME, false, asn1.dateToUtcTime(date))
    : node(asn1.Type.GENERALIZEDTIME, false, asn1.dateToGeneralizedTime(date))
}

const extension = (type: string, isCritical: boolean, value: Node) =>
  sequence(oid(type), ...(isCritical ? [yes()] : []), octets(der(value)))

const DNS_NAME = 2
const IP_ADDRESS = 7

/**
 * A name in it, and every address with a mask of ones. A kind of which none is permitted would be free
 * as a whole, so it is excluded as a whole.
 */
function nameConstraints({ names, addresses }: Subjects): Node {
  const subtree = (tag: number, value: string) => sequence(tagged(tag, false, value))
  const permitted = [
    ...names.map((name) => subtree(DNS_NAME, name)),
    ...addresses.map((one) =>
      subtree(IP_ADDRESS, binary(addressBytes(one)) + binary(maskBytes(one))),
    ),
  ]
  const everyAddress = [8, 32].map((length) => subtree(IP_ADDRESS, '\0'.repeat(length)))
  const excluded = [
    ...(names.length === 0 ? [subtree(DNS_NAME, '')] : []),
    ...(addresses.length === 0 ? everyAddress : []),
  ]
  return sequence(
    ...(permitted.length > 0 ? [tagged(0, true, permitted)] : []),
    ...(excluded.length > 0 ? [tagged(1, true, excluded)] : []),
  )
}

const altNames = ({ names, addresses }: Subjects): Node =>
  sequence(
    ...names.map((name) => tagged(DNS_NAME, false, name)),
    ...addresses.map((one) => tagged(IP_ADDRESS, false, binary(addressBytes(one)))),
  )

interface Request {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly validity: Validity
  readonly extensions: readonly Node[]
}

const SERIAL_BYTES = 16

function signed(
  { subject, issuer, publicKey, validity, extensions }: Request,
  by: KeyObject,
): string {
  const serial = randomBytes(SERIAL_BYTES)
  // Positive, and of its full length. [RFC 5280, 4.1.2.2]
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f)
  const toSign = sequence(
    tagged(0, true, [integer('\x02')]),
    integer(binary(serial)),
    algorithm(),
    nameOf(issuer),
    sequence(timeOf(validity.notBefore), timeOf(validity.notAfter)),
    nameOf(subject),
    asn1.fromDer(binary(publicKey.export({ type: 'spki', format: 'der' }))),
    tagged(3, true, [sequence(...extensions)]),
  )
  const signature = sign('sha256', Buffer.from(der(toSign), 'latin1'), by)
  const whole = der(sequence(toSign, algorithm(), bits(binary(signature))))
  const base64 = Buffer.from(whole, 'latin1').toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/(.{64})(?=.)/g, '$1\n')}\n-----END CERTIFICATE-----\n`
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
/** Of the whole key info: any value that is the same each time will do. [RFC 5280, 4.2.1.2] */
const keyIdentifier = (key: KeyObject) =>
  binary(hash('sha1', key.export({ type: 'spki', format: 'der' }), 'buffer'))

const KEY_CERT_SIGN = '\x04'
const DIGITAL_SIGNATURE = '\x80'
const forServers = () => extension(OID.extKeyUsage, false, sequence(oid(OID.serverAuth)))

/**
 * A CA that signs for these subjects and nobody else, and for servers only: clients that hold to
 * RFC 5280 refuse whatever else it signs.
 */
export function makeCa(title: string, permitted: Subjects, validity: Validity): KeyPair {
  const { publicKey, privateKey } = newKey()
  const extensions = [
    extension(OID.basicConstraints, true, sequence(yes(), integer('\0'))),
    extension(OID.keyUsage, true, bits(KEY_CERT_SIGN, 2)),
    forServers(),
    extension(OID.nameConstraints, true, nameConstraints(permitted)),
    extension(OID.subjectKeyIdentifier, false, octets(keyIdentifier(publicKey))),
  ]
  const request = { subject: title, issuer: title, publicKey, validity, extensions }
  return { key: pemOf(privateKey), certificate: signed(request, privateKey) }
}

/** A certificate for a server, with a key of its own, signed by the CA of this title. */
export function makeServerCertificate(
  { title, key }: { readonly title: string; readonly key: string },
  subjects: Subjects,
  validity: Validity,
): KeyPair {
  const { publicKey, privateKey } = newKey()
  const caKey = createPrivateKey(key)
  const extensions = [
    extension(OID.basicConstraints, true, sequence()),
    extension(OID.keyUsage, true, bits(DIGITAL_SIGNATURE, 7)),
    forServers(),
    extension(OID.subjectAltName, false, altNames(subjects)),
    extension(OID.subjectKeyIdentifier, false, octets(keyIdentifier(publicKey))),
    extension(
      OID.authorityKeyIdentifier,
      false,
      sequence(tagged(0, false, keyIdentifier(createPublicKey(caKey)))),
    ),
  ]
  // With a space in it no client takes it for a name of the machine.
  const request = { subject: 'onshi-agent server', issuer: title, publicKey, validity, extensions }
  return { key: pemOf(privateKey), certificate: signed(request, caKey) }
}
