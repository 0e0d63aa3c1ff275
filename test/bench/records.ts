import { readFileSync } from 'node:fs'
import { meaningOf } from '../../agent/eligibility/outcome.ts'
import { personOf } from '../../agent/eligibility/person.ts'
import type { Question } from '../../agent/eligibility/question.ts'
import { verificationOf } from '../../agent/eligibility/verification.ts'
import { uuidV7 } from '../../agent/kernel/ids.ts'
import { toRfc3339 } from '../../agent/kernel/time.ts'
import type { EndRecord, QuestionRecord } from '../../agent/store/transactions.ts'
import { decodeMessage } from '../../agent/xmlmsg/codec.ts'
import { faces } from './bed.ts'

const file = new URL('../fixtures/messages/08_res_elderly_limit_disease.xml', import.meta.url)

/** A question and how it ends, as the store takes them, over and over with new ids. */
export function recordMaker(): () => { question: QuestionRecord; end: EndRecord } {
  const [face] = faces
  if (face === undefined) throw new Error('the simulator knows nobody')
  const asked: Question = { kind: 'card-face', face: { ...face }, supersedes: null }
  const bytes = readFileSync(file)
  const { message: answer } = decodeMessage('eligibilityAnswer', bytes)
  const person = personOf(answer.messageBody?.resultList ?? [])
  return () => {
    const at = Date.now()
    const id = uuidV7(at)
    return {
      question: {
        id,
        at,
        kind: 'card-face',
        body: JSON.stringify(asked),
        supersedes: null,
        presentationId: null,
        key: null,
        actor: 'bench',
      },
      end: {
        id,
        eventId: uuidV7(at),
        at,
        atText: toRfc3339(at),
        verification: verificationOf(id, at, asked, meaningOf(answer), { answer, line: 'bench' }),
        message: { bytes, charset: 'UTF-8' },
        numbers: { asked: null, returned: null },
        person,
      },
    }
  }
}
