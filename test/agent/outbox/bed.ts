import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Delivery } from '../../../agent/kernel/delivery.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { toRfc3339 } from '../../../agent/kernel/time.ts'
import type { FeedEvent, Verification } from '../../../agent/kernel/verification.ts'
import { openTargets, type Targets } from '../../../agent/outbox/targets.ts'
import {
  type ReceiverOptions,
  startWebhookReceiver,
  type WebhookReceiver,
} from '../../bed/webhook-receiver.ts'

/** The hosts of this machine, as a clinic would allow its own. */
export const local: Targets = openTargets(
  [
    { host: '127.0.0.1', networks: ['127.0.0.0/8'] },
    { host: 'localhost', networks: ['127.0.0.0/8', '::1'] },
    { host: '::1', networks: ['::1'] },
  ],
  () => [],
)

export const forever = (): AbortSignal => new AbortController().signal

/** A receiver that ends with the test. */
export async function receiverOf(
  t: TestContext,
  options: ReceiverOptions,
): Promise<WebhookReceiver> {
  const receiver = await startWebhookReceiver(options)
  t.after(() => receiver.stop())
  return receiver
}

/** Rejects with an `AgentError` of this code, and with these facts among its own. */
export async function fails(
  work: Promise<unknown>,
  code: AgentError['code'],
  facts: Readonly<Record<string, unknown>> = {},
): Promise<AgentError> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    assert.equal(error.code, code)
    assert.partialDeepStrictEqual(error.facts, facts)
    return error
  }
  assert.fail(`it did not fail with ${code}`)
}

const AT = Date.parse('2026-04-01T09:30:02.345+09:00')

export const verificationOf = (over: Partial<Verification> = {}): Verification => ({
  id: uuidV7(AT),
  supersedes: null,
  askedAt: toRfc3339(AT),
  source: { kind: 'card-face', authentication: 'none', reader: null, line: 'ngn' },
  outcome: 'valid',
  fault: null,
  official: null,
  results: [{ name: '検証　一郎', insurerNumber: '06139992' }],
  patient: null,
  lastKnown: null,
  patientNumber: null,
  arbitraryIdentifier: null,
  card: null,
  confirmation: null,
  advisories: [],
  held: false,
  limitConsent: null,
  identity: null,
  history: null,
  consents: null,
  reception: null,
  ...over,
})

export const verificationEvent = (over: Partial<Verification> = {}, at = AT): FeedEvent => ({
  type: 'verification',
  id: uuidV7(at),
  cursor: 'c1',
  at: toRfc3339(at),
  verification: verificationOf(over),
})

export const noteEvent = (): FeedEvent => ({
  type: 'note',
  id: uuidV7(AT),
  cursor: 'c2',
  at: toRfc3339(AT),
  note: { verificationId: uuidV7(AT), kind: 'original-sighted', by: '受付', text: null },
})

/** An attempt at one event. */
export const deliveryOf = (event: FeedEvent, over: Partial<Delivery> = {}): Delivery => ({
  id: event.id,
  attempt: 1,
  event,
  item: new TextEncoder().encode(JSON.stringify(event)),
  message: () => undefined,
  isSuperseded: () => false,
  decision: null,
  ...over,
})
