import { dirname, resolve } from 'node:path'
import { Check } from 'typebox/schema'
import { AgentError, asFault } from '../agent/kernel/errors.ts'
import { Answers, answersShape } from './answers.ts'
import { aboutAnswers } from './answers-rules.ts'
import { complete } from './complete.ts'
import { examine } from './examine.ts'
import { type Finding, refuse } from './fault.ts'
import { readToml } from './read-toml.ts'
import type { Table } from './shape.ts'

const WRITE = 'onshi-agent setup --example prints one to adapt'

/**
 * The answers in a TOML file; file names come back absolute, and nothing but it is opened. Throws
 * `SETUP_ANSWERS_INVALID` with every mistake, `ACCOUNT_NOT_FOR_PROGRAMS`.
 */
export function readAnswers(path: string): Answers {
  return checkedAnswers(tableIn(path), path, dirname(resolve(path)))
}

/** The same of a table, for answers that a person typed. `from`: what is named in the fault. */
export function checkedAnswers(table: Table, from: string, folder: string): Answers {
  const { value, findings } = complete(table, answersShape, folder, {})
  const found = [...examine(value, answersShape), ...findings]
  refuseAnswers(from, found)
  if (!Check(Answers, value)) throw new Error('answers fit no schema, and no mistake is in them')
  refuseAnswers(from, aboutAnswers(value))
  return value
}

/** A mistake in an answer is none of the configuration’s. */
function refuseAnswers(path: string, findings: readonly Finding[]): void {
  refuse(
    path,
    findings.map((one) =>
      one.code === 'CONFIG_INVALID' ? { ...one, code: 'SETUP_ANSWERS_INVALID' } : one,
    ),
  )
}

function tableIn(path: string): Table {
  try {
    return readToml(path, WRITE)
  } catch (cause) {
    const { code, message, mistakes, facts } = asFault(cause)
    if (code !== 'CONFIG_INVALID' && code !== 'CONFIG_UNREADABLE') throw cause
    throw new AgentError('SETUP_ANSWERS_INVALID', message, { cause, mistakes, facts })
  }
}
