import { fileIdentifierOf, isOwnIdentifier, timeRangeOf } from '../gateway/file-identifier.ts'
import type { GatewayAnswer } from '../gateway/gateway.ts'
import { AgentError } from '../kernel/errors.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import type { FileRecord } from '../store/folder-files.ts'
import type { EndRecord, QuestionRecord } from '../store/questions.ts'
import type { Store } from '../store/store.ts'
import { type EndingParts, endingOf } from './ending.ts'
import { meaningOf } from './outcome.ts'
import { type Question, questionRecord, readQuestion, receivedAtOf } from './question.ts'

/** One person's answer out of a file of the official terminal. */
export interface TerminalResult {
  readonly answered: GatewayAnswer
  /** One line of a bulk answer. */
  readonly isOfBatch: boolean
}

/** What a file is remembered by. `became` is `owed` while somebody else has not got it yet. */
export type TerminalFile = Omit<FileRecord, 'at'>

export interface TerminalResultParts extends EndingParts {
  readonly store: EndingParts['store'] &
    Pick<
      Store,
      | 'takeResults'
      | 'question'
      | 'questionsMade'
      | 'find'
      | 'message'
      | 'isSuperseded'
      | 'folderFiles'
      | 'batches'
      | 'registrations'
    >
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** First letter of our own identifiers. */
  readonly letter: string
}

/** Answers that nobody here waits for, out of the official terminal's folders. */
export interface TerminalResults {
  /**
   * Makes a verification of each result of one file, all of them and the file's hash in one
   * transaction. An answer to a question of ours that ended without one is a new verification in its
   * place; one to a question that has its answer is nothing new, and neither is one to a bulk
   * question of ours, whose lines end with it. `identifier`: of the file, or null.
   * Rejects with `STORE_*`, and `QUESTION_OPEN` while the question is just being asked.
   */
  record(
    file: TerminalFile,
    results: readonly TerminalResult[],
    identifier: string | null,
  ): Promise<'taken' | 'passed'>
  /** Whether an identifier is one that this agent gave to a request. */
  isOurs(identifier: string): boolean
  /** Remembers a file that is nothing for us. Rejects with `STORE_*`. */
  pass(file: TerminalFile): Promise<'passed'>
}

export function openTerminalResults(parts: TerminalResultParts): TerminalResults {
  const { store, clock, log } = parts
  const pass = async (file: TerminalFile) => {
    const became = file.became === 'taken' ? 'passed' : file.became
    await store.folderFiles.pass({ ...file, became, at: clock.now() })
    return 'passed' as const
  }
  return {
    pass,
    isOurs: (identifier) => isOurs(parts, identifier),
    async record(file, results, identifier) {
      if (isOfOwnBatch(parts, results, identifier)) return await pass(file)
      const own = identifier === null ? undefined : ownQuestion(parts, identifier, results)
      if (own === 'answered') return await pass(file)
      const at = clock.now()
      const questions = results.map((result) => questionOf(result, own ?? null, at))
      const judged = () =>
        questions.map((one) => ({ question: one.record, end: one.ending(parts) }))
      let recorded = judged()
      const take = () => store.takeResults({ file: { ...file, at }, results: recorded })
      let taken = await take()
      for (; taken === 'stale'; taken = await take()) recorded = judged()
      for (const { end } of taken === 'new' ? recorded : [])
        log.info(
          { verification: end.id, outcome: end.verification.outcome, folder: file.role },
          'terminal-result-recorded',
        )
      return 'taken'
    },
  }
}

function isOurs({ store, letter }: TerminalResultParts, identifier: string): boolean {
  if (!isOwnIdentifier(identifier, letter)) return false
  const { fromMs, toMs } = timeRangeOf(identifier)
  const ids = [...store.questionsMade(fromMs, toMs), ...store.registrations.made(fromMs, toMs)]
  return (
    ids.some((id) => fileIdentifierOf(id, letter) === identifier) ||
    // A fetch of a bulk answer has an identifier of the moment.
    store.batches.openBetween(fromMs, toMs).length > 0
  )
}

/**
 * Whether a bulk answer is to one of our bulk questions: by its reception number, or by its
 * identifier, which is that of the bulk question or one that a fetch of it was given.
 */
function isOfOwnBatch(
  { store, letter }: TerminalResultParts,
  results: readonly TerminalResult[],
  identifier: string | null,
): boolean {
  const [first] = results
  if (first === undefined || !first.isOfBatch) return false
  const number = first.answered.answer.messageHeader?.receptionNumber?.trim() ?? ''
  if (number !== '' && store.batches.withReceptionNumber(number) !== undefined) return true
  if (identifier === null || !isOwnIdentifier(identifier, letter)) return false
  const { fromMs, toMs } = timeRangeOf(identifier)
  return store.batches.openBetween(fromMs, toMs).length > 0
}

/** Undefined: not ours. A question: ours, and it ended without its answer. */
function ownQuestion(
  { store, letter }: TerminalResultParts,
  identifier: string,
  results: readonly TerminalResult[],
): Question | 'answered' | undefined {
  if (!isOwnIdentifier(identifier, letter)) return undefined
  const { fromMs, toMs } = timeRangeOf(identifier)
  const id = store
    .questionsMade(fromMs, toMs)
    .find((one) => fileIdentifierOf(one, letter) === identifier)
  if (id === undefined) return undefined
  if (store.find(id) === 'open')
    throw new AgentError('QUESTION_OPEN', 'the question of this answer is just being asked')
  if (store.message(id) !== undefined || store.isSuperseded(id)) return 'answered'
  const stored = store.question(id)
  if (stored === undefined) return undefined
  const question = readQuestion(stored.body)
  return question?.kind === 'card-face' && isAbout(question.face.birthdate, results)
    ? // The patient came when it was asked, however late the answer is found.
      { ...question, supersedes: id, receivedAt: receivedAtOf(question, stored.acceptedAt) }
    : undefined
}

/** An answer that repeats the search fields repeats whom they were about. */
const isAbout = (birthdate: string, results: readonly TerminalResult[]): boolean =>
  results.every(({ answered }) => {
    const echoed = answered.answer.messageBody?.qualificationConfirmSearchInfo?.birthdate
    return echoed === undefined || echoed === birthdate
  })

interface Told {
  readonly record: QuestionRecord
  readonly ending: (parts: EndingParts) => EndRecord
}

function questionOf(
  { answered, isOfBatch }: TerminalResult,
  own: Question | null,
  at: number,
): Told {
  const question: Question = own ?? {
    kind: 'terminal',
    isOfBatch,
    arbitraryIdentifier:
      answered.answer.messageBody?.qualificationConfirmSearchInfo?.arbitraryIdentifier ?? null,
    supersedes: null,
  }
  const record = questionRecord(question, 'agent', at)
  const asked = { id: record.id, acceptedAt: at, question }
  return {
    record,
    ending: (parts) => endingOf(parts, asked, meaningOf(answered.answer), answered, at),
  }
}
