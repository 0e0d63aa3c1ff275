import { answerAt, readersIn, refusalOf, withAnswer } from '../config/answer-one.ts'
import type { Table } from '../config/shape.ts'
import { type AgentError, asFault } from './kernel/errors.ts'
import type { StepName } from './ops/setup/plan.ts'
import type { ProgressFile } from './ops/setup/progress.ts'
import type { Prompt } from './ops/setup/prompt.ts'
import { fit } from './ops/text-page.ts'
import { advance, planNow } from './setup-advance.ts'
import { answerOf, fromHere, NO_CHOICE, NOTHING, withoutOther, wrongText } from './setup-answer.ts'
import { forget, forgetOutdated, hasKept, isKept } from './setup-kept.ts'
import type { SetupWork } from './setup-parts.ts'
import type { Question } from './setup-question.ts'
import { questionsOf } from './setup-questions.ts'
import { type SecretName, secretFiles, secretNames } from './setup-steps.ts'
import { faultText, planText } from './setup-text.ts'

export interface Conversation {
  readonly prompt: Prompt
  /** The devices that are plugged in: words for people, and `[[readers]]` for each. */
  readonly plugged: () => Promise<{ readonly text: string; readonly toml: string }>
  /** A step's surroundings with the answers so far. */
  readonly workWith: (
    draft: Table,
    typed: ReadonlyMap<SecretName, string>,
    asking?: ReadonlySet<StepName>,
  ) => SetupWork
}

const HELP = `
  Enter: [ ] の中の答え   -: 後日に回す   none: 取り消す   <: 前の質問   ?: 説明
  Ctrl-C: 中断（次に実行すると続きから始まります）
  Enter takes what is in [ ], - leaves it for another day, none takes an answer
  away, < goes back, ? explains, Ctrl-C stops; what was answered is kept.`

/** What the talk with one person holds; gone when it ends, but for what is saved on the way. */
interface Talk {
  draft: Table
  readonly typed: Map<SecretName, string>
  /** Left for another day, in this talk. */
  readonly later: Set<string>
  /** Asked again though there is an answer. */
  readonly again: Set<string>
  /** Steps that are not tried any more in this talk. */
  readonly held: Set<StepName>
}

/**
 * Asks what is not answered yet, in order, and does each step as soon as it can be done. Resolves
 * with the fault that a person left behind, `left` where they went away, or undefined.
 */
export async function converse(parts: Conversation): Promise<AgentError | 'left' | undefined> {
  const { prompt, workWith } = parts
  const { progress } = workWith({}, new Map())
  const kept = progress.kept()
  const talk: Talk = {
    draft: kept.answers,
    typed: new Map(),
    later: new Set(),
    again: new Set(),
    held: new Set(),
  }
  forgetOutdated(workWith(talk.draft, talk.typed))
  prompt.say(planText(planNow(workWith(talk.draft, talk.typed))))
  prompt.say(HELP)
  // No step at all, so that what is ready is done where nothing is left to ask: a file may have changed.
  let last: StepName | undefined | null = null
  for (;;) {
    const open = openQuestion(talk, workWith)
    if (last !== open?.step) {
      const fault = await going(talk, parts)
      if (fault === 'again') continue
      if (fault !== undefined) return fault
    }
    const next = openQuestion(talk, workWith)
    if (next === undefined) return undefined
    last = next.step
    if ((await asked(next, talk, parts)) === 'left') return 'left'
  }
}

/** Does what can be done; `again`: a person wants to answer once more. */
async function going(
  talk: Talk,
  { prompt, workWith }: Conversation,
): Promise<AgentError | 'again' | 'left' | undefined> {
  const open = openQuestions(talk, workWith).map(({ step }) => step)
  const asking = new Set([...open, ...talk.held])
  const hindered = await advance(workWith(talk.draft, talk.typed, asking))
  if (hindered === undefined || hindered === 'left') return hindered
  const fault = asFault(hindered.error)
  prompt.say(faultText(fault))
  prompt.say(CHOICES)
  const answer = await prompt.ask('もう一度 / once more? [Y/n/-] ')
  if (answer.is === 'later') {
    talk.held.add(hindered.step.name)
    return 'again'
  }
  if (answer.is === 'left' || (answer.is === 'text' && /^(n|いいえ)/i.test(answer.text)))
    return fault
  for (const { step, key } of questionsOf(talk.draft))
    if (step === hindered.step.name) talk.again.add(key)
  return 'again'
}

const CHOICES =
  '  y: 答え直す（answer again）  n: 終わる（stop）  -: 後日に回して先へ（go on without）'

const openQuestion = (talk: Talk, workWith: Conversation['workWith']): Question | undefined =>
  openQuestions(talk, workWith)[0]

/** Those that have no answer, or are to be answered once more. */
function openQuestions(talk: Talk, workWith: Conversation['workWith']): Question[] {
  const { draft, typed, later, again } = talk
  const work = workWith(draft, typed)
  const { asked, done } = work.progress.kept()
  const isAnswered = ({ key, kind, step }: Question) =>
    kind === 'secret'
      ? typed.has(secretName(key)) || (hasKept(work, secretName(key)) && done[step] !== undefined)
      : answerAt(draft, key) !== undefined || asked.includes(key)
  return questionsOf(draft).filter((question) => {
    if (again.has(question.key)) return true
    if (question.step === 'first' && done.first !== undefined) return false
    return !later.has(question.key) && !isAnswered(question)
  })
}

