import type {
  Asking,
  Batch,
  Batches,
  ReferenceNumber,
  ReferenceNumbers,
} from '../../agent/api/ports.ts'
import type { CardFace } from '../../agent/kernel/card-face.ts'
import type { Registration } from '../../agent/kernel/registration.ts'

/** Bulk questions in memory. Throws `refuse` when it is set. */
export class FakeBatches implements Batches {
  readonly batches: Batch[] = []
  readonly asked: { faces: readonly CardFace[]; by: Asking }[] = []
  refuse: Error | undefined

  async add(faces: readonly CardFace[], by: Asking) {
    if (this.refuse !== undefined) throw this.refuse
    this.asked.push({ faces, by })
    const id = `b${this.asked.length}`
    const verificationIds = faces.map((_, index) => `${id}-v${index + 1}`)
    this.batches.push({
      id,
      at: Date.parse('2026-04-01T09:00:00+09:00'),
      state: 'waiting',
      confirmationDate: '20260401',
      items: verificationIds.map((verificationId) => ({ verificationId, outcome: null })),
      receptionNumber: null,
      askedAt: null,
      endedAt: null,
    })
    return { id, verificationIds }
  }

  find = (id: string) => this.batches.find((one) => one.id === id)
}

/** Registrations that end when the test says so. Throws `refuse` when it is set. */
export class FakeReferenceNumbers implements ReferenceNumbers {
  readonly asked: { registration: Registration; by: Asking }[] = []
  readonly #found = new Map<string, ReferenceNumber>()
  readonly #ends = new Map<string, PromiseWithResolvers<void>>()
  refuse: Error | undefined

  async add(registration: Registration, by: Asking) {
    if (this.refuse !== undefined) throw this.refuse
    this.asked.push({ registration, by })
    const id = `r${this.asked.length}`
    this.#found.set(id, { id, at: Date.parse('2026-04-01T09:00:00+09:00'), result: null })
    return { id }
  }

  end(id: string, result: NonNullable<ReferenceNumber['result']>): void {
    this.#found.set(id, { id, at: Date.parse('2026-04-01T09:00:00+09:00'), result })
    this.#endOf(id).resolve()
  }

  #endOf(id: string) {
    const end = this.#ends.get(id) ?? Promise.withResolvers<void>()
    this.#ends.set(id, end)
    return end
  }

  async ended(id: string, signal: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    await Promise.race([promise, this.#endOf(id).promise])
  }

  find = (id: string) => this.#found.get(id)
}
