import { html, nothing, type TemplateResult } from 'lit-html'
import type { FaceCheck } from '../../api/desk-shapes.ts'
import type { App } from '../app.ts'
import type { Trouble } from '../call.ts'
import { choice, type Draft, enterGoesOn, field, nested, openDraft } from '../draft.ts'
import { focusOn, focusOnMistake } from '../focus.ts'
import { openOnce } from '../once.ts'
import { troubleCard } from '../trouble-card.ts'
import { dayOf } from '../words.ts'

/** Whom reception writes down while nobody can be asked. */
export interface IntakeForm {
  render(): TemplateResult
}

interface Model {
  readonly app: App
  readonly draft: Draft
  readonly once: ReturnType<typeof openOnce>
  readonly kept: () => void
  trouble: Trouble | undefined
  isSending: boolean
  check: FaceCheck | undefined
  /** Counts looks and receipts: what comes for an older one is of somebody else. */
  turn: number
}

const CONSENT = 'consent'
const FACE = 'cardFace.'
const faceFields = [
  ['insuredCardSymbol', '記号', 20],
  ['insuredIdentificationNumber', '番号', 14],
  ['insuredBranchNumber', '枝番', 4],
  ['insurerNumber', '保険者番号', 10],
] as const
const names = [
  'name',
  'nameKana',
  'birthdate',
  'sex',
  'address',
  'patientNumber',
  ...faceFields.map(([name]) => FACE + name),
]

/** `kept`: one more is on the list. */
export function openIntakeForm(app: App, kept: () => void): IntakeForm {
  const model: Model = {
    app,
    draft: openDraft(app.changed),
    once: openOnce(),
    kept,
    trouble: undefined,
    isSending: false,
    check: undefined,
    turn: 0,
  }
  return { render: () => form(model) }
}

function bodyOf(draft: Draft): Record<string, unknown> {
  const { [CONSENT]: consent, ...written } = draft.written()
  const { cardFace, ...four } = nested(written)
  return {
    // The agent says which of these is missing, in its own words.
    ...{ name: '', birthdate: '', sex: '', address: '' },
    ...four,
    ...(consent !== undefined && { consent: true }),
    ...(typeof cardFace === 'object' && {
      cardFace: { insurerNumber: '', insuredIdentificationNumber: '', ...cardFace },
    }),
  }
}

async function send(model: Model): Promise<void> {
  const { app, draft, once, kept } = model
  // The second half of a double click meets a form that is empty again.
  if (!draft.isTouched) return focusOn('.intake form input')
  if (model.isSending) return
  Object.assign(model, { isSending: true, trouble: undefined })
  app.changed()
  const body = bodyOf(draft)
  const headers = once.headers(body)
  const answer = await app.call('POST', '/v1/offline-intakes', { body, headers })
  model.isSending = false
  if (answer.ok) {
    once.answered()
    model.turn += 1
    model.check = undefined
    draft.fill({})
    app.say('受付票を保存しました。次の方を書けます')
    kept()
    focusOn('.intake form input')
    return
  }
  model.trouble = answer.trouble
  draft.tell(answer.trouble.mistakes)
  app.changed()
  focusOnMistake()
}

/** Looks at what can be looked at while the rest is still typed; nothing is kept or asked by it. */
async function look(model: Model): Promise<void> {
  const { app, draft } = model
  const { birthdate, ...rest } = draft.written()
  const { cardFace } = nested(rest)
  const face = typeof cardFace === 'object' ? cardFace : {}
  const body = { ...(birthdate !== undefined && { birthdate }), ...face }
  if (!app.may('POST /v1/card-faces/check') || Object.keys(body).length === 0) return
  model.turn += 1
  const { turn } = model
  const answer = await app.call<FaceCheck>('POST', '/v1/card-faces/check', { body })
  // A check that fails tells nothing; the form itself is checked again when it is kept.
  if (!answer.ok || turn !== model.turn) return
  model.check = answer.body
  const found = answer.body.mistakes.map((one) =>
    one.field === 'birthdate' ? one : { ...one, field: FACE + one.field },
  )
  const others = draft.mistakes.filter(
    ({ field: name }) => name !== 'birthdate' && !name.startsWith(FACE),
  )
  draft.tell([...others, ...found])
}

function form(model: Model): TemplateResult {
  const { draft, trouble, isSending } = model
  return html`<form autocomplete="off" @keydown=${enterGoesOn()} @submit=${(event: Event) => {
    event.preventDefault()
    void send(model)
  }}>
    <h2>受付票を書く</h2>
    <p class="soft">Enter で次の欄に進み、最後の欄で保存します。</p>
    ${troubleCard(trouble, { fields: names, isKept: true })}
    ${facts(model)}
    ${card(model)}
    <p class="row"><button class="main" ?disabled=${isSending}>${buttonText(model)}</button>
      ${draft.isTouched && !isSending ? html`<span class="soft">まだ保存していません</span>` : nothing}</p>
  </form>`
}

const buttonText = ({ isSending, trouble }: Model) => {
  if (isSending) return '保存しています…'
  return trouble?.status === 0 ? 'もう一度送る' : '保存する'
}

function facts(model: Model): TemplateResult {
  const { draft, check } = model
  const birth = check?.birthdate ?? undefined
  const told = birth === undefined ? '' : `${dayOf(birth.date)}（${birth.era}）${birth.age}歳`
  return html`<fieldset><legend>4つの項目</legend><div class="two">
    ${field(draft, { name: 'name', label: '氏名', isMust: true })}
    ${field(draft, { name: 'nameKana', label: 'カナ' })}
    ${field(draft, {
      name: 'birthdate',
      label: '生年月日',
      isMust: true,
      size: 14,
      hint: '19800502 か S550502 の形',
      news: told,
      finished: () => void look(model),
    })}
    ${choice(draft, { name: 'sex', label: '性別', isMust: true }, [
      ['1', '男'],
      ['2', '女'],
      ['3', '未設定'],
    ])}</div>
    ${field(draft, { name: 'address', label: '住所', isMust: true, size: 44 })}
  </fieldset>`
}

function card(model: Model): TemplateResult {
  const { draft, check } = model
  const isConsenting = draft.value(CONSENT) !== ''
  return html`<fieldset><legend>わかるとき</legend>
    <p class="soft">保険の番号があれば、回線が戻ったときに自動で照会します。</p>
    <div class="two">
    ${field(draft, { name: 'patientNumber', label: '患者番号', isDigits: true, size: 12 })}
    ${faceFields.map(([name, label, size]) =>
      field(draft, {
        name: FACE + name,
        label,
        size,
        isDigits: name !== 'insuredCardSymbol',
        news: name === 'insurerNumber' ? (check?.insurer ?? '') : undefined,
        finished: () => void look(model),
      }),
    )}</div>
    <label class="tick"><input type="checkbox" .checked=${isConsenting}
      @change=${() => draft.type(CONSENT, isConsenting ? '' : 'yes')}>
      緊急時の照会（緊急時医療情報・資格確認機能）に、本人の同意がある</label>
  </fieldset>`
}
