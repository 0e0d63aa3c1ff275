import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { answerAt, isFileAt, readersIn, withAnswer } from '../config/answer-one.ts'
import type { Finding } from '../config/fault.ts'
import type { Table } from '../config/shape.ts'
import { wrapped } from './ops/text-page.ts'
import type { Question } from './setup-question.ts'
import { questionsOf } from './setup-questions.ts'

/** Takes away what was answered before. */
export const NOTHING = ['none', 'なし']

export const NO_CHOICE: Pick<Finding, 'title' | 'found' | 'write'> = {
  title: '選べない値です。',
  found: 'another',
  write: 'y か n、または一覧の番号 / y or n, or a number of the list',
}

/** What goes when another answer takes its place: who may connect depends on where it listens. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'terminal.share': ['terminal.folder'],
  'network.address': ['network.allow', 'network.certificate_file', 'network.key_file'],
}

export const withoutOther = (draft: Table, key: string, value: unknown): Table =>
  othersOf(key, value).reduce((rest, other) => withAnswer(rest, other, undefined), draft)

/** Of two ways to the official side one is left. */
function othersOf(key: string, value: unknown): readonly string[] {
  if (key !== 'way') return OTHERS[key] ?? []
  return value === 'terminal' ? ['lines', 'certificate', 'account'] : ['terminal']
}

/**
 * A file as a person sees it from where they are; as it is kept, so that setup finds it from elsewhere,
 * too. Another answer stays as it is.
 */
export const fromHere = (key: string, value: unknown): unknown =>
  isFileAt(key) && typeof value === 'string'
    ? resolve(value.replace(/^~(?=\/|$)/, homedir()))
    : value

/** Those of a setup that kept them as they were typed. */
export const allFromHere = (draft: Table): Table =>
  questionsOf(draft).reduce((answers, { key }) => {
    const value = answerAt(answers, key)
    return value === undefined ? answers : withAnswer(answers, key, fromHere(key, value))
  }, draft)

/** What is wrong with an answer, what was meant, and what to write instead. */
export function wrongText(
  { help }: Question,
  { title, found, write }: Pick<Finding, 'title' | 'found' | 'write'>,
): string {
  // A file wants quotes, a person who types does not.
  const plain = write.replace(/ in quotes, "(.*)"$/, ', $1')
  return [
    ...wrapped([title, help].join(' '), '  ✕ ', '    '),
    ...wrapped(`found ${found}; write ${plain}`, '    '),
  ].join('\n')
}

/** What was typed, as the schema has it; undefined where it is none of the choices. Pure. */
export function answerOf(
  { kind, choices = [], step }: Question,
  written: string,
  toml: string,
): unknown {
  // A Japanese input method makes full-width digits and signs; only names keep them.
  const text = step === 'staff' ? written : written.normalize('NFKC')
  switch (kind) {
    case 'yes':
      if (/^(y|yes|はい|済)/i.test(text)) return true
      return /^(n|no|いいえ|まだ|未)/i.test(text) ? false : undefined
    case 'list':
      return text.split(/[\s,、]+/).filter((one) => one !== '')
    case 'choice':
      return choices.find((one, i) => one === text || String(i + 1) === text)
    case 'readers':
      return readersOf(text, toml)
    default:
      return text
  }
}

/** `none`, or a name for each of those that are plugged in, in their order. */
function readersOf(text: string, toml: string): unknown {
  const plugged = readersIn(toml)
  if (NOTHING.includes(text)) return []
  const names = text.split(/[\s,、]+/).filter((one) => one !== '')
  return plugged
    .slice(0, names.length === 0 ? plugged.length : names.length)
    .map((reader, i) => ({ ...reader, name: names[i] ?? reader['name'] }))
}
