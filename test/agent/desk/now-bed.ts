import type { TestContext } from 'node:test'
import type { DeskState } from '../../../agent/api/desk-shapes.ts'
import { faults } from '../../../agent/kernel/faults.ts'
import type { Reception } from '../../../agent/kernel/judgement.ts'
import type { Verification } from '../../../agent/kernel/verification.ts'
import { sampleEvent, sampleTap } from '../../bed/desk-samples.ts'
import { openStage, type StageOptions, stateOf } from '../../bed/desk-stage.ts'

const reception: Reception = {
  at: '2026-04-01T09:30:00+09:00',
  inHours: true,
  band: 'day',
  day: 'weekday',
  holiday: null,
  timeClass: 'in-hours',
  matched: ['in-hours'],
  basis: '診療時間内です。',
  clock: 'synchronised',
  afterHoursLevel: null,
}
export const came = (given: Partial<Verification> = {}, at?: string) =>
  sampleEvent({ reception, ...given }, at)
export const CONFIRM = `POST /v1/presentations/${sampleTap().id}/confirmation`
export const faultOf = (code: keyof typeof faults) => ({
  ...faults[code],
  code,
  detail: 'not shown',
})

/** The view いま on the stage. */
export async function stageFor(t: TestContext, options: StageOptions = {}) {
  const stage = await openStage(options)
  t.after(() => stage.close())
  await stage.page.getByRole('heading', { name: 'いま', exact: true }).waitFor()
  return {
    ...stage,
    /** A new state, as the agent sends it. */
    state: (given: Partial<DeskState>) => stage.push('state', { ...stateOf(), ...given }),
    confirmations: () => stage.asked.filter(({ route }) => route === CONFIRM),
  }
}
