import type { Mistake } from '../call.ts'
import { narrow, type Typed } from '../forms.ts'

/** Characters of a secret that stands alone, and of one beside a second factor. [security checklist, A1, A2] */
export const LENGTH = 13
export const LENGTH_WITH_FACTOR = 8

const wrong = (field: string, title: string): readonly Mistake[] => [{ field, title }]

/** What can be said without asking; whether a secret is common or near the name, the agent judges. */
export function settingMistakes(given: { typed: Typed; hasFactor: boolean }): readonly Mistake[] {
  const { typed, hasFactor } = given
  const least = hasFactor ? LENGTH_WITH_FACTOR : LENGTH
  const pin = narrow(typed('pin'))
  return [
    ...([...typed('secret')].length < least
      ? wrong('secret', `${least}文字以上にしてください。`)
      : []),
    ...(/^\d{4,8}$/.test(pin) ? [] : wrong('pin', '4～8けたの数字にしてください。')),
    ...(pin === narrow(typed('again'))
      ? []
      : wrong('again', '2つのPINが違います。同じ数字を入力してください。')),
    ...(!hasFactor || /^\d{6}$/.test(narrow(typed('code')))
      ? []
      : wrong('code', 'アプリに表示された6けたの数字を入力してください。')),
  ]
}
