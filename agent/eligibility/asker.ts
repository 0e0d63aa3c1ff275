import { hash } from 'node:crypto'
import type { RequestKey } from '../store/idempotency.ts'

/** Who asks; `consumerId` null: the agent itself. */
export interface Asker {
  readonly consumerId: string | null
  readonly idempotencyKey: string | null
}

/** The key of a request whose content is `body`; null where the asker sent none. */
export function requestKey({ consumerId, idempotencyKey }: Asker, body: string): RequestKey | null {
  if (consumerId === null || idempotencyKey === null) return null
  return { consumerId, key: idempotencyKey, requestHash: hash('sha256', body, 'buffer') }
}
