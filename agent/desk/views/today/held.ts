import { html, nothing, type TemplateResult } from 'lit-html'
import type { Confirming } from '../../confirming.ts'
import { calledOf } from '../../person.ts'
import { differencesOf } from '../../result-history.ts'
import { clockOf } from '../../words.ts'
import type { Acts } from './acts.ts'
import type { Row } from './rows.ts'

/** Who says whose it is. */
interface Deciding {
  readonly mayDecide: boolean
  readonly acts: Acts
  readonly confirming: Confirming
}

/** Of a verification of which a person has to say whose it is, or has said it. */
export function heldPart(row: Row, deciding: Deciding): TemplateResult | typeof nothing {
  if (row.standing === 'clear') return nothing
  if (row.standing === 'rejected') return rejectedPart(row)
  const hold = row.entry.notes.filter(({ note }) => note.kind === 'hold').at(-1)
  return html`<section class="held" aria-labelledby="held-title">
    <h3 id="held-title">本人確認</h3>
    ${
      hold === undefined
        ? nothing
        : html`<p>${clockOf(hold.at)} に ${hold.note.by} さんが保留にしました。</p>`
    }
    ${deciding.mayDecide ? decision(row, deciding) : othersDecide}
  </section>`
}

const othersDecide = html`<p>
  決めるのは<strong>医事の担当者</strong>です。声をかけてください。決まるまで、この結果はレセコンや電子カルテに送られません。
</p>`

const rejectedPart = ({ entry: { notes } }: Row): TemplateResult => {
  const said = notes.filter(({ note }) => note.kind === 'rejection').at(-1)
  return html`<section class="held" aria-labelledby="held-title">
    <h3 id="held-title">本人確認</h3>
    <p>${said === undefined ? nothing : html`${clockOf(said.at)} に ${said.note.by} さんが決めました。`}</p>
  </section>`
}

function decision(row: Row, { acts, confirming }: Deciding): TemplateResult {
  const { identity } = row.entry.verification
  const name = calledOf(row.person)
  const candidates = identity?.candidates ?? 0
  const release = () =>
    confirming.ask({
      title: '「同じ人」に決めますか',
      body: html`<p>
          この結果（<strong>${name}</strong>）を、受付した方のものとして使います。レセコンや電子カルテにも送られます。
        </p>
        ${differencesOf(identity)}
        <p class="field">
          <label for="held-number">患者番号（別の番号の方につなぐときだけ）</label>
          <input id="held-number" name="patientNumber" maxlength="50" autocomplete="off" />
        </p>`,
      yes: '「同じ人」に決める',
      act: (field) => {
        const patientNumber = field('patientNumber')
        void acts.note(row.id, 'release', patientNumber === '' ? {} : { patientNumber })
      },
    })
  const reject = () =>
    confirming.ask({
      title: '「この人ではない」に決めますか',
      body: html`<p>
          この結果（<strong>${name}</strong>）は使いません。患者の記録から切り離し、レセコンや電子カルテには送りません。取り消せません。
        </p>
        ${differencesOf(identity)}
        <p>番号が正しいのに別の方の結果が出たときは、保険者に連絡してください。</p>`,
      yes: '「この人ではない」に決める',
      isDanger: true,
      act: () => void acts.note(row.id, 'rejection'),
    })
  return html`${differencesOf(identity)}
  ${
    candidates > 1
      ? html`<p>当てはまる患者が${candidates}人います。患者番号を確かめてください。</p>`
      : nothing
  }
    <p class="row">
      <button id="held-same" class="main" @click=${release}>同じ人</button>
      <button id="held-other" class="danger" @click=${reject}>この人ではない</button>
    </p>`
}
