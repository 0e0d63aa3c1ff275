import { randomUUID } from 'node:crypto'
import type { Check } from '../check.ts'
import { readPage } from '../feed.ts'
import { expect, Refuted } from '../finding.ts'
import { type Agent, shownHeader } from '../http.ts'
import { textAt } from '../json.ts'
import { complaint, expectProblem, expectStatus } from '../problem.ts'
import { faces, newKey } from '../world.ts'

const common = {
  player: 'receipt-computer',
  section: 'What else there is for a verification',
} as const

/** What hangs on a verification. */
export const partChecks: readonly Check[] = [
  {
    ...common,
    id: 'message-as-it-came',
    says: 'The official message is there as it came, and its declaration says its charset.',
    title: '公式の電文が届いたまま取り出せ、宣言と文字コードが一致する',
    run: async ({ agent, answered }) => {
      const id = await answered()
      await messageOf(agent, id, undefined)
    },
  },
  {
    ...common,
    id: 'message-charsets',
    says: 'The official message is there in UTF-8 and in Shift_JIS, with the same content.',
    title: '公式の電文は UTF-8 でも Shift_JIS でも同じ内容で取り出せる',
    run: async ({ agent, answered }) => {
      const id = await answered()
      const utf8 = await messageOf(agent, id, 'utf-8')
      const sjis = await messageOf(agent, id, 'shift_jis')
      // A real name may hold a character that Shift_JIS has not: it is said, and nothing is replaced.
      expect(sjis === undefined || sjis === utf8, 'the same content in both', 'different content')
    },
  },
  {
    ...common,
    id: 'message-other-charset',
    says: 'A charset that is not offered is refused.',
    title: '扱わない文字コードは断られる',
    run: async ({ agent, answered }) => {
      const path = `/v1/verifications/${await answered()}/message?charset=euc-jp`
      expectProblem(await agent.send(path), 400, 'REQUEST_INVALID')
    },
  },
  {
    ...common,
    id: 'note-is-an-event',
    says: 'A note is an event of its own in the feed.',
    title: 'メモ（現物確認など）は独立したイベントとして一覧に現れる',
    run: async ({ agent, mayAsk, asked, end }) => {
      mayAsk()
      const { id } = await asked()
      const after = await end()
      const body = { kind: 'original-sighted', by: '適合試験', text: '練習' }
      const reply = await agent.send(`/v1/verifications/${id}/notes`, { method: 'POST', body })
      expectStatus(reply, 201)
      const noteId = textAt(reply.json, 'id')
      const { items } = await readPage(agent, { after, limit: 500 })
      const found = items.some((item) => item.id === noteId && item.type === 'note')
      expect(found, 'the note in the feed', 'no such event')
    },
  },
  {
    ...common,
    id: 'latest-of-patient',
    says: 'The newest verification of a patient is found by the clinic’s patient number.',
    title: '患者番号で、その患者の最新の結果が分かる',
    run: async ({ agent, ask, mayAsk }) => {
      mayAsk()
      const patientNumber = newKey()
      await ask({ ...faces.child, patientNumber })
      const { id } = await ask({ ...faces.child, patientNumber })
      const path = `/v1/patients/${encodeURIComponent(patientNumber)}/verifications/latest`
      const reply = await agent.send(path)
      expectStatus(reply, 200)
      const found = textAt(reply.json, 'verification', 'id')
      expect(found === id, 'the second of two', found === '' ? 'none' : 'another')
    },
  },
  {
    ...common,
    id: 'latest-of-nobody',
    says: 'A patient number that nobody has is 404.',
    title: '存在しない患者番号は 404 となる',
    run: async ({ agent }) => {
      const path = `/v1/patients/${randomUUID()}/verifications/latest`
      expectProblem(await agent.send(path), 404, 'NOT_FOUND')
    },
  },
]

/** What a message holds, whatever its charset; undefined where it cannot be said in this one. */
async function messageOf(
  agent: Agent,
  id: string,
  charset: 'utf-8' | 'shift_jis' | undefined,
): Promise<string | undefined> {
  const query = charset === undefined ? '' : `?charset=${charset}`
  const reply = await agent.send(`/v1/verifications/${id}/message${query}`)
  const isUnsaid = textAt(reply.json, 'code') === 'CHARACTER_UNENCODABLE'
  if (charset === 'shift_jis' && reply.status === 422 && isUnsaid) {
    const lacking = complaint(reply)
    if (lacking === undefined) return undefined
  }
  expectStatus(reply, 200)
  const type = reply.headers['content-type'] ?? ''
  const label = /^application\/xml; *charset="?([\w-]+)"?$/i.exec(type)?.[1]?.toLowerCase()
  if (label === undefined || (charset !== undefined && label !== charset))
    throw new Refuted(`application/xml; charset=${charset ?? '...'}`, shownHeader(type))
  const text = decoded(reply.bytes, label)
  const declared = /^<\?xml[^>]*\bencoding=["']([\w-]+)["']/.exec(text)?.[1]?.toLowerCase()
  expect(declared === label, `${label} in the XML declaration`, declared ?? 'none')
  return contentOf(text)
}

/** Every element with its text, but the one that names the charset; re-encoded, elements may stand in another order. */
const contentOf = (text: string) =>
  [...text.matchAll(/<(\w+)>([^<]*)<\/\1>/g)]
    .filter(([, name]) => name !== 'CharacterCodeIdentifier')
    .map(([element]) => element)
    .sort()
    .join('\n')

function decoded(bytes: Buffer, label: string): string {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      throw new Refuted(`bytes in ${label}`, 'bytes that are not')
    throw error
  }
}
