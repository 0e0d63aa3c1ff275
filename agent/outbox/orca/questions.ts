import type { Delivery } from '../../kernel/delivery.ts'
import { textIn, type Xml2Record } from '../../xmlmsg/xml2.ts'

/** What a person decided on the questions of one delivery. */
export interface Decided {
  /** Null: nobody has seen this question; it counts as seen once the delivery was parked for it. */
  answerTo(question: Xml2Record): 'Ok' | 'Ng' | null
}

/**
 * Which questions of ORCA were put to a person. An ok is good for these and for no other: after it
 * the next question is put to them in its turn, and the ones before need no second ok. Kept in
 * memory, so an ok to what was asked before a restart is asked for once more.
 */
export interface Questions {
  of(delivery: Pick<Delivery, 'id' | 'decision'>): Decided
}

/** A person looks at a handful of them; the oldest are asked anew. */
const DELIVERIES_LIMIT = 1_000

export function openQuestions(): Questions {
  const put = new Map<string, ReadonlySet<string>>()
  const remember = (id: string, question: string) => {
    const before = put.get(id) ?? []
    put.delete(id)
    put.set(id, new Set([...before, question]))
    const [oldest] = put.keys()
    if (put.size > DELIVERIES_LIMIT && oldest !== undefined) put.delete(oldest)
  }
  return {
    of({ id, decision }) {
      const seen = put.get(id)
      return {
        answerTo(question) {
          // It registers nothing, so it can be said to a question that was not seen.
          if (decision === 'ng') return 'Ng'
          const key = keyOf(question)
          if (decision === 'ok' && seen?.has(key) === true) return 'Ok'
          remember(id, key)
          return null
        },
      }
    },
  }
}

/** One code can be about several things, which only its text tells apart. */
const keyOf = (question: Xml2Record) =>
  JSON.stringify(
    ['Patient_Select', 'Patient_Select_Message'].map((element) => textIn(question, element)),
  )
