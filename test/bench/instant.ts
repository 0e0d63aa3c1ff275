import { readFileSync } from 'node:fs'
import { openEligibility } from '../../agent/eligibility/eligibility.ts'
import { systemClock } from '../../agent/platform.ts'
import type { Store } from '../../agent/store/store.ts'
import { decodeMessage } from '../../agent/xmlmsg/codec.ts'
import { faces } from './bed.ts'
import { onBug, silentLog } from './scratch-store.ts'

/** When the commit that ends a question began and was durable, ns of the monotonic clock. */
export interface Ended {
  readonly begunNs: bigint
  readonly durableNs: bigint
}

const file = new URL('../fixtures/messages/08_res_elderly_limit_disease.xml', import.meta.url)
const ASKER = { consumerId: null, idempotencyKey: null }
const PATIENCE_MS = 30_000

/** Asks a question that the official side answers at once; resolves when it has ended. */
export function instantAsker(store: Store): () => Promise<Ended> {
  const [face] = faces
  if (face === undefined) throw new Error('the simulator knows nobody')
  const bytes = readFileSync(file)
  const decoded = decodeMessage('eligibilityAnswer', bytes)
  const answered = { answer: decoded.message, bytes, charset: decoded.charset, line: 'bench' }
  let ended: PromiseWithResolvers<Ended> = Promise.withResolvers()
  const end: Store['end'] = async (record) => {
    const begunNs = process.hrtime.bigint()
    await store.end(record)
    ended.resolve({ begunNs, durableNs: process.hrtime.bigint() })
  }
  const eligibility = openEligibility({
    store: { ...store, end },
    gateway: { ask: async () => answered },
    clock: systemClock,
    log: silentLog,
    observe: () => {},
    onBug,
  })
  return async () => {
    ended = Promise.withResolvers()
    const { id } = await eligibility.ask(face, ASKER)
    await eligibility.ended(id, AbortSignal.timeout(PATIENCE_MS))
    return ended.promise
  }
}
