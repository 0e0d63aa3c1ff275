import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Taker, Taking } from './folder.ts'
import type { Offer, Verdict } from './wire.ts'

export interface OfferPorts {
  readonly clock: Clock
  /** Who takes a file, now; null: nobody any more. */
  readonly takerOf: (offer: Offer) => Taker | null
  readonly isClaimed: (offer: Offer) => boolean
  /** Whether a file that nobody claims is known by its content. */
  readonly isKnown: (offer: Offer) => boolean
  readonly decide: (id: number, verdict: Verdict) => void
  /** A taker could not take it now. */
  readonly onFault: (fault: AgentError) => void
  readonly onBug: (error: unknown) => void
}

/** The files of one folder that wait for their taker. */
export interface Offers {
  add(offer: Offer): void
  /** No file is offered any more; resolves when the one that is being taken is. */
  close(): Promise<void>
}

const AGAIN_MS = 1_000

interface Waiting {
  readonly offer: Offer
  /** Epoch ms. */
  readonly dueAt: number
}

/** Offers files one at a time, claimed ones first, else in the order in which they were added. */
export function openOffers(ports: OfferPorts): Offers {
  const { clock, onBug } = ports
  const closing = new AbortController()
  const waiting: Waiting[] = []
  let current: Promise<void> | null = null

  const next = () => {
    const due = waiting.filter(({ dueAt }) => dueAt <= clock.now())
    const first = due.find(({ offer }) => ports.isClaimed(offer)) ?? due[0]
    if (first !== undefined) waiting.splice(waiting.indexOf(first), 1)
    return first?.offer
  }

  const offer = async (file: Offer) => {
    const take = ports.takerOf(file)
    if (take === null) return ports.decide(file.id, 'dropped')
    if (!ports.isClaimed(file) && ports.isKnown(file)) return ports.decide(file.id, 'done')
    const { role, name, bytes, sha256, modifiedAt } = file
    try {
      const taking = await take({ role, name, bytes, sha256, modifiedAt }, file.isFinal)
      if (!closing.signal.aborted) ports.decide(file.id, verdictOf(taking))
    } catch (error) {
      if (!(error instanceof AgentError)) throw error
      ports.onFault(error)
      waiting.push({ offer: file, dueAt: clock.now() + AGAIN_MS })
      void later()
    }
  }

  const later = async () => {
    await clock.sleep(AGAIN_MS, closing.signal)
    run()
  }

  const drain = async () => {
    for (let file = next(); file !== undefined; file = next()) {
      if (closing.signal.aborted) return
      await offer(file)
    }
  }

  const run = () => {
    if (closing.signal.aborted) return
    current ??= drain()
      .catch(onBug)
      .finally(() => {
        current = null
      })
  }

  return {
    add(file) {
      waiting.push({ offer: file, dueAt: 0 })
      run()
    },
    async close() {
      closing.abort()
      await current
    },
  }
}

const verdictOf = (taking: Taking): Verdict => (taking === 'incomplete' ? 'incomplete' : 'done')
