/** What setup does, in the order in which a clinic gets what each step needs. */
export const stepNames = [
  'way',
  'institution',
  'share',
  'lines',
  'certificate',
  'account',
  'readers',
  'network',
  'backup',
  'configuration',
  'paths',
  'service',
  'consumers',
  'staff',
  'first',
] as const
export type StepName = (typeof stepNames)[number]

/** A sentence for the clinic and one for operators. */
export interface Words {
  readonly ja: string
  readonly en: string
}

/** A step as far as it can be told from the answers alone. */
export interface StepView {
  readonly name: StepName
  readonly title: Words
  /** False: the answers so far have no use for it. */
  readonly applies: boolean
  /** What has to come first; null: everything is there. */
  readonly waitsFor: Words | null
  /** Of all that the step is made of; another one means that it has to be done again. */
  readonly fingerprint: string
}

/** A step that was done, of what. `at` is epoch ms. */
export interface Done {
  readonly at: number
  readonly fingerprint: string
}
export type Progress = Readonly<Partial<Record<StepName, Done>>>

/**
 * `behind`: an earlier step has to be done first. `waits`: something has to come from outside, which
 * `waitsFor` names.
 */
export type Standing = 'done' | 'ready' | 'waits' | 'behind' | 'not-needed'

export interface Planned extends StepView {
  readonly standing: Standing
  /** When it was done, epoch ms; null unless it is. */
  readonly doneAt: number | null
  /** Steps that it stands behind. */
  readonly behind: readonly StepName[]
}

/** What has to be done before; steps that are not needed count as done. */
const needs: Readonly<Record<StepName, readonly StepName[]>> = {
  way: [],
  institution: ['way'],
  share: ['institution'],
  lines: ['institution'],
  certificate: ['lines'],
  account: ['institution'],
  readers: ['institution'],
  network: ['institution'],
  backup: ['institution'],
  configuration: ['share', 'lines', 'certificate', 'account', 'readers', 'network', 'backup'],
  paths: ['configuration'],
  service: ['configuration', 'paths'],
  consumers: ['service'],
  staff: ['service'],
  first: ['service'],
}

/** Pure. Where every step stands. */
export function planOf(steps: readonly StepView[], progress: Progress): Planned[] {
  const planned = new Map<StepName, Planned>()
  for (const step of steps) {
    const behind = needs[step.name].filter((name) => !isOver(planned.get(name)))
    const done = progress[step.name]
    const isDone = done?.fingerprint === step.fingerprint && behind.length === 0
    const standing = standingOf(step, isDone, behind)
    const doneAt = standing === 'done' ? (done?.at ?? null) : null
    planned.set(step.name, { ...step, standing, doneAt, behind })
  }
  return [...planned.values()]
}

function standingOf(step: StepView, isDone: boolean, behind: readonly StepName[]): Standing {
  if (!step.applies) return 'not-needed'
  // Also where the file that it was made of is gone since.
  if (isDone) return 'done'
  // Something that has to come from outside is told early: its letter takes days.
  if (step.waitsFor !== null) return 'waits'
  return behind.length > 0 ? 'behind' : 'ready'
}

/** A step that this release does not have is nothing to wait for. */
const isOver = (step: Planned | undefined) =>
  step === undefined || step.standing === 'done' || step.standing === 'not-needed'

/** Pure. What is to be done now; undefined when everything is done or waits. */
export const nextOf = (plan: readonly Planned[]): Planned | undefined =>
  plan.find(({ standing }) => standing === 'ready')

/** Pure. Whether nothing is left, or what is left waits. */
export const isComplete = (plan: readonly Planned[]): boolean => plan.every(isOver)
