import type { Answers } from '../config/answers.ts'
import type { Clock } from './kernel/ports.ts'
import type { Credentials, RunProgram, Service } from './ops/setup/parts.ts'
import type { StepName } from './ops/setup/plan.ts'
import type { ProgressFile } from './ops/setup/progress.ts'
import type { SetupPlaces } from './setup-places.ts'
import type { SecretName } from './setup-steps.ts'

/** What a step works with. */
export interface SetupWork {
  readonly answers: Answers
  readonly places: SetupPlaces
  readonly credentials: Credentials
  readonly service: Service
  readonly run: RunProgram
  readonly progress: ProgressFile
  /** Secrets that were typed, and stand in no file yet. */
  readonly typed: ReadonlyMap<SecretName, string>
  readonly clock: Pick<Clock, 'now'>
  /** Steps about which a person is still asked. */
  readonly asking: ReadonlySet<StepName>
  /** agent.toml is a person's from now on. */
  readonly keepConfig: boolean
  /** Secrets are shown to the person who sits there; else they go into files. */
  readonly isAtTerminal: boolean
  say(text: string): void
  /** Whether the person who sits there says that it is done; where nobody does it is. */
  confirm(question: string): Promise<boolean>
}
