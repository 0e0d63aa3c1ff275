import type { FeedEvent, NoteKind } from '../../../kernel/verification.ts'
import type { App } from '../../app.ts'
import { focusSoon, keepFocus } from '../../focus.ts'
import { noteWords } from '../../words.ts'
import { DETAIL, type Model } from './model.ts'

interface NoteGiven {
  readonly text?: string
  /** Of a release: whose it is. */
  readonly patientNumber?: string
}

/** The answer to a question that has not ended yet. */
interface StillOpen {
  readonly state: 'open'
}

/** What is done with a verification: the one that was meant, whichever is open by then. */
export interface Acts {
  note(id: string, kind: NoteKind, given?: NoteGiven): Promise<void>
  recheck(id: string): Promise<void>
}

export function openActs(app: App, model: Model): Acts {
  const pathOf = (id: string) => `/v1/verifications/${encodeURIComponent(id)}`
  const refused = async () => {
    const { trouble } = model.at
    if (trouble === null) return
    // Today’s list hears of the decision by itself, that of another day does not.
    if (trouble.code === 'HOLD_DECIDED') {
      await model.reload()
      model.set({ trouble })
    }
    focusSoon(`#${DETAIL}`)
  }
  return {
    async note(id, kind, given = {}) {
      const body = { kind, ...given }
      const event = await model.ask('noting', () =>
        app.call<FeedEvent>('POST', `${pathOf(id)}/notes`, { body }),
      )
      if (event === undefined) return refused()
      keepFocus(DETAIL)
      model.take(event)
      if (kind === 'referral' && model.at.referred === id) model.set({ referral: '' })
      app.say(`「${noteWords[kind]}」を記録しました。`)
    },
    async recheck(id) {
      const event = await model.ask('asking', () =>
        app.call<FeedEvent | StillOpen>('POST', `${pathOf(id)}/recheck`),
      )
      if (event === undefined) return refused()
      if ('state' in event || event.verification === undefined) {
        app.say('照会を続けています。結果は本日の一覧に出ます。')
        return focusSoon(`#${DETAIL}`)
      }
      app.day.take(event)
      // Who is open by now may be another patient: nobody is put in their place under a hand.
      if (model.at.opened === id) await model.visit(event.verification.id)
      else app.say('照会し直した結果が、本日の一覧に出ました。')
    },
  }
}
