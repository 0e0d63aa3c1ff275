import type { TestContext } from 'node:test'
import type { FaceCheck } from '../../../agent/api/desk-shapes.ts'
import { faults } from '../../../agent/kernel/faults.ts'
import type { Verification } from '../../../agent/kernel/verification.ts'
import { sampleEvent } from '../../bed/desk-samples.ts'
import { openStage, Refusal, type StageOptions } from '../../bed/desk-stage.ts'

export const ASK = 'POST /v1/verifications'
export const CHECK = 'POST /v1/card-faces/check'
export const birthdate = { date: '19800502', era: '昭和55年5月2日', age: 45 }
export const checked = (given: Partial<FaceCheck> = {}): FaceCheck => ({
  mistakes: [],
  birthdate: null,
  insurer: null,
  ...given,
})
export const came = (given: Partial<Verification> = {}) => sampleEvent(given)
export const misread = {
  field: 'insurerNumber',
  title: '保険者番号を読み違えていないか、確かめてください（検証番号が合いません）。',
  detail: 'not shown',
  proposals: ['06139992'],
}
export const refusalOf = (code: keyof typeof faults, mistakes: object[] = []) =>
  new Refusal(faults[code].http, { ...faults[code], code, detail: 'not shown', mistakes })

/** The view 照会 on the stage, the keyboard in its first field. */
export async function stageFor(
  t: TestContext,
  answers: StageOptions['answers'] = {},
  state: StageOptions['state'] = {},
) {
  const stage = await openStage({ state, answers: { [CHECK]: checked(), ...answers } })
  t.after(() => stage.close())
  const keys: string[] = []
  stage.page.on('request', (request) => {
    const key = request.headers()['idempotency-key']
    if (key !== undefined && new URL(request.url()).pathname === '/v1/verifications') keys.push(key)
  })
  const { page } = stage
  await page.goto(`${stage.url}#/ask`)
  await page.getByRole('heading', { name: '照会', exact: true }).waitFor()
  await page.locator('#face-insuredCardSymbol:focus').waitFor()
  const type = async (...texts: string[]) => {
    for (const text of texts) {
      await page.keyboard.type(text)
      await page.keyboard.press('Enter')
    }
  }
  return {
    ...stage,
    keys,
    /** As on a document, from the top, with Enter behind each; '' where there is nothing. */
    type,
    /** Up to where Enter asks. */
    typeAll: async () => {
      await type('１２・３４', '5678', '', 'S55.5.2', '3', '06139992')
      await page.keyboard.type('00107')
    },
    asks: () => stage.asked.filter(({ route }) => route === ASK).map(({ body }) => body),
    has: (field: string) => page.locator(`#face-${field}:focus`).waitFor(),
  }
}
