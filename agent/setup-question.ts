import type { StepName } from './ops/setup/plan.ts'
import type { SecretName } from './setup-steps.ts'

/** One question at a terminal. */
export interface Question {
  readonly step: StepName
  /** Where the answer goes, `terminal.share`; of a secret its name. */
  readonly key: string
  readonly ja: string
  readonly en: string
  /** What `?` says. */
  readonly help: string
  readonly kind: 'text' | 'yes' | 'list' | 'choice' | 'secret' | 'readers'
  readonly choices?: readonly string[]
  /** What a choice means, in Japanese; a word of its own needs none. */
  readonly labels?: Readonly<Record<string, string>>
  /** Enter alone leaves it out. */
  readonly isOptional?: boolean
  readonly suggestion?: string
}

type More = Partial<
  Pick<Question, 'choices' | 'labels' | 'isOptional' | 'suggestion' | 'help' | 'kind'>
>

export const question =
  (step: StepName) =>
  (key: string, ja: string, en: string, more: More = {}): Question => ({
    step,
    key,
    ja,
    en,
    help: '',
    kind: more.choices === undefined ? 'text' : 'choice',
    ...more,
  })

export const secret = (step: StepName, name: SecretName, ja: string, en: string): Question => ({
  ...question(step)(name, ja, en, { help: '入力した文字は表示されません。' }),
  kind: 'secret',
})
