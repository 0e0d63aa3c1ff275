import type { FeedEvent } from '../kernel/verification.ts'
import type { App } from './app.ts'
import type { Answer } from './call.ts'

interface Open {
  readonly id: string
  readonly state: 'open'
}
type VerificationEvent = Extract<FeedEvent, { type: 'verification' }>
type Said = VerificationEvent | Open

/** What a question came to; null: nobody waits for it any more. */
export type Asked = Answer<VerificationEvent> | null

/** Out of reach, too many requests, restarting: the question is on disk and goes on meanwhile. */
const PASSING: readonly number[] = [0, 429, 503]
const PAUSE_MS = 2_000

/**
 * Asks one question and waits for its end, however long that takes, while `isWanted`. With the same
 * `key`, as after a lost answer, it is asked once. The answer is in the day then, also where the live
 * stream is behind.
 */
export async function askFor(
  app: App,
  path: string,
  { body, key, isWanted }: { body: unknown; key: string; isWanted: () => boolean },
): Promise<Asked> {
  const first = await app.call<Said>('POST', path, { body, headers: { 'idempotency-key': key } })
  const asked = await ended(app, first, isWanted)
  if (asked?.ok) app.day.take(asked.body)
  return asked
}

async function ended(app: App, first: Answer<Said>, isWanted: () => boolean): Promise<Asked> {
  if (!first.ok) return first
  const { location } = first
  let answer: Answer<Said> = first
  while (isWanted()) {
    if (answer.ok && 'type' in answer.body) return { ...answer, body: answer.body }
    if (!answer.ok && !PASSING.includes(answer.trouble.status)) return answer
    if (!answer.ok) await pause(PAUSE_MS)
    answer = await app.call<Said>('GET', location, { headers: { prefer: 'wait=25' } })
  }
  return null
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    window.setTimeout(resolve, ms)
  })
