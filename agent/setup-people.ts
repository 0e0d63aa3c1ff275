import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { isLoopback } from '../config/listen.ts'
import { StaffAdded } from './api/desk-shapes.ts'
import { consumerCommand as printingCommand } from './consumer-command.ts'
import { outcomes } from './desk/words.ts'
import { AgentError, codeOf } from './kernel/errors.ts'
import { type FaultCode, faults } from './kernel/faults.ts'
import { Outcome } from './kernel/verification.ts'
import { makeFolder, writeWhole } from './ops/setup/files.ts'
import {
  keepTaken,
  listedConsumers,
  markOf,
  refuseChanged,
  type WantedConsumer,
} from './setup-consumers.ts'
import type { SetupWork } from './setup-parts.ts'
import { urlsOf } from './setup-service.ts'
import { staffCommand } from './staff-command.ts'

/** What is shown once, setup shows in its own words, or to nobody. */
const consumerCommand = (args: readonly string[]) => printingCommand(args, () => {})

const Added = Type.Object({ token: Type.String(), signingKey: Type.Optional(Type.String()) })
const Listed = Type.Object({
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      revokedAt: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    }),
  ),
})

/**
 * The consumers that are not there yet; a token is shown once, so it is kept before it is told. Throws as
 * `refuseChanged`, and then none was added.
 */
export async function addConsumers(work: SetupWork): Promise<void> {
  const { answers } = work
  const config = ['--config', work.places.config]
  const listed = await listedConsumers(work)
  refuseChanged(work, listed)
  for (const wanted of answers.consumers ?? []) {
    const mark = markOf(wanted)
    if (listed.some(({ name }) => name === wanted.name)) {
      if (!isUnshown(work, mark)) continue
      // Nobody has its token.
      await consumerCommand(['revoke', wanted.name, ...config])
    }
    unshown(work, mark, true)
    keepTaken(work, wanted)
    const answer: unknown = JSON.parse(await consumerCommand([...consumerArgs(wanted), ...config]))
    if (!Check(Added, answer)) throw new Error('a consumer was added without a token')
    const { token, signingKey } = answer
    const key = signingKey === undefined ? '' : `\n${signingKey}`
    hand(work, `consumer-${wanted.name}`, `${token}${key}`, {
      ja: `「${wanted.name}」のトークン`,
      en: `token of ${wanted.name}`,
    })
    unshown(work, mark, false)
  }
}

/** As a person would write it. `networks` is the configuration's. */
function consumerArgs({ name, networks: _networks, ...options }: WantedConsumer): string[] {
  const flags = Object.entries(options).flatMap(([key, value]) => [
    `--${key.replaceAll('_', '-')}`,
    Array.isArray(value) ? value.join(',') : `${value}`,
  ])
  return ['add', name, ...flags]
}

/** The first administrator; the code opens the desk once, for 72 hours. */
export async function addStaff(work: SetupWork): Promise<void> {
  const { name = '', from = [] } = work.answers.staff ?? {}
  const config = ['--config', work.places.config]
  const mark = `staff ${name}`
  // As the desk keeps it: full-width letters and blanks are the same ones.
  const known = names(await staffCommand(['list', ...config]))
  const isThere = known.includes(name.normalize('NFKC').trim())
  if (isThere && !isUnshown(work, mark)) return
  unshown(work, mark, true)
  const sources = from.length === 0 ? [] : ['--from', from.join(',')]
  const args = isThere ? ['reset', name] : ['add', name, '--role', 'it', ...sources]
  const answer: unknown = JSON.parse(await staffCommand([...args, ...config]))
  if (!Check(StaffAdded, answer)) throw new Error('somebody was added without a code')
  hand(work, 'staff-code', `${answer.staff.name}\n${answer.oneTimeCode}`, {
    ja: `「${answer.staff.name}」の一度だけの番号（72時間以内に /desk/ を開きます）`,
    en: `one-time code of ${answer.staff.name}, opens /desk/ within 72 hours`,
  })
  unshown(work, mark, false)
}

function names(listed: string): string[] {
  const value: unknown = JSON.parse(listed)
  if (!Check(Listed, value)) throw new Error('a list is none')
  return value.items.flatMap(({ name, revokedAt }) => (revokedAt == null ? [name] : []))
}

const isUnshown = ({ progress }: SetupWork, mark: string) => progress.kept().unshown.includes(mark)

function unshown({ progress }: SetupWork, mark: string, is: boolean): void {
  const others = progress.kept().unshown.filter((one) => one !== mark)
  progress.save({ unshown: is ? [...others, mark] : others })
}

