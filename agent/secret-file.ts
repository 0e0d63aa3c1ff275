import { statSync } from 'node:fs'
import { readSecretText } from '../config/files.ts'
import { AgentError } from './kernel/errors.ts'

/** Throws `SECRET_UNREADABLE`, and `SECRET_EXPOSED` where others can read the file. */
export function secretIn(file: string): string
export function secretIn(file: string | undefined): string | undefined
export function secretIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  const secret = readSecretText(file)
  const mode = statSync(file).mode & 0o777
  if ((mode & 0o077) === 0) return secret
  throw new AgentError('SECRET_EXPOSED', `${file} has mode ${mode.toString(8)}: chmod 0600 it`)
}
