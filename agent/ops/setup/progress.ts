import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { AgentError, codeOf } from '../../kernel/errors.ts'
import { contentOf, fileFault, writeWhole } from './files.ts'
import { type StepName, stepNames } from './plan.ts'

const strict = { additionalProperties: false } as const
const VERSION = 1
const Step = Type.Object({ at: Type.Number(), fingerprint: Type.String() }, strict)

/** How far setup is. No secret is in it, and nothing of a patient. */
const Kept = Type.Object(
  {
    version: Type.Literal(VERSION),
    /** As they were typed or came from the file; file names are absolute. */
    answers: Type.Record(Type.String(), Type.Unknown()),
    done: Type.Partial(Type.Record(Type.Enum([...stepNames]), Step)),
    /** SHA-256 of agent.toml as setup wrote it; null before. */
    configuration: Type.Union([Type.String(), Type.Null()]),
    /** Questions that a person left empty, by key. */
    asked: Type.Array(Type.String()),
    /** Consumers and staff whose secret was asked for and perhaps never shown. */
    unshown: Type.Array(Type.String()),
    /** Public half of the recovery key that was printed. */
    recipient: Type.Optional(Type.String()),
    /** Keyed hashes of the files that consumers were added with, by consumer and key. */
    taken: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  strict,
)
export type Kept = Static<typeof Kept>

export interface ProgressFile {
  kept(): Kept
  /** Resolves with what is on disk now. */
  save(change: Partial<Kept>): void
  did(name: StepName, fingerprint: string, at: number): void
}

const NOTHING: Kept = {
  version: VERSION,
  answers: {},
  done: {},
  configuration: null,
  asked: [],
  unshown: [],
}

/** Throws `SETUP_PROGRESS_UNREADABLE`, `SETUP_FILE_FAILED`. */
export const openProgress = (path: string): ProgressFile => progressFrom(path, readProgress(path))

/** For a look by somebody who may not read it: nothing is seen as done. */
export const unseenProgress = (path: string): ProgressFile => progressFrom(path, NOTHING)

function progressFrom(path: string, before: Kept): ProgressFile {
  let kept = before
  const save = (change: Partial<Kept>) => {
    kept = { ...kept, ...change }
    writeWhole(path, `${JSON.stringify(kept, null, 2)}\n`, 0o600)
  }
  return {
    kept: () => kept,
    save,
    did: (name, fingerprint, at) => save({ done: { ...kept.done, [name]: { at, fingerprint } } }),
  }
}

function readProgress(path: string): Kept {
  const bytes = contentOf(path)
  if (bytes === undefined) return NOTHING
  const value = parsed(bytes.toString())
  if (Value.Check(Kept, value)) return value
  throw new AgentError('SETUP_PROGRESS_UNREADABLE', `${path} is not what this release writes`, {
    facts: { path },
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Holds setup for this process alone; one that was left by a process that is gone is taken over.
 * Throws `SETUP_RUNNING`, `SETUP_FILE_FAILED`.
 */
export function holdSetup(path: string): { close(): void } {
  if (!taken(path)) {
    const owner = Number(contentOf(path)?.toString() ?? '')
    if (isAlive(owner))
      throw new AgentError('SETUP_RUNNING', `process ${owner} runs setup`, {
        facts: { pid: owner },
      })
    rmSync(path, { force: true })
    if (!taken(path)) throw new AgentError('SETUP_RUNNING', 'another setup begins just now')
  }
  return { close: () => rmSync(path, { force: true }) }
}

function taken(path: string): boolean {
  try {
    const handle = openSync(path, 'wx', 0o600)
    writeSync(handle, String(process.pid))
    closeSync(handle)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw fileFault(path, error)
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}
