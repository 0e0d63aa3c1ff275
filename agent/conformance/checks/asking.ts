import type { Check } from '../check.ts'
import { expect } from '../finding.ts'
import { at, listAt, textAt } from '../json.ts'
import { expectProblem, expectStatus } from '../problem.ts'
import { type Face, faces, newKey, postQuestion, settledAnswer, type World } from '../world.ts'
import { expectInFeed } from './waiting.ts'

const common = { player: 'receipt-computer', section: 'Asking by card face' } as const

/** Questions, about invented people only. */
export const askingChecks: readonly Check[] = [
  {
    ...common,
    id: 'ask-ends',
    says: 'A question ends as a verification that stays where the answer says, and is in the feed once.',
    title: '照会は一件の確認結果となり、示された場所で読め、一覧に一度だけ現れる',
    run: async (world) => {
      world.mayAsk()
      const after = await world.end()
      const patientNumber = newKey()
      const { id, reply, event } = await world.ask({ ...faces.parent, patientNumber })
      expect(reply.headers.location !== undefined || reply.status === 200, 'Location', 'none')
      const echoed = at(event, 'verification', 'patientNumber')
      expect(echoed === undefined || echoed === patientNumber, 'the patient number back', 'another')
      const again = await world.agent.send(`/v1/verifications/${id}`)
      expectStatus(again, 200)
      const sameEvent = textAt(again.json, 'id') === textAt(event, 'id')
      expect(sameEvent, 'the same event at its own address', 'another')
      await expectInFeed(world, after, id)
    },
  },
  {
    ...common,
    id: 'ask-without-waiting',
    says: 'Who does not want to wait gets 202 with Location and Retry-After, and the answer there later.',
    title: '待たない照会は 202 となり、後から Location で結果を読める',
    run: async ({ agent, mayAsk }) => {
      mayAsk()
      await settledAnswer(agent, await postQuestion(agent, faces.child, { prefer: 'wait=0' }))
    },
  },
  {
    ...common,
    id: 'key-same-body',
    says: 'The same key with the same body is the same verification, also at the same moment.',
    title: '同じキーと同じ内容は、同時に送っても一件の照会になる',
    run: async (world) => {
      world.mayAsk()
      const key = { 'idempotency-key': newKey() }
      const ask = () => world.ask(faces.elder, key)
      const ids = [...(await Promise.all([ask(), ask(), ask()])), await ask()].map(({ id }) => id)
      const different = new Set(ids).size
      expect(different === 1, 'one verification', `${different}`)
    },
  },
  {
    ...common,
    id: 'key-other-body',
    says: 'The same key with another body is refused.',
    title: '同じキーで別の内容を送ると断られる',
    run: async (world) => {
      world.mayAsk()
      const key = { 'idempotency-key': newKey() }
      await world.ask(faces.elder, key)
      const other = await postQuestion(world.agent, faces.child, key)
      expectProblem(other, 422, 'IDEMPOTENCY_KEY_REUSED')
    },
  },
  {
    ...common,
    id: 'face-impossible',
    says: 'What cannot be a card face is refused, field by field, and nothing is asked.',
    title: '券面としてありえない内容は、項目ごとに理由を示して断られる',
    run: async (world) => {
      world.mayAsk()
      const { parent } = faces
      for (const [field, value] of [
        ['insurerNumber', '123'],
        ['birthdate', '20250230'],
        ['insuredBranchNumber', '1'],
        ['cardholder', 'x'],
      ] as const)
        await refusesFace(world, { ...parent, [field]: value }, field)
    },
  },
  {
    ...common,
    id: 'individual-number',
    says: 'A 12-digit individual number is refused wherever it stands.',
    title: '12 桁の個人番号は、どの項目にあっても断られる',
    run: async (world) => {
      world.mayAsk()
      // Invented; its check digit is right.
      const face = { ...faces.parent, arbitraryIdentifier: '123456789018' }
      const reply = await postQuestion(world.agent, face, {})
      expectProblem(reply, 422, 'INDIVIDUAL_NUMBER_REFUSED')
    },
  },
  {
    ...common,
    id: 'recheck',
    says: 'A recheck is a new verification that supersedes the old one.',
    title: '再照会は新しい確認結果となり、元の結果を引き継ぐ',
    run: async ({ agent, mayAsk, asked }) => {
      mayAsk()
      const { id } = await asked()
      const request = {
        method: 'POST',
        body: {},
        headers: { prefer: 'wait=30' },
        timeoutMs: 60_000,
      }
      const again = await agent.send(`/v1/verifications/${id}/recheck`, request)
      const second = await settledAnswer(agent, again)
      expect(second.id !== id, 'a verification of its own', 'the old one')
      const supersedes = textAt(second.event, 'verification', 'supersedes')
      expect(supersedes === id, 'the old one in supersedes', supersedes === '' ? 'none' : 'another')
    },
  },
]

async function refusesFace({ agent }: World, face: Face, field: string): Promise<void> {
  const reply = await postQuestion(agent, face, {})
  expectProblem(reply, 422, 'CARD_FACE_INVALID')
  const named = listAt(reply.json, 'mistakes').some((one) => textAt(one, 'field') === field)
  expect(named, `${field} among the mistakes`, 'not there')
}
