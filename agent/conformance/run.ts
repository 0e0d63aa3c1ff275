import type { Check } from './check.ts'
import { checksFor } from './checks.ts'
import { pathOf } from './feed.ts'
import { Inapplicable, Refuted } from './finding.ts'
import { type Agent, agentAt, type Target, Unanswered } from './http.ts'
import { hasSimulator, type World, worldOf } from './world.ts'

export interface Options extends Target {
  /** Asks about invented people also where the agent does not say that it has a simulator. */
  readonly ask: boolean
  /** Only the checks with these ids. */
  readonly only?: readonly string[] | undefined
}

export type Result = Pick<Check, 'id' | 'player' | 'says' | 'title' | 'section'> &
  (
    | { readonly result: 'ok' }
    | { readonly result: 'ng'; readonly expected: string; readonly came: string }
    | { readonly result: 'not-applicable'; readonly why: string; readonly whyJa: string }
  )

export interface Outcome {
  readonly url: string
  readonly asks: boolean
  readonly checks: readonly Result[]
}

/** The agent cannot be talked to at all, so there is nothing to judge. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/**
 * Plays every check against an agent, one after the other; `tell` hears of each as it ends. Never
 * asks about a real person. Throws `Unreachable`.
 */
export async function runConformance(
  options: Options,
  tell: (result: Result) => void = () => undefined,
): Promise<Outcome> {
  const agent = agentAt(options)
  await knock(agent)
  const asks = options.ask || (await hasSimulator(agent))
  const world = worldOf(agent, asks ? null : unasked())
  const checks: Result[] = []
  for (const check of checksFor(options)) {
    if (options.only !== undefined && !options.only.includes(check.id)) continue
    const result = await judged(check, world)
    checks.push(result)
    tell(result)
  }
  return { url: options.url.origin, asks, checks }
}

const unasked = () =>
  new Inapplicable(
    'nothing is asked: the agent does not say that it has a simulator (--ask asks about invented people)',
    '照会しません（シミュレーターと確認できないため。--ask を付けると架空の人で照会します）。',
  )

const WRONG_TOKEN = `: it is another one, or was revoked
トークンが違うか、失効しています。consumer list で確認してください。`
const WRONG_ROLE = `: its role reads no events, or may not from this address
役割か接続元が違います。consumer list で確認してください。`
const NO_ANSWER = `: does it run, and does it listen at this address, with http or https as in the URL?
応答がありません。起動しているか、URL（アドレス、ポート、http か https か）が正しいかを確認してください。`

async function knock(agent: Agent): Promise<void> {
  try {
    const { status } = await agent.send(pathOf({ limit: 1 }), { timeoutMs: 10_000 })
    if (status === 401 || status === 403)
      throw new Unreachable(
        `the agent does not let this token read the feed (${status})${
          status === 401 ? WRONG_TOKEN : WRONG_ROLE
        }`,
      )
  } catch (error) {
    if (error instanceof Unanswered)
      throw new Unreachable(`no agent answers (${error.code})${NO_ANSWER}`)
    throw error
  }
}

async function judged(check: Check, world: World): Promise<Result> {
  const { run, ...about } = check
  try {
    await run(world)
    return { ...about, result: 'ok' }
  } catch (error) {
    if (error instanceof Inapplicable)
      return { ...about, result: 'not-applicable', why: error.why, whyJa: error.whyJa }
    if (error instanceof Refuted)
      return { ...about, result: 'ng', expected: error.expected, came: error.came }
    throw error
  }
}
