import { html, nothing, type TemplateResult } from 'lit-html'
import type { JobList } from '../../api/jobs.ts'
import { faultOf, whenOf } from './parts.ts'

type Job = JobList['items'][number]

const endings = {
  done: '○ 終わりました',
  failed: '× できませんでした',
  interrupted: '△ 途中で止まりました',
} as const
const tones = { done: 'good', failed: 'stop', interrupted: 'warn' } as const
/** Of what jobs say of a run, the figures that a person asks for. */
const counts: Readonly<Record<string, string>> = {
  asked: '照会',
  resolved: '解決',
  entries: '名簿',
  confirmed: '確認済',
}

/** `run`: null where the role runs none. */
export const jobRows = ({ items }: JobList, run: ((job: Job) => void) | null): TemplateResult =>
  html`<div class="wide"><table>
    <thead>
      <tr><th scope="col">仕事</th><th scope="col">前回</th><th scope="col">次回</th>${run === null ? nothing : html`<th scope="col">操作</th>`}</tr>
    </thead>
    <tbody>
      ${items.map(
        (job) => html`<tr>
          <td>${job.title}</td>
          <td>${job.current === null ? nothing : html`<p>${job.current.startedAt === null ? '順番を待っています' : '実行しています'}</p>`}${last(job)}</td>
          <td>${job.nextAt === null ? '手動のみ' : whenOf(job.nextAt)}</td>
          ${run === null ? nothing : html`<td><button aria-disabled=${job.current !== null} @click=${() => job.current === null && run(job)} aria-label=${`${job.title}をいま実行`}>いま実行</button></td>`}
        </tr>`,
      )}
    </tbody>
  </table></div>`

function last({ last }: Job): TemplateResult {
  if (last === null) return html`まだありません`
  const { endedAt, ending, result, fault } = last
  const told = Object.entries(counts).flatMap(([key, word]) =>
    typeof result[key] === 'number' ? [`${word} ${result[key]}件`] : [],
  )
  return html`${whenOf(endedAt)}
    ${ending === null ? nothing : html`<span class="badge ${tones[ending]}">${endings[ending]}</span>`}
    ${told.join('、')}${faultOf(fault)}`
}
