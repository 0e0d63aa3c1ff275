import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { WebhookSink } from '../../../agent/kernel/sink.ts'
import { openWebhookSink } from '../../../agent/outbox/webhook.ts'
import type { Behaviour, WebhookReceiver } from '../../bed/webhook-receiver.ts'
import { local, receiverOf } from './bed.ts'

export function freshKey() {
  const key = randomBytes(32).toString('base64')
  return { key, shown: `whsec_${key}` }
}

/** Of every sink and receiver here, unless a test says otherwise. */
export const { key, shown } = freshKey()
export const delivered = { is: 'delivered', comparison: null }
export const LIMITED = { timeout: 60_000 }
export const clock = { now: () => Date.now() }

export function sinkTo(
  t: TestContext,
  { url }: Pick<WebhookReceiver, 'url'>,
  over: Partial<WebhookSink> = {},
) {
  const settings = { kind: 'webhook', url, payload: 'thin', secrets: { key }, ...over } as const
  const sink = openWebhookSink(settings, { targets: local, clock })
  t.after(() => sink.close())
  return sink
}

export const behaving = (t: TestContext, behave: (id: string, attempt: number) => Behaviour) =>
  receiverOf(t, { secret: shown, behave })