/** To the person who sits there; with an answer file nobody does, so into a file of root's. */
function hand(
  { isAtTerminal, places, say }: SetupWork,
  file: string,
  secret: string,
  what: { readonly ja: string; readonly en: string },
): void {
  if (isAtTerminal) {
    say(
      `  ${what.ja}（今だけ表示されます）\n  ${what.en}, shown once:\n\n    ${secret.replaceAll('\n', '\n    ')}\n`,
    )
    return
  }
  makeFolder(places.papers, 0o700)
  const path = join(places.papers, `${fileNameOf(file)}.txt`)
  writeWhole(path, `${secret}\n`, 0o600)
  say(`  ${what.ja}: ${path}`)
}

/** No two names give one: what no file may be called is written as its number. */
const fileNameOf = (name: string): string =>
  name.replace(/[^\p{L}\p{N}_-]/gu, (one) => `=${one.codePointAt(0)?.toString(16)}`)

const Item = Type.Object({
  verification: Type.Object({
    outcome: Outcome,
    fault: Type.Union([Type.Object({ code: Type.String() }), Type.Null()]),
    results: Type.Optional(Type.Array(Type.Unknown())),
  }),
})
type Item = Static<typeof Item>

const CHECKER = 'setup-first-verification'
/** A terminal that is slow, or a line that has to come up. */
const ANSWER_MS = 150_000

/**
 * Asks once, through the door that a receipt computer takes, and says what came of it. Throws the
 * fault where nobody could be asked.
 */
export async function verifyFirst(work: SetupWork): Promise<void> {
  const { answers, places, say } = work
  const { urls } = await urlsOf(places.socket)
  const url = urls.find((one) => isLoopback(new URL(one).hostname.replace(/^\[|\]$/g, '')))
  if (url === undefined) throw new Error('setup lets the agent listen on this machine')
  const config = ['--config', places.config]
  if (names(await consumerCommand(['list', ...config])).includes(CHECKER))
    await consumerCommand(['revoke', CHECKER, ...config])
  const added: unknown = JSON.parse(
    await consumerCommand(['add', CHECKER, '--role', 'reception', ...config]),
  )
  if (!Check(Added, added)) throw new Error('a consumer was added without a token')
  try {
    const face = answers.first ?? (await inventedFace())
    const { verification } = await asked(url, added.token, face)
    tell(verification, say)
  } finally {
    await consumerCommand(['revoke', CHECKER, ...config])
  }
}

/** The simulators know forty people, whom nobody is. */
async function inventedFace() {
  const { patientByNumber } = await import('./sim/patients.ts')
  return patientByNumber('01')?.cardFace ?? {}
}

/** Throws what the agent answers, `SERVICE_NOT_READY` where it answers nothing. */
export async function asked(url: string, token: string, face: object): Promise<Item> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const until = performance.now() + ANSWER_MS
  let answer = await answered(`${url}/v1/verifications`, {
    method: 'POST',
    headers: { ...headers, prefer: 'wait=60' },
    body: JSON.stringify(face),
  })
  while (answer.status === 202 && answer.place !== null && performance.now() < until) {
    await wait(500)
    const place = new URL(answer.place, url).href
    const { status, body } = await answered(place, { headers: { ...headers, prefer: 'wait=30' } })
    answer = { status, body, place: answer.place }
  }
  if (Check(Item, answer.body)) return answer.body
  throw refusalOf(answer.body)
}

/** `fetch` calls everything that a connection can do a TypeError, and says what it was in its cause. */
async function answered(url: string, request: RequestInit) {
  try {
    const answer = await fetch(url, request)
    const body: unknown = await answer.json()
    return { status: answer.status, body, place: answer.headers.get('location') }
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    const why = codeOf(cause.cause)
    throw new AgentError('SERVICE_NOT_READY', `${new URL(url).origin} gives no answer: ${why}`, {
      cause,
    })
  }
}

const Problem = Type.Object({
  code: Type.String(),
  detail: Type.Optional(Type.String()),
  mistakes: Type.Optional(
    Type.Array(Type.Object({ field: Type.String(), title: Type.String(), detail: Type.String() })),
  ),
})

function refusalOf(body: unknown): AgentError {
  if (!Check(Problem, body)) throw new Error('the agent answered what is no problem')
  const { code, detail = 'refused', mistakes = [] } = body
  return new AgentError(isFault(code) ? code : 'INTERNAL', detail, { mistakes })
}

const isFault = (code: string): code is FaultCode => Object.hasOwn(faults, code)

function tell({ outcome, fault }: Item['verification'], say: SetupWork['say']): void {
  if (outcome === 'offline' || outcome === 'failed') {
    const code = fault !== null && isFault(fault.code) ? fault.code : 'INTERNAL'
    throw new AgentError(code, `the first verification ended as ${outcome}`)
  }
  const { mark, title, number } = outcomes[outcome]
  say(
    `  ${mark} ${title}（${number}）\n    回答が届きました。オンライン資格確認はつながっています。`,
  )
  say(`    outcome ${outcome}: the official side answered`)
}
