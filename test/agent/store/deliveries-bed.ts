import type { TestContext } from 'node:test'
import type { NewConsumer } from '../../../agent/kernel/consumer.ts'
import type { SinkSettings } from '../../../agent/kernel/sink.ts'
import type { Outcome, Verification } from '../../../agent/kernel/verification.ts'
import type { Store } from '../../../agent/store/store.ts'
import { end, judged, open, question, scratch, verification } from './fixtures.ts'

export const webhook: SinkSettings = {
  kind: 'webhook',
  url: 'https://ehr.example/hook',
  payload: 'thin',
  secrets: { key: 'a2V5' },
}
export const folder: SinkSettings = { kind: 'face-folder', folder: '/srv/face', limit: 10 }

export const pushed = (name: string, sink: SinkSettings, role: NewConsumer['role'] = 'ehr') => ({
  name,
  role,
  sources: [],
  sink,
})

export async function opened(t: TestContext) {
  const path = scratch(t)
  const store = await open(path)
  t.after(() => store.close())
  const add = async (...wanted: Parameters<typeof pushed>) =>
    (await store.consumers.add(pushed(...wanted))).consumer.id
  return { path, store, add }
}

export const person = (birthdate: string, identity: string) => ({
  name: '検証　太郎',
  nameKana: 'ｹﾝｼｮｳ ﾀﾛｳ',
  birthdate,
  sex: '1',
  identity,
})

/** Asks about the patient of a number and ends it; the verification's id. */
export async function verify(
  store: Store,
  outcome: Outcome = 'valid',
  number = '00001',
  over: Partial<Verification> = {},
): Promise<string> {
  const { id } = await store.accept(question())
  const who = person(`1980010${number.slice(-1)}`, `insurer|${number}`)
  await store.end(
    judged(
      store,
      end(id, {
        verification: { ...verification(id, outcome), ...over },
        numbers: { asked: number, returned: null },
        subject: outcome === 'valid' ? who : 'nobody',
      }),
    ),
  )
  return id
}

export const waiting = (store: Store, consumerId: string) =>
  store.deliveries.next(consumerId, 100).map(({ verificationId }) => verificationId)

export const card = (insurerNumber: string, insuredCardClassification = '01') => ({
  insurerNumber,
  insuredIdentificationNumber: `n${insurerNumber}`,
  insuredCardClassification,
})
