import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import type { ClaimTaker, Taker, Taking } from './folder.ts'
import type { Offer, Verdict } from './wire.ts'

export interface OfferPorts {
  readonly clock: Clock
  /** Takes what nobody has claimed. */
  readonly take: Taker
  /** Whether a file of this name is one to be taken without a claim. */
  readonly accepts: (name: string) => boolean
  /** Whether this content was dealt with before. */
  readonly isKnown: (offer: Offer) => boolean
  readonly decide: (id: number, verdict: Verdict) => void
  /** A taker could not take it now. */
  readonly onFault: (fault: AgentError) => void
  readonly onBug: (error: unknown) => void
}

const AGAIN_MS = 1_000

interface Claim {
  readonly take: ClaimTaker
  /** Content that is somebody else’s, by its hash. */
  readonly notMine: Set<string>
}

/**
 * The files of one folder that wait for their taker: offered one at a time, claimed ones first, else
 * in the order in which they were added.
 */
export class Offers {
  readonly #ports: OfferPorts
  readonly #claims = new Map<string, Claim>()
  readonly #waiting: Offer[] = []
  readonly #closing = new AbortController()
  #current: Promise<void> | null = null

  constructor(ports: OfferPorts) {
    this.#ports = ports
  }

  /** Ends the claim when the result is called; true if it was still the one of its name. */
  claim(name: string, take: ClaimTaker): () => boolean {
    const claim = { take, notMine: new Set<string>() }
    this.#claims.set(name, claim)
    return () => this.#claims.get(name) === claim && this.#claims.delete(name)
  }

  isClaimed({ name, sha256 }: Offer): boolean {
    const claim = this.#claims.get(name)
    return claim !== undefined && !claim.notMine.has(sha256)
  }

  add(offer: Offer): void {
    this.#waiting.push(offer)
    this.#run()
  }

  /** No file is offered any more; resolves when the one that is being taken is. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#current
  }

  #run(): void {
    if (this.#closing.signal.aborted || this.#waiting.length === 0) return
    this.#current ??= this.#drain()
      .catch(this.#ports.onBug)
      .finally(() => {
        this.#current = null
        this.#run()
      })
  }

  async #drain(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      await this.#offer(next)
      if (this.#closing.signal.aborted) return
    }
  }

  #next(): Offer | undefined {
    const first = this.#waiting.find((offer) => this.isClaimed(offer)) ?? this.#waiting[0]
    if (first !== undefined) this.#waiting.splice(this.#waiting.indexOf(first), 1)
    return first
  }

  async #offer(offer: Offer): Promise<void> {
    try {
      const verdict = await this.#verdictOn(offer)
      if (!this.#closing.signal.aborted) this.#ports.decide(offer.id, verdict)
    } catch (error) {
      if (!(error instanceof AgentError)) throw error
      this.#ports.onFault(error)
      const { clock, onBug } = this.#ports
      // The end of the sleep is the sign, not the time of day, which somebody may set meanwhile.
      void clock.sleep(AGAIN_MS, this.#closing.signal).then(() => this.add(offer), onBug)
    }
  }

  async #verdictOn(offer: Offer): Promise<Verdict> {
    const { role, name, bytes, sha256, modifiedAt, isFinal } = offer
    const file = { role, name, bytes, sha256, modifiedAt }
    const claim = this.#claims.get(name)
    const isOurs = claim !== undefined && !claim.notMine.has(sha256)
    if (isOurs) {
      const taking = await claim.take(file, isFinal)
      if (taking !== 'not-mine') return verdictOf(taking)
      claim.notMine.add(sha256)
    }
    if (!this.#ports.accepts(name)) return claim === undefined ? 'dropped' : 'left'
    if (this.#ports.isKnown(offer)) return 'done'
    return verdictOf(await this.#ports.take(file, isFinal))
  }
}

const verdictOf = (taking: Taking): Verdict => (taking === 'incomplete' ? 'incomplete' : 'done')
