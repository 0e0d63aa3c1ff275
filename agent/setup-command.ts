import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { wholeAnswers } from '../config/answer-one.ts'
import type { Answers } from '../config/answers.ts'
import { readAnswers } from '../config/answers-load.ts'
import { refuse } from '../config/fault.ts'
import { loadConfig } from '../config/load.ts'
import { caCommand } from './ca-command.ts'
import { parsedArgs } from './command-line.ts'
import { doctorCommand } from './doctor-command.ts'
import { AgentError, codeOf } from './kernel/errors.ts'
import { makeFolder } from './ops/setup/files.ts'
import type { Service } from './ops/setup/parts.ts'
import { isComplete, type StepName } from './ops/setup/plan.ts'
import { holdSetup, openProgress, type ProgressFile, unseenProgress } from './ops/setup/progress.ts'
import { isEnter, openPrompt } from './ops/setup/prompt.ts'
import { runProgram } from './ops/setup/run-program.ts'
import { readersCommand } from './readers-command.ts'
import { advance, planNow } from './setup-advance.ts'
import { allFromHere } from './setup-answer.ts'
import { type Conversation, converse } from './setup-converse.ts'
import { credentialsOf } from './setup-credentials.ts'
import { forgetOutdated, stillDone } from './setup-kept.ts'
import type { SetupWork } from './setup-parts.ts'
import { checkUser, placesUnder, type SetupPlaces } from './setup-places.ts'
import { openProcess, openUnit } from './setup-service.ts'
import type { SecretName } from './setup-steps.ts'
import { planText, summaryText } from './setup-text.ts'
import { hiddenFromUnit } from './unit-paths.ts'

/** sysexits(3). */
const EX_OK = 0
/** Something has to come from outside: run it again then. */
const EX_TEMPFAIL = 75

const USAGE = `onshi-agent setup [--example] [--answers FILE] [--check] [--keep-config] [--state FILE] [--root DIR]

  --example        prints an answer file with every key and its meaning, to adapt
  --answers FILE   takes the answers from a TOML file and asks nothing
  --check          looks at the answers, shows what is done and what waits, and changes nothing
  --keep-config    agent.toml was changed by hand, and stays as it is
  --state FILE     where it keeps how far it is (default /etc/onshi-agent/setup.json)
  --root DIR       writes below DIR instead of / (tests, images)

exit code: 0 done, 75 waits for something, otherwise what hindered it`

const EXAMPLE = join(import.meta.dirname, '../config/setup.example.toml')

const flag = { type: 'boolean', default: false } as const
const options = {
  answers: { type: 'string' },
  state: { type: 'string' },
  root: { type: 'string', default: '/' },
  check: flag,
  example: flag,
  'keep-config': flag,
  help: flag,
} as const

/**
 * `onshi-agent setup`: from nothing to a first verification, in the order in which a clinic gets
 * things. Can be run again at any time. Resolves with the exit code; throws what hindered it.
 */
export async function setupCommand(args: readonly string[]): Promise<number> {
  const { values } = parsedArgs({ args: [...args], options }, USAGE)
  if (values.help) return say(USAGE)
  if (values.example) return say(readFileSync(EXAMPLE, 'utf8').trimEnd())
  const under = placesUnder(resolve(values.root))
  const places = values.state === undefined ? under : { ...under, progress: resolve(values.state) }
  const given = values.answers === undefined ? undefined : answersIn(values.answers, places)
  if (!values.check) checkUser(places)
  if (values.check) return checked(given, places)
  makeFolder(dirname(places.lock), 0o755)
  const hold = holdSetup(places.lock)
  const service = places.isSystemd ? openUnit(places, runProgram) : openProcess(places)
  endWithSignals(async () => {
    await service.close()
    hold.close()
  })
  try {
    const progress = openProgress(places.progress)
    const setup = { places, progress, service, keepConfig: values['keep-config'] }
    return given === undefined ? await byTalk(setup) : await byFile(given, setup)
  } finally {
    await service.close()
    hold.close()
  }
}

/** Throws as `readAnswers`. */
function answersIn(path: string, { isSystemd }: SetupPlaces): Answers {
  const answers = readAnswers(path)
  if (isSystemd) refuse(path, hiddenFromUnit(answers))
  return answers
}

/** A connection that breaks, or Ctrl-C between two questions: what was started for now goes along. */
function endWithSignals(close: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      void close().finally(() => process.exit(EX_TEMPFAIL))
    })
}

interface Setup {
  readonly places: SetupPlaces
  readonly progress: ProgressFile
  readonly service: Service
  readonly keepConfig: boolean
}

const NOTHING: ReadonlyMap<SecretName, string> = new Map()

