import { createPrivateKey, X509Certificate } from 'node:crypto'
import { realpathSync, type Stats } from 'node:fs'
import { sep } from 'node:path'
import { AgentError, codeOf } from '../agent/kernel/errors.ts'
import type { FaultCode } from '../agent/kernel/faults.ts'
import type { Environment } from './complete.ts'
import { type Finding, finding } from './fault.ts'
import type { FileKind, NamedFile } from './shape.ts'
import { readSmallFile } from './small-file.ts'

const secrets: readonly FileKind[] = ['pkcs12', 'private-key', 'store-key', 'secret']
const certificates: readonly FileKind[] = ['pkcs12', 'certificates']

/**
 * What is wrong with the files that a configuration names. Reads each, keeps nothing, and repeats
 * no content. What a PKCS#12 file holds is for whoever has its passphrase.
 */
export function examineFiles(files: readonly NamedFile[], env: Environment): Finding[] {
  const opened = files.filter(({ kind }) => kind !== 'path')
  return [...opened.flatMap((each) => examineFile(each, env)), ...strangers(opened)]
}

/** TLS certificates of listeners whose private key is another’s. */
function strangers(files: readonly NamedFile[]): Finding[] {
  return files.flatMap(({ key, path }) => {
    const own = key.replace(/\.tls\.certificate_file$/, '.tls.key_file')
    const other = own === key ? undefined : files.find((each) => each.key === own)
    const [certificate, secret] = [readSmallFile(path), other && readSmallFile(other.path)]
    if (certificate.is !== 'read' || secret?.is !== 'read') return []
    if (!certificatesIn(certificate.bytes) || !isPrivateKey(secret.bytes)) return []
    const leaf = new X509Certificate(certificate.bytes)
    if (leaf.checkPrivateKey(createPrivateKey(secret.bytes))) return []
    const write = 'the certificate of that key, first in its file'
    return [
      finding(
        'CERTIFICATE_UNREADABLE',
        key,
        `a certificate of another key than ${own}: ${path}`,
        write,
      ),
    ]
  })
}

function examineFile(named: NamedFile, env: Environment): Finding[] {
  const { key, kind, path } = named
  const code = unreadableCode(kind)
  const file = readSmallFile(path)
  if (file.is === 'unreadable') {
    return [finding(code, key, `${file.why}: ${nameOf(named)}`, 'the name of a readable file')]
  }
  const wrong = wrongContent(kind, file.bytes)
  return [
    ...(secrets.includes(kind) ? exposures(key, path, file.stats, env) : []),
    ...(wrong ? [finding(code, key, `${wrong.found}: ${path}`, wrong.write)] : []),
  ]
}

const unreadableCode = (kind: FileKind): FaultCode =>
  certificates.includes(kind) ? 'CERTIFICATE_UNREADABLE' : 'SECRET_UNREADABLE'

/** A bare word where a secret’s file is named may be the secret itself. */
function nameOf({ kind, path, written }: NamedFile): string {
  const plain =
    (kind !== 'secret' && kind !== 'store-key') || /^(\.{0,2}\/|credential:)/.test(written)
  return plain ? path : '(name not shown, it may be the secret itself; begin it with / or ./)'
}

/** Others could read the file, or change it: its mode, and whose it is. */
function exposures(key: string, path: string, stats: Stats, env: Environment): Finding[] {
  if (isCredential(path, env)) return []
  const mode = stats.mode & 0o777
  const user = process.getuid?.() ?? 0
  const octal = mode.toString(8).padStart(4, '0')
  return [
    ...((mode & 0o077) !== 0
      ? [finding('SECRET_EXPOSED', key, `mode ${octal}: ${path}`, `chmod 0600 ${path}`)]
      : []),
    ...(stats.uid !== 0 && stats.uid !== user
      ? [
          finding(
            'SECRET_EXPOSED',
            key,
            `owner ${stats.uid}, while the agent runs as ${user}: ${path}`,
            `chown ${user} ${path}, or the agent as its owner`,
          ),
        ]
      : []),
  ]
}

/** systemd guards that folder itself; its modes show a mask that reads as the group’s. */
function isCredential(path: string, env: Environment): boolean {
  const directory = env['CREDENTIALS_DIRECTORY']
  const real = directory ? realOf(directory) : undefined
  return real !== undefined && realOf(path)?.startsWith(real + sep) === true
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch (error) {
    if (codeOf(error) === '') throw error
    return undefined
  }
}

interface Wrong {
  readonly found: string
  readonly write: string
}

function wrongContent(kind: FileKind, bytes: Buffer): Wrong | undefined {
  switch (kind) {
    case 'store-key':
      return storeKeyOf(bytes)
        ? undefined
        : {
            found: `${bytes.length} bytes that are neither 64 hex digits nor a raw 32-byte key`,
            write: 'a key made with `openssl rand -hex 32`',
          }
    case 'pkcs12':
      return bytes[0] === 0x30
        ? undefined
        : {
            found: bytes.includes('-----BEGIN') ? 'PEM, not PKCS#12' : 'what is no PKCS#12',
            write: 'a .p12 or .pfx file; `openssl pkcs12 -export` makes one from PEM',
          }
    case 'certificates':
      return certificatesIn(bytes)
        ? undefined
        : { found: 'no certificate in PEM', write: 'a file of BEGIN CERTIFICATE blocks' }
    case 'private-key':
      return isPrivateKey(bytes)
        ? undefined
        : { found: 'no private key in PEM', write: 'a file with the key in PEM, unencrypted' }
    default:
      return undefined
  }
}

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Whether there is at least one certificate, and each one parses. */
function certificatesIn(bytes: Buffer): boolean {
  const blocks = bytes.toString('latin1').match(block) ?? []
  return blocks.length > 0 && blocks.every((pem) => parses(() => new X509Certificate(pem)))
}

const isPrivateKey = (bytes: Buffer) =>
  bytes.includes('-----BEGIN') && parses(() => createPrivateKey(bytes))

function parses(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (codeOf(error) === '') throw error
    return false
  }
}

function storeKeyOf(bytes: Buffer): Buffer | undefined {
  if (bytes.length === 32) return bytes
  const text = bytes.length > 66 ? '' : bytes.toString('latin1').trim()
  return /^[0-9A-Fa-f]{64}$/.test(text) ? Buffer.from(text, 'hex') : undefined
}

/** The 32-byte key in the file that `store.key_file` names. Throws `SECRET_UNREADABLE`. */
export function readStoreKey(path: string): Buffer {
  const key = storeKeyOf(readSecret(path))
  if (key) return key
  throw new AgentError('SECRET_UNREADABLE', `${path} holds no 32-byte key`, {
    facts: { file: path, key: 'store.key_file' },
  })
}

/** A passphrase or password: UTF-8, without the line end that editors add. Throws `SECRET_UNREADABLE`. */
export const readSecretText = (path: string): string =>
  readSecret(path)
    .toString('utf8')
    .replace(/\r?\n$/, '')

function readSecret(path: string): Buffer {
  const file = readSmallFile(path)
  if (file.is === 'read') return file.bytes
  throw new AgentError('SECRET_UNREADABLE', `${path}: ${file.why}`, {
    cause: file.cause,
    facts: { file: path },
  })
}
