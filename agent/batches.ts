import type { Config } from '../config/schema.ts'
import type { Asking, Batches, ReferenceNumbers } from './api/ports.ts'
import { checksOf } from './checks.ts'
import { openBatches } from './eligibility/batches.ts'
import { unencodableIn } from './eligibility/bulk-lines.ts'
import type { EndingParts } from './eligibility/ending.ts'
import { type AskExpected, askInBulk } from './eligibility/expected.ts'
import { openRegistrations, resultOf } from './eligibility/registrations.ts'
import type { TerminalGateway } from './gateway/terminal.ts'
import { checkBatch, checkRegistration } from './intake/bulk.ts'
import { AgentError } from './kernel/errors.ts'
import type { Part } from './kernel/ports.ts'
import { askerOf } from './offline.ts'
import type { Platform } from './platform.ts'
import type { Store } from './store/store.ts'

/** What goes through the official terminal only. */
export interface TerminalOrders extends Part {
  readonly batches: Batches
  readonly referenceNumbers: ReferenceNumbers
  /** Null: questions go over lines. */
  readonly askExpected: AskExpected | null
}

type Own = EndingParts & { readonly store: Store }

/**
 * Bulk questions and registrations of patient numbers, gone on with from where they were. `gateway`
 * null: questions go over lines; what was kept stays until they go through the terminal again.
 */
export function openTerminalOrders(
  config: Config,
  gateway: TerminalGateway | null,
  own: Own,
  platform: Platform,
): TerminalOrders {
  const orders = gateway === null ? null : opened(gateway, own, platform)
  return {
    batches: batchesOf(config, orders, own, platform),
    referenceNumbers: referenceNumbersOf(orders, own, platform),
    askExpected: orders === null ? null : askInBulk(orders.batches),
    // At the same time: both let answers arrive that are on their way.
    async close() {
      await Promise.all([orders?.batches.close(), orders?.registrations.close()])
    },
  }
}

function opened(gateway: TerminalGateway, own: Own, platform: Platform) {
  const parts = { ...platform, ...own, gateway }
  const batches = openBatches(parts)
  const registrations = openRegistrations(parts)
  batches.resume()
  registrations.resume()
  return { batches, registrations }
}

type Orders = ReturnType<typeof opened> | null

function ordersOf(orders: Orders): NonNullable<Orders> {
  if (orders !== null) return orders
  throw new AgentError('TERMINAL_NEEDED', '`gateway.via` is `lines`')
}

const batchesOf = (
  { gateway }: Config,
  orders: Orders,
  { store, judging }: Own,
  { clock }: Platform,
): Batches => ({
  async add(typed, by: Asking) {
    const { batches } = ordersOf(orders)
    const faces = checkBatch(typed, checksOf(store, clock, judging.rules))
    const mistakes = unencodableIn(faces, gateway.charset)
    if (mistakes.length > 0)
      throw new AgentError('CARD_FACE_INVALID', 'the terminal cannot be told all of it', {
        mistakes,
      })
    const { id } = await batches.add(faces, askerOf(by))
    return { id, verificationIds: store.batches.items(id).map((item) => item.verificationId) }
  },
  find(id) {
    const batch = store.batches.find(id)
    if (batch === undefined) return undefined
    const state = batch.state === 'written' ? 'waiting' : batch.state
    return { ...batch, state, items: store.batches.items(id) }
  },
})

const referenceNumbersOf = (
  orders: Orders,
  { store, judging }: Own,
  { clock }: Platform,
): ReferenceNumbers => ({
  async add(typed, by) {
    const { registrations } = ordersOf(orders)
    return registrations.add(
      checkRegistration(typed, checksOf(store, clock, judging.rules)),
      askerOf(by),
    )
  },
  async ended(id, signal) {
    await orders?.registrations.ended(id, signal)
  },
  find(id) {
    const stored = store.registrations.find(id)
    return stored && { id, at: stored.at, result: resultOf(stored) }
  },
})
