import { openStage, type Stage, type StageOptions, sentTo } from '../../../bed/desk-stage.ts'

/** As `GET /v1/worklist` says it. */
export const item = (id: string, given: object = {}) => ({
  id,
  kind: 'unresolved',
  since: '2026-04-01T09:00:00+09:00',
  verificationId: `v-${id}`,
  intakeId: null,
  patientNumber: '00107',
  name: '見本　一郎',
  nameKana: 'ﾐﾎﾝ ｲﾁﾛｳ',
  outcome: 'not-found',
  nextAskAt: '2026-04-01T10:30:00+09:00',
  asked: 2,
  needs: null,
  advisories: [],
  notes: [],
  ...given,
})
export const cardNeeded = {
  status: 409,
  code: 'CARD_NEEDED',
  number: 'E532',
  title: 'カードがもう一度必要です。',
  detail: 'A card question is never asked again without the card.',
  action: 'カードを置いていただき、本人確認をやり直してください。',
}
export const held = item('held', { kind: 'held', outcome: 'valid', nextAskAt: null })
export const refund = item('refund', { kind: 'refund', outcome: 'valid', notes: ['paid-in-full'] })
export const intake = item('in-1', {
  kind: 'intake',
  intakeId: 'i-1',
  verificationId: null,
  outcome: null,
  nextAskAt: null,
  nameKana: 'カクウ ミキ',
})

/** Closed however the test ends. */
export async function openWork(items: readonly object[], options: StageOptions = {}) {
  const stage = await openStage({
    ...options,
    answers: { 'GET /v1/worklist': { items }, ...options.answers },
  })
  await stage.page.getByRole('link', { name: /^(\d )?対応/ }).click()
  await stage.page.getByRole('heading', { name: '対応', exact: true }).waitFor()
  return Object.assign(stage, { [Symbol.asyncDispose]: () => stage.close() })
}
/** The number behind its title in the navigation. */
export const countOf = ({ page }: Pick<Stage, 'page'>) =>
  page.getByRole('link', { name: /対応/ }).locator('.count')
export const posted = (stage: Stage) => sentTo(stage, /^POST /)
export const lists = (stage: Stage) =>
  stage.asked.filter(({ route }) => route.startsWith('GET /v1/worklist')).length
