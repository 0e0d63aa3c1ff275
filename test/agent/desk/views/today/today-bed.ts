import type { Locator } from 'playwright-core'
import type { Verification } from '../../../../../agent/kernel/verification.ts'
import { sampleEvent, sampleVerification } from '../../../../bed/desk-samples.ts'
import { openStage, type Stage, type StageOptions } from '../../../../bed/desk-stage.ts'

const [result] = sampleVerification().results
export const patient = { id: 'p', firstSeenHere: false, insurerChanged: false }

/** One of an invented person, in the order of their numbers: `v-1` is the oldest. */
export function person(number: number, given: Partial<Verification> = {}) {
  const name = `見本　${'一二三四五六七八九'.charAt(number - 1)}郎`
  const referenceNumber = `0010${number}`
  return sampleEvent(
    {
      id: `v-${number}`,
      results: [
        { ...result, name, nameKana: `ミホン　${'アイウエオカキクケ'.charAt(number - 1)}ロウ` },
      ],
      patient: { ...patient, referenceNumber, name },
      patientNumber: referenceNumber,
      ...given,
    },
    `2026-04-01T09:0${number}:00+09:00`,
  )
}

export const different = {
  comparedWith: 'patient',
  patientId: 'p',
  candidates: 1,
  count: 2,
  differences: {
    name: { known: '見本　二郎', returned: '例示　祥子' },
    birthdate: { known: '19800502', returned: '19850611' },
  },
} as const

export const three = () => [person(1), person(2, { outcome: 'not-found' }), person(3)]

/** Closed however the test ends. */
export async function openToday(options: StageOptions = {}, items = three()) {
  const stage = await openStage({
    ...options,
    answers: { 'GET /v1/verifications': { items, cursor: 'c0' }, ...options.answers },
  })
  stage.page.setDefaultTimeout(10_000)
  await stage.page.getByRole('link', { name: '本日' }).click()
  await stage.page.getByRole('heading', { name: '本日の照会' }).waitFor()
  return Object.assign(stage, { [Symbol.asyncDispose]: () => stage.close() })
}

export const names = (stage: Stage) =>
  stage.page.getByRole('option').locator('.person strong').allInnerTexts()
export const sentTo = (stage: Stage, end: string) =>
  stage.asked.filter(({ route }) => route.startsWith('POST ') && route.endsWith(end))
export const textOf = async (locator: Locator) => (await locator.textContent()) ?? ''
/** Focus moves after the page was drawn. */
export const focusIs = (stage: Stage, id: string) => stage.page.locator(`#${id}:focus`).waitFor()
