import assert from 'node:assert/strict'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import type { NoteKind, Outcome, Verification } from '../../../agent/kernel/verification.ts'
import type { Store } from '../../../agent/store/store.ts'
import { end, judged, question, verification } from './fixtures.ts'

interface Answer {
  readonly outcome?: Outcome
  readonly number?: string
  readonly supersedes?: string
  readonly held?: boolean
  /** The insurer is another one than the clinic knew. */
  readonly isInsurerNew?: boolean
}

const person = (number: string) => ({
  name: `検証　${number}`,
  nameKana: 'ｹﾝｼｮｳ',
  birthdate: `1980010${number.slice(-1)}`,
  sex: '1',
  identity: `insurer|${number}`,
})

/**
 * Asks and notes with a second between two of them, the first one after `from` (epoch ms), about people
 * who are told apart by their number.
 */
export function desk(store: Store, from = Date.parse('2026-04-01T09:00:00+09:00')) {
  let at = from
  const answered = async (answer: Answer = {}) => {
    const { outcome = 'valid', number = '00001', supersedes = null, held = false } = answer
    const { id } = await store.accept(question({ supersedes }))
    at += 1_000
    const ended: Verification = { ...verification(id, outcome), supersedes, held }
    const record = judged(
      store,
      end(id, {
        at,
        verification: ended,
        numbers: { asked: number, returned: null },
        subject: person(number),
      }),
    )
    const { history } = record.verification
    const changed = history && { ...history, changes: { insurerNumber: change } }
    const told = answer.isInsurerNew
      ? { ...record.verification, history: changed }
      : record.verification
    assert.ok(await store.end({ ...record, verification: told }))
    return id
  }
  const note = async (
    verificationId: string,
    kind: NoteKind,
    by = '受付',
    text: string | null = null,
  ) => {
    at += 1_000
    await store.note({
      eventId: uuidV7(Date.now()),
      at,
      atText: '2026-04-01T09:30:02+09:00',
      note: { verificationId, kind, by, text },
      release: kind === 'release' ? releaseOf(verificationId) : null,
      key: null,
      actor: 'test',
    })
    return at
  }
  const releaseOf = (id: string) => ({
    verification: { ...verification(id), held: false },
    numbers: { asked: '00009', returned: null },
    subject: person('00009'),
    link: { is: 'new' } as const,
  })
  const listed = () =>
    store.handovers.open().map(({ verificationId, reasons }) => [verificationId, ...reasons])
  return { answered, note, listed }
}

const seen = (value: string) =>
  ({ value, at: '2026-04-01T09:00:00+09:00', source: 'card-face', verificationId: 'v' }) as const
const change = { before: seen('06139992'), now: seen('01130012') }
