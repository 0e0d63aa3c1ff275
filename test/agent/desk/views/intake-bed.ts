import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { ShownIntake } from '../../../../agent/api/intake-shown.ts'
import { openStage, type StageOptions } from '../../../bed/desk-stage.ts'

export const intake = (given: Partial<ShownIntake> = {}): ShownIntake => ({
  id: 'i1',
  at: '2026-04-01T09:40:00+09:00',
  state: 'for-a-person',
  name: '見本　一郎',
  nameKana: null,
  birthdate: '19800502',
  sex: '1',
  address: '東京都架空区見本１－２－３',
  consent: null,
  patientNumber: null,
  cardFace: null,
  verificationId: null,
  outageId: 'o1',
  proposal: null,
  closing: null,
  ...given,
})
const outage = { startedAt: '2026-04-01T09:30:00+09:00' }
const callScript =
  '【緊急時医療情報・資格確認機能を開いてもらう電話】\n1. 名乗る: 「医療機関コード 1312345678 です。」'
export const LIST = 'GET /v1/offline-intakes'
export const ADD = 'POST /v1/offline-intakes'
export const CLOSE = 'POST /v1/offline-intakes/:id/closing'
export const listOf = (...items: ShownIntake[]) => ({ items, callScript, outage: null })

export async function shown(t: TestContext, options: StageOptions = {}) {
  const stage = await openStage({
    state: { outage },
    ...options,
    answers: {
      [LIST]: listOf(),
      [ADD]: intake(),
      [CLOSE]: intake({ state: 'closed' }),
      ...options.answers,
    },
  })
  t.after(() => {
    assert.deepEqual(stage.errors, [])
    return stage.close()
  })
  await stage.page.goto(`${stage.url}#/intake`)
  await stage.page.getByRole('heading', { level: 1, name: '受付票' }).waitFor()
  return stage
}
