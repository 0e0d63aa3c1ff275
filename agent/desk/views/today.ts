import { html } from 'lit-html'
import type { MakeView } from '../app.ts'
import { dayNow } from '../calendar.ts'
import { openConfirming } from '../confirming.ts'
import { keepFocus } from '../focus.ts'
import { dayOf } from '../words.ts'
import { openActs } from './today/acts.ts'
import { detail } from './today/detail.ts'
import { dayList, dayTools, showActive } from './today/list.ts'
import { DETAIL, LIST, openModel } from './today/model.ts'

/** 本日: what was asked today, or on another day; each with what people confirmed and decided. */
export const today: MakeView = (app) => {
  const model = openModel(app)
  const acts = openActs(app, model)
  const confirming = openConfirming(app, 'today-confirm')
  let seen = app.day.entries
  return {
    enter(id) {
      if (id !== '') void model.visit(id)
    },
    heard() {
      if (app.day.entries === seen) return
      seen = app.day.entries
      // A decision of somebody else takes the buttons away that it was made with.
      keepFocus(DETAIL)
      if (document.activeElement?.id === LIST) showActive(model)
    },
    render() {
      const { pickedDay, opened, query } = model.at
      const all = model.all()
      const toLookAt = all.filter(({ needsLook }) => needsLook).length
      const found = query === '' ? '' : `「${query}」で ${model.found().length}件`
      return html`<h1>${pickedDay === null ? '本日の照会' : `${dayOf(pickedDay)}の照会`}</h1>
        ${dayTools(model, dayNow(app))}
        <p class="soft">${all.length}件、うち要確認 ${toLookAt}件</p>
        <p class="soft" role="status">${found}</p>
        <div class="panes ${opened === undefined ? '' : 'has-open'}">
          <div class="list">${dayList(model)}</div>
          ${detail({ app, model, acts, confirming })}
        </div>
        ${confirming.render()}`
    },
  }
}
