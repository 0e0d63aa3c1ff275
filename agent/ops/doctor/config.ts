import type { FaultCode } from '../../kernel/faults.ts'
import { faults } from '../../kernel/faults.ts'
import { asRoot, type Check, next, ng, ok, unseen } from './check.ts'

/** What is wrong with the configuration. */
export interface ConfigMistake {
  /** Key path, or the place in the file. */
  readonly field: string
  readonly title: string
  readonly detail: string
}

export type ConfigView =
  | { readonly is: 'well'; readonly via: 'lines' | 'terminal' }
  | { readonly is: 'wrong'; readonly code: FaultCode; readonly mistakes: readonly ConfigMistake[] }
  | { readonly is: 'absent' }
  | { readonly is: 'hidden' }

/** More are one word: `run --check` has them all. */
const SHOWN_MISTAKES = 3

/** Pure. `file` is the path. */
export function configChecks(view: ConfigView, file: string): Check[] {
  const own = { file }
  if (view.is === 'well')
    return [
      ok('config', 'config', '誤りはありません（{via}）', 'no mistake', {
        facts: { via: view.via },
      }),
    ]
  if (view.is === 'hidden')
    return [unseen('config', 'config', '{file}', '{file}', { own, ...asRoot })]
  if (view.is === 'absent')
    return [
      ng('config', 'config', '設定がありません: {file}', 'there is no {file}', {
        own,
        code: 'CONFIG_UNREADABLE',
        number: faults.CONFIG_UNREADABLE.number,
        ...next('onshi-agent setup で作ってください。', 'onshi-agent setup, or --config FILE'),
      }),
    ]
  const { code, mistakes } = view
  const { number, title, action, hint } = faults[code]
  const found = mistakes.slice(0, SHOWN_MISTAKES).map((one) =>
    ng('config', 'config', '{title}（{field}）', '{field}: {detail}', {
      code,
      number,
      own: { field: one.field, title: one.title, detail: one.detail },
      ...next(action, hint),
    }),
  )
  return found.length > 0
    ? found
    : [ng('config', 'config', title, code, { code, number, ...next(action, hint) })]
}
