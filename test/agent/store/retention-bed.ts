import type { Comparison } from '../../../agent/kernel/delivery.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import type { Store } from '../../../agent/store/store.ts'
import { folder, pushed } from './deliveries-bed.ts'
import { end, judged, question, verification } from './fixtures.ts'

/** Where a patient leaves a trace; each has words of its own, so that each can be looked for. */
const traces = [
  'question',
  'result',
  'message',
  'kana',
  'name',
  'identity',
  'number',
  'note',
  'referral',
  'intake',
  'closing',
  'appointment',
  'roster',
  'consent',
  'registration',
  'outcome-of-registration',
  'comparison',
] as const
export type Trace = (typeof traces)[number]

/** Long enough to be nobody's, short enough to lie within one page. */
export const canary = (trace: Trace, tag: string) => `${trace}金糸雀${tag}カナリア`
export const canariesOf = (tag: string) => traces.map((trace) => canary(trace, tag))

const key = (tag: string, of: string) => ({
  consumerId: 'c1',
  key: `${tag}/${of}`,
  requestHash: Buffer.from(of),
})

/** A verification with everything that is said of it, of a patient of its own; its id. */
export async function plantVerification(
  store: Store,
  tag: string,
  at: number,
  kind: 'plain' | 'held' = 'plain',
): Promise<string> {
  const text = (trace: Trace) => canary(trace, tag)
  const { id } = await store.accept(
    question({
      id: uuidV7(at),
      at,
      key: key(tag, 'ask'),
      body: JSON.stringify({ kind: 'terminal', identifier: text('question') }),
    }),
  )
  const ended = end(id, {
    eventId: uuidV7(at),
    at,
    verification: {
      ...verification(id, 'valid'),
      results: [{ name: text('result'), insurerNumber: '06139992' }],
      held: kind === 'held',
    },
    message: {
      bytes: Buffer.from(`<XmlMsg>${text('message')}</XmlMsg>`.repeat(300)),
      charset: 'UTF-8',
    },
    numbers: { asked: text('number'), returned: null },
    subject: {
      name: text('name'),
      nameKana: text('kana'),
      birthdate: '19031207',
      sex: '1',
      identity: text('identity'),
    },
    receivedAt: at,
  })
  await store.end({ ...judged(store, ended), link: { is: 'new' } })
  for (const [noteKind, trace] of [
    ['original-sighted', 'note'],
    ['referral', 'referral'],
  ] as const)
    if (kind === 'plain') await note(store, id, at, noteKind, text(trace))
  return id
}

export const note = (
  store: Store,
  verificationId: string,
  at: number,
  kind: Parameters<Store['note']>[0]['note']['kind'],
  text: string,
) =>
  store.note({
    eventId: uuidV7(at),
    at,
    atText: new Date(at).toISOString(),
    note: { verificationId, kind, by: '受付', text },
    release: null,
    key: null,
    actor: 'c1',
  })

/** Everything else that is kept of a patient. */
export async function plantLists(store: Store, tag: string, at: number): Promise<void> {
  const text = (trace: Trace) => canary(trace, tag)
  const common = { at, key: null, actor: 'c1' }
  const person = { birthdate: '19031207', sex: '1', address: '東京都' } as const
  const intake = {
    id: uuidV7(at),
    ...common,
    body: JSON.stringify({ ...person, name: text('intake') }),
  }
  await store.intakes.add(intake)
  const closing = { by: '受付', at, verificationId: null, text: text('closing') }
  await store.intakes.close({ id: intake.id, ...common, closing: JSON.stringify(closing) })

  const day = new Date(at).toISOString().slice(0, 10)
  const items = [{ id: uuidV7(at), body: JSON.stringify({ patientNumber: text('appointment') }) }]
  await store.appointments.replace({ id: uuidV7(at), day, source: 'api', at, items, actor: 'c1' })

  const form = { patientNumber: `R${tag}`, kind: 'home-oxygen', name: text('roster') } as const
  const entry = { id: uuidV7(at), isNew: true, form }
  const { id } = await store.roster.write({ entry, expected: null, ...common })
  const act = { at, by: text('consent') }
  await store.roster.consent({ id, is: 'given', act, ...common })
  await store.roster.remove({ id, ...common })

  const registration = {
    id: uuidV7(at),
    ...common,
    body: JSON.stringify({ n: text('registration') }),
  }
  await store.registrations.add(registration)
  const result = JSON.stringify({ said: text('outcome-of-registration') })
  await store.registrations.end({ id: registration.id, at, result })
}

/** A receipt computer that is pushed to. */
export const receiver = async (store: Store): Promise<string> =>
  (await store.consumers.add(pushed('receipt', folder, 'receipt-computer'))).consumer.id

/** Everything that waits for it has arrived, and one difference was found. */
export async function deliver(store: Store, consumerId: string, tag: string, at: number) {
  const difference = { field: 'name', official: canary('comparison', tag), kept: 'x' }
  const comparison: Comparison = { result: 'differs', differences: [difference], unmapped: [] }
  const settled = store.deliveries
    .next(consumerId, 100)
    .map(
      ({ seq, verificationId }) => ({ seq, verificationId, is: 'delivered', comparison }) as const,
    )
  await store.deliveries.settle({ consumerId, at, settled })
}