/** Also one that was answered on another day. */
function questionBefore({ key }: Question, { draft }: Talk): Question | undefined {
  const questions = questionsOf(draft)
  return questions[questions.findIndex((one) => one.key === key) - 1]
}

function secretName(key: string): SecretName {
  const name = secretNames.find((one) => one === key)
  if (name === undefined) throw new Error(`no secret ${key}`)
  return name
}

async function asked(
  question: Question,
  talk: Talk,
  parts: Conversation,
): Promise<'left' | undefined> {
  const { prompt } = parts
  const { key, kind, help } = question
  const plugged = kind === 'readers' ? await parts.plugged() : { text: '', toml: '' }
  if (plugged.text !== '') prompt.say(plugged.text)
  const typed = await prompt.ask(promptOf(question, talk.draft, plugged.toml), kind === 'secret')
  switch (typed.is) {
    case 'left':
      prompt.say('')
      return 'left'
    case 'help':
      prompt.say(`  ${help === '' ? question.en : help}`)
      return undefined
    case 'back': {
      const before = questionBefore(question, talk)
      if (before === undefined) prompt.say('  最初の質問です。This is the first one.')
      else talk.again.add(before.key)
      return undefined
    }
    case 'later':
      settle(key, talk)
      talk.later.add(key)
      return undefined
    case 'text':
      return answered(question, typed.text, plugged.toml, talk, parts)
  }
}

function promptOf(
  { key, ja, en, choices, labels = {}, kind, isOptional, suggestion }: Question,
  draft: Table,
  toml: string,
): string {
  const present = kind === 'secret' ? undefined : answerAt(draft, key)
  const hint =
    kind === 'yes'
      ? ' (y/n)'
      : choices === undefined
        ? ''
        : `\n${choices.map((one, i) => `    ${i + 1}  ${fit(one, 17)} ${labels[one] ?? ''}`.trimEnd()).join('\n')}\n `
  const known = typeof present === 'string' ? present : undefined
  const isNone = isOptional === true || (kind === 'readers' && readersIn(toml).length === 0)
  const enter = known ?? suggestion ?? (isNone ? 'なし' : undefined)
  return `${ja} / ${en}${hint}${enter === undefined ? '' : ` [${enter}]`}: `
}

/** Takes an answer, or says what to write instead. */
function answered(
  question: Question,
  written: string,
  toml: string,
  talk: Talk,
  { prompt, workWith }: Conversation,
): undefined {
  const { key, kind, isOptional, suggestion = '' } = question
  const { progress } = workWith(talk.draft, talk.typed)
  const plain = kind === 'secret' ? written : written.replace(/^(["'])(.+)\1$/, '$2')
  const text = plain === '' ? suggestion : plain
  if (text === '' && kind !== 'readers') return leftEmpty(question, talk, progress, prompt)
  if (kind === 'secret') return secretTyped(question, text, talk, workWith)
  if (kind !== 'readers' && isOptional === true && NOTHING.includes(text)) {
    talk.draft = withAnswer(talk.draft, key, undefined)
    return leftEmpty(question, talk, progress, prompt)
  }
  const value = fromHere(key, answerOf(question, text, toml))
  const draft = withoutOther(talk.draft, key, value)
  const wrong = value === undefined ? NO_CHOICE : refusalOf(draft, key, value)
  if (wrong !== undefined) {
    prompt.say(wrongText(question, wrong))
    return undefined
  }
  talk.draft = withAnswer(draft, key, value)
  saveAnswers(talk, progress)
  return settle(key, talk)
}

function saveAnswers({ draft }: Talk, progress: ProgressFile): void {
  // A patient's card is in no file of ours.
  const { first: _first, ...saved } = draft
  progress.save({ answers: saved })
}

/** Another one than is kept has its step done again. */
function secretTyped(
  { key, step }: Question,
  text: string,
  talk: Talk,
  workWith: Conversation['workWith'],
): undefined {
  const work = workWith(talk.draft, talk.typed)
  const name = secretName(key)
  talk.typed.set(name, text)
  if (!isKept(work, name, text)) forget(work.progress, step)
  // Of the two, what was typed holds; the next run would take the file's again.
  if (answerAt(talk.draft, secretFiles[name]) !== undefined) {
    talk.draft = withAnswer(talk.draft, secretFiles[name], undefined)
    saveAnswers(talk, work.progress)
  }
  return settle(key, talk)
}

/** Enter alone keeps what is there; of what may be left out it says so. */
function leftEmpty(
  { key, isOptional }: Question,
  talk: Talk,
  progress: ProgressFile,
  prompt: Prompt,
): undefined {
  if (answerAt(talk.draft, key) !== undefined) return settle(key, talk)
  if (isOptional !== true) {
    prompt.say('  入力してください。後日なら - を入力します。Write it, or - for another day.')
    return undefined
  }
  progress.save({ asked: [...new Set([...progress.kept().asked, key])] })
  return settle(key, talk)
}

function settle(key: string, talk: Talk): undefined {
  talk.again.delete(key)
  talk.later.delete(key)
}
