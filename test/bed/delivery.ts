import { Type } from 'typebox'
import { ComparisonItem, DeliveryList } from '../../agent/api/deliveries.ts'
import type { Role } from '../../agent/kernel/roles.ts'
import { DEMO_ACCOUNT, type OrcaSimulator } from '../../agent/sim/orca/server.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { type Client, checked, eventually } from './client.ts'
import { type AddedConsumer, addConsumer, type Console, jsonIn } from './consumer.ts'
import type { Ending } from './net/bed.ts'
import {
  type ReceiverOptions,
  startWebhookReceiver,
  type WebhookReceiver,
} from './webhook-receiver.ts'

/** Pushes to this machine only; a target that failed is tried again soon. */
export const outboxTables = `
[outbox]
first_retry_ms = 50
retry_cap_seconds = 1

[[outbox.targets]]
host = "127.0.0.1"
networks = ["127.0.0.1"]
`

/** A receiver, and the consumer of this name that is pushed to there. Ended after the test. */
export async function addWebhook(
  t: Ending,
  bed: Console,
  { name, role = 'ehr', payload = 'thin', behave }: WebhookOptions,
): Promise<WebhookReceiver & AddedConsumer> {
  const secret = Promise.withResolvers<string>()
  const receiver = await startWebhookReceiver({
    secret: secret.promise,
    ...(behave !== undefined && { behave }),
  })
  t.after(() => receiver.stop())
  const place = ['--sink', 'webhook', '--url', receiver.url, '--payload', payload]
  const added = await addConsumer(bed, name, role, ...place)
  secret.resolve(added.signingKey)
  return { ...receiver, ...added }
}

interface WebhookOptions extends Pick<ReceiverOptions, 'behave'> {
  readonly name: string
  /** Default `ehr`. */
  readonly role?: Role
  /** Default `thin`. */
  readonly payload?: 'thin' | 'full'
}

/** Flags of an `orca` sink towards a simulator; the file holds the simulator's password. */
export const orcaFlags = ({ url }: OrcaSimulator, passwordFile: string): string[] => [
  ...['--sink', 'orca', '--url', url],
  ...['--user', DEMO_ACCOUNT.user, '--password-file', passwordFile],
]

/** What a card of the simulator's invented people says on its face. */
export const faceOf = (number: string) => patientByNumber(number)?.cardFace ?? {}

/** What the API says of deliveries. */
export async function deliveriesOf(client: Pick<Client, 'get'>): Promise<DeliveryList> {
  return checked(DeliveryList, JSON.parse((await client.get('/v1/deliveries')).text))
}

/** What the console says of them. */
export const listedOn = async ({ cli }: Console): Promise<DeliveryList> =>
  checked(DeliveryList, jsonIn(await cli('delivery', 'list')))

const Comparisons = Type.Object({ items: Type.Array(ComparisonItem) })

/** What was found about a verification by these consumers, once there is something of each. */
export const comparisonsOf = (
  client: Pick<Client, 'get'>,
  verificationId: string,
  consumers: readonly string[],
) =>
  eventually(`comparisons of ${consumers.join()}`, async () => {
    const { text } = await client.get(`/v1/comparisons?verificationId=${verificationId}`)
    const { items } = checked(Comparisons, JSON.parse(text))
    const wanted = items.filter(({ consumer }) => consumers.includes(consumer))
    return wanted.length === consumers.length ? wanted : undefined
  })