function workOf(
  { places, progress, service, keepConfig }: Setup,
  answers: Answers,
  typed: ReadonlyMap<SecretName, string>,
  confirm: SetupWork['confirm'] | null,
  asking: ReadonlySet<StepName> = new Set(),
): SetupWork {
  const credentials = credentialsOf(places, answers)
  const clock = { now: () => Date.now() }
  const shared = {
    answers,
    asking,
    places,
    credentials,
    service,
    progress,
    typed,
    clock,
    keepConfig,
  }
  return {
    ...shared,
    run: runProgram,
    isAtTerminal: confirm !== null,
    confirm: confirm ?? (async () => true),
    say: (text) => void say(text),
  }
}

/** Answers are judged by whoever wrote them; what is done and kept is root’s to see. */
function checked(given: Answers | undefined, places: SetupPlaces): number {
  const seen = orUnseen(() => openProgress(places.progress))
  if (seen === undefined && given === undefined)
    throw new AgentError('SETUP_NOT_ALLOWED', 'run it as root: sudo onshi-agent setup --check')
  const progress = seen ?? unseenProgress(places.progress)
  const answers = given ?? wholeAnswers(allFromHere(progress.kept().answers))
  const service = openProcess(places)
  const setup = { places, progress, service, keepConfig: false }
  const { credentials, ...rest } = workOf(setup, answers, NOTHING, null)
  const has = (name: string) => orUnseen(() => credentials.has(name)) ?? false
  const work = { ...rest, credentials: { ...credentials, has } }
  const plan = planNow(work, stillDone(work))
  if (seen === undefined) say(UNSEEN)
  say(planText(plan))
  const isWaiting = plan.some(({ standing }) => standing === 'waits')
  return isWaiting ? EX_TEMPFAIL : EX_OK
}

const UNSEEN = `どこまで済んだかは sudo なしでは見えません。回答だけを確かめます。
What is done cannot be seen without sudo: these are the answers alone.`

/** Undefined where this user may not look. */
function orUnseen<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    const code = error instanceof AgentError ? codeOf(error.cause) : codeOf(error)
    if (code === 'EACCES') return undefined
    throw error
  }
}

async function byFile(answers: Answers, setup: Setup): Promise<number> {
  const { first: _first, ...saved } = answers
  setup.progress.save({ answers: saved })
  const work = workOf(setup, answers, NOTHING, null)
  forgetOutdated(work)
  const hindered = await advance(work)
  // With a file nobody sits there who could leave.
  if (hindered !== undefined && hindered !== 'left') {
    say(planText(planNow(work)))
    throw hindered.error
  }
  return ended(work)
}

async function byTalk(setup: Setup): Promise<number> {
  const prompt = openPrompt(process.stdin, process.stdout)
  const confirm = async (question: string) => isEnter(await prompt.ask(question))
  const workWith: Conversation['workWith'] = (draft, typed, asking) =>
    workOf(setup, wholeAnswers(allFromHere(draft)), typed, confirm, asking)
  try {
    const fault = await converse({ prompt, plugged: () => plugged(setup), workWith })
    if (fault !== undefined && fault !== 'left') throw fault
  } finally {
    prompt.close()
  }
  return ended(workWith(setup.progress.kept().answers, NOTHING))
}

async function plugged({ places }: Setup): Promise<{ text: string; toml: string }> {
  const config = ['--config', places.config]
  // What runs already, if anything, is of no use here.
  const [text = ''] = (await readersCommand(config)).split('設定されたリーダー')
  const found: unknown = JSON.parse(await readersCommand(['--json', ...config]))
  const isFound = typeof found === 'object' && found !== null && 'toml' in found
  return { text, toml: isFound ? String(found.toml) : '' }
}

/** The view of `doctor` and the summary where all is done; else what waits. */
async function ended(work: SetupWork): Promise<number> {
  const { answers, places, service } = work
  const plan = planNow(work)
  if (plan.some(({ name, standing }) => name === 'service' && standing === 'done'))
    await doctorCommand(['--config', places.config])
  say(planText(plan))
  if (isComplete(plan)) {
    const fingerprint = await fingerprintOf(places)
    return say(summaryText(answers, places, { isForNow: service.isForNow, fingerprint }))
  }
  say('続きは、待っているものが届いてから、もう一度 onshi-agent setup を実行します。')
  say('Run it again when what it waits for is there; what is done stays.')
  return EX_TEMPFAIL
}

const Ca = Type.Object({ fingerprint: Type.String() })

/** Of the own CA of the agent that runs; null where it has none, or none runs. */
async function fingerprintOf({ config }: SetupPlaces): Promise<string | null> {
  if (!loadConfig(config).listen.some(({ own_ca }) => own_ca)) return null
  const shown: unknown = JSON.parse(await caCommand(['show', '--config', config]))
  return Check(Ca, shown) ? shown.fingerprint : null
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return EX_OK
}
