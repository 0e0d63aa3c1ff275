import { X509Certificate } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { AgentError, codeOf } from '../../kernel/errors.ts'
import type { Span } from './plan.ts'

/** A key with its certificate, PEM, and what that is for, in one file: never one without the other. */
export const Kept = Type.Object({
  title: Type.String(),
  key: Type.String(),
  certificate: Type.String(),
  names: Type.Array(Type.String()),
  addresses: Type.Array(Type.String()),
})
export type Kept = Static<typeof Kept>

/** Undefined where there is no such file. Throws `OWN_CA_UNUSABLE`. */
export function readKept(path: string): Kept | undefined {
  const text = textIn(path)
  if (text === undefined) return undefined
  const kept = jsonIn(text)
  if (Value.Check(Kept, kept) && spanOf(kept) !== undefined) return kept
  throw unusable(path, 'no key with its certificate')
}

function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw unusable(path, codeOf(cause), cause)
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Undefined where it is no certificate of its key. */
export function spanOf({ certificate }: Pick<Kept, 'certificate'>): Span | undefined {
  try {
    const { validFromDate, validToDate } = new X509Certificate(certificate)
    return { notBefore: validFromDate.getTime(), notAfter: validToDate.getTime() }
  } catch (error) {
    if (codeOf(error) === '') throw error
    return undefined
  }
}

/** On disk before it returns; a crash leaves the old one or the new one. Throws `OWN_CA_UNUSABLE`. */
export function writeKept(path: string, kept: Kept): void {
  const beside = `${path}.new`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    rmSync(beside, { force: true })
    const file = openSync(beside, 'wx', 0o600)
    try {
      writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, path)
    const folder = openSync(dirname(path), 'r')
    fsyncSync(folder)
    closeSync(folder)
  } catch (cause) {
    throw unusable(path, codeOf(cause), cause)
  }
}

const unusable = (file: string, why: string, cause?: unknown) =>
  new AgentError('OWN_CA_UNUSABLE', `${file}: ${why}`, { cause, facts: { file } })
