import { setTimeout as wait } from 'node:timers/promises'
import type { Entry } from './ledger.ts'
import type { Witness } from './lives.ts'
import type { Chance } from './random.ts'
import { type Answer, acceptedIn, seenIn, type Wire } from './wire.ts'

/** What all clients share. */
export interface World {
  readonly wire: Wire
  readonly witness: Witness
  /** The agent said that it cannot now (5xx, 429). */
  putOff(status: number): void
  readonly signal: AbortSignal
}

export interface Request {
  readonly path: string
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
}

const RETRY_MS = 10
const WAITS = ['', 'wait=0', 'wait=1', 'respond-async'] as const

/** Repeats a request until it is answered: 201, or 200 at the Location of a 202, or `gone`. */
export async function askUntilAnswered(
  world: World,
  chance: Chance,
  request: Request,
  entry: Entry,
): Promise<void> {
  while (!world.signal.aborted) {
    const prefer = chance.of(WAITS)
    const life = world.witness.life()
    const headers = prefer === '' ? request.headers : { ...request.headers, prefer }
    const answer = await world.wire.post(request.path, request.body, headers)
    if (answer?.status === 201) {
      entry.answer(seenIn(answer.body))
      world.witness.answered(life)
      return
    }
    if (answer?.status === 202) {
      entry.tell(acceptedIn(answer.body))
      if (await isFollowed(world, chance, answer, entry)) return
    } else if (answer !== undefined && isFinal(world, answer, entry)) return
    await pause(world, chance)
  }
}

/** A tap that is gone ends its confirmation; no client may get another 4xx here. */
function isFinal({ putOff }: World, { status, body }: Answer, entry: Entry): boolean {
  if (status >= 500 || status === 429) {
    putOff(status)
    return false
  }
  if (isGone(body)) entry.end('gone')
  else entry.refuse(`${status} ${JSON.stringify(body)}`)
  return true
}

const isGone = (body: unknown) =>
  typeof body === 'object' && body !== null && 'code' in body && body.code === 'PRESENTATION_GONE'

/** False: the client lost patience, or the agent; it sends its request again. */
async function isFollowed(world: World, chance: Chance, accepted: Answer, entry: Entry) {
  while (!world.signal.aborted && !chance.happens(0.1)) {
    const answer = await world.wire.get(accepted.location ?? '/no-location', { prefer: 'wait=1' })
    if (answer?.status === 200) {
      entry.answer(seenIn(answer.body))
      return true
    }
    if (answer !== undefined && answer.status >= 500) world.putOff(answer.status)
    else if (answer !== undefined && answer.status !== 202) {
      entry.refuse(`${answer.status} at Location`)
      return true
    }
    await pause(world, chance)
  }
  return false
}

/** Rejects never; the end of the run cuts it short. */
export const pause = ({ signal }: Pick<World, 'signal'>, chance: Chance, ms = RETRY_MS) =>
  wait(ms + chance.below(ms), undefined, { signal }).catch(() => undefined)
