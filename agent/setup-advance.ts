import { existsSync } from 'node:fs'
import { nextOf, type Planned, planOf, type StepView, type Words } from './ops/setup/plan.ts'
import { hasKept } from './setup-kept.ts'
import type { SetupWork } from './setup-parts.ts'
import { type SetupWorld, stepViews } from './setup-steps.ts'
import { doStep } from './setup-work.ts'

/** Where every step stands now, or would with other ones done. */
export const planNow = (work: SetupWork, done = work.progress.kept().done): Planned[] =>
  planOf(stepViews(work.answers, worldOf(work)).map(heldBack(work)), done)

const ASKING: Words = {
  ja: '質問に答えたら続けます。',
  en: 'answers to the questions below',
}

const heldBack =
  ({ asking }: SetupWork) =>
  (step: StepView): StepView =>
    asking.has(step.name) ? { ...step, waitsFor: step.waitsFor ?? ASKING } : step

const worldOf = (work: SetupWork): SetupWorld => ({
  recipient: work.progress.kept().recipient ?? null,
  isFile: existsSync,
  hasSecret: (name) => work.typed.has(name) || hasKept(work, name),
})

/** Where a step did not get done, and why it threw. */
export interface Hindered {
  readonly step: Planned
  readonly error: unknown
}

/**
 * Does one step after the other until none is ready. Each is on disk as done before the next begins.
 * Gives what hindered one, `left` where a person went away; undefined where nothing did.
 */
export async function advance(work: SetupWork): Promise<Hindered | 'left' | undefined> {
  for (let step = nextOf(planNow(work)); step !== undefined; step = nextOf(planNow(work))) {
    work.say(`- ${step.title.ja} / ${step.title.en}`)
    try {
      if ((await doStep(step.name, work)) === 'left') return 'left'
    } catch (error) {
      return { step, error }
    }
    work.progress.did(step.name, step.fingerprint, work.clock.now())
  }
  return undefined
}
