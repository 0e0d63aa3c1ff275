import type { FaceCheck } from '../api/desk-shapes.ts'
import type { App } from './app.ts'
import type { Mistake } from './call.ts'
import { type FieldName, filledIn, type Typed } from './face-fields.ts'

/** What the agent says of what is typed so far. */
export interface Checked {
  readonly mistakes: readonly Mistake[]
  readonly birthdate: FaceCheck['birthdate']
  readonly insurer: string | null
}

export interface Checker {
  readonly checked: Checked
  /** Looks soon, when the hands rest. */
  soon(typed: Typed): void
  /** Looks now: a field was left. */
  look(typed: Typed): void
  clear(): void
}

const NOTHING: Checked = { mistakes: [], birthdate: null, insurer: null }
/** Hands that type pause for less. */
const REST_MS = 350

/** Checks as one types, by the rules that asking goes by. An answer that is overtaken says nothing. */
export function openChecker(app: App): Checker {
  let checked = NOTHING
  let timer: number | undefined
  let turn = 0
  let lookedAt = ''

  const look = async (typed: Typed) => {
    window.clearTimeout(timer)
    const body: Partial<Record<FieldName, string>> = filledIn(typed)
    const given = JSON.stringify(body)
    if (given === lookedAt) return
    lookedAt = given
    turn += 1
    const mine = turn
    const answer = await app.call<FaceCheck>('POST', '/v1/card-faces/check', { body })
    if (mine !== turn) return
    if (answer.ok) checked = answer.body
    else {
      // What keeps it from checking keeps nobody from asking, which checks again and says what is wrong.
      checked = { ...NOTHING, mistakes: answer.trouble.mistakes }
      if (answer.trouble.mistakes.length === 0) lookedAt = ''
    }
    app.changed()
  }
  return {
    get checked() {
      return checked
    },
    soon(typed) {
      window.clearTimeout(timer)
      timer = window.setTimeout(() => void look(typed), REST_MS)
    },
    look: (typed) => void look(typed),
    clear() {
      window.clearTimeout(timer)
      turn += 1
      lookedAt = ''
      checked = NOTHING
    },
  }
}
