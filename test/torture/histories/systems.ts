import { setTimeout as wait } from 'node:timers/promises'
import type { FhirSimulator } from '../../../agent/sim/fhir/server.ts'
import type { OrcaSimulator } from '../../../agent/sim/orca/server.ts'
import type { Chance } from '../random.ts'
import type { Scene } from './scene.ts'

/** What goes wrong at ORCA and at the EHR, one thing after the other, until `calm`. */
export interface Troubles {
  /** How often something was made to go wrong, by kind. */
  readonly made: ReadonlyMap<string, number>
  calm(): Promise<void>
}

interface Options extends Pick<Scene, 'orca' | 'ehr' | 'onServed'> {
  readonly people: number
  /** How often each system never answers: the sender waits for 10 s then. */
  readonly hangs: number
  readonly chance: Chance
}

/** Requests between two troubles of one system: it is counted in what it serves, or it would have no good moment. */
const GAP = { least: 2, most: 40 }
const LOCK_MS = 300
const DELAY_MS = 60
/** Questions that a person has to decide; some are never heard. */
const QUESTIONS = 5

type Trouble = () => void | Promise<void>
type Troubling = Readonly<Record<string, Trouble>>

export function makeTroubles({ orca, ehr, people, hangs, chance, onServed }: Options): Troubles {
  const made = new Map<string, number>()
  const working = new Set<Promise<void>>()
  let isCalm = false
  const paced = (system: string, troubles: Troubling, own: Chance) => {
    const names = Object.keys(troubles)
    let left = GAP.least
    return () => {
      left -= 1
      if (isCalm || left > 0) return
      left = GAP.least + own.below(GAP.most)
      const name = own.of(names)
      made.set(`${system} ${name}`, (made.get(`${system} ${name}`) ?? 0) + 1)
      const work = Promise.resolve(troubles[name]?.()).finally(() => working.delete(work))
      working.add(work)
    }
  }
  const ofOrca = orcaTroubles(orca, people, hangs, chance.fork())
  onServed('orca', paced('orca', ofOrca, chance.fork()))
  onServed('ehr', paced('fhir', ehrTroubles(ehr, hangs, chance.fork()), chance.fork()))
  return {
    made,
    async calm() {
      isCalm = true
      await Promise.all(working)
      orca.behave({ mode: 'normal' })
      ehr.behave({ mode: 'normal' })
    },
  }
}

/** So often at the most; afterwards something else. */
function limited(most: number, trouble: Trouble, otherwise: Trouble): Trouble {
  let count = 0
  return () => {
    count += 1
    return count <= most ? trouble() : otherwise()
  }
}

function orcaTroubles(
  orca: OrcaSimulator,
  people: number,
  hangs: number,
  chance: Chance,
): Troubling {
  const once = { times: 1 } as const
  const steps = ['00', '01', '02', '03', '99'] as const
  const atStep = () => ({ at: 'patientmodv32', step: chance.of(steps), ...once }) as const
  const busy = () => orca.behave({ mode: 'busy', retryAfterSeconds: 0, ...once })
  return {
    'dropped before': () => orca.behave({ mode: 'drop', ...once }),
    'dropped after, a step': () => orca.behave({ mode: 'drop', processed: true, ...atStep() }),
    'dropped after, a registration': () =>
      orca.behave({ mode: 'drop', processed: true, at: 'patientmodv2', ...once }),
    'error at a step': () => orca.behave({ mode: 'status', status: 500, ...atStep() }),
    busy,
    'too many': () => orca.behave({ mode: 'too-many', retryAfterSeconds: 0, ...once }),
    html: () => orca.behave({ mode: 'html', ...once }),
    cut: () => orca.behave({ mode: 'cut', ...atStep() }),
    garbage: () => orca.behave({ mode: 'garbage', ...once }),
    slow: () => orca.behave({ mode: 'slow', delayMs: chance.below(DELAY_MS), ...once }),
    'in use': () => orca.behave({ mode: 'in-use', ...atStep() }),
    question: limited(QUESTIONS, () => orca.behave({ mode: 'ask', times: QUESTIONS }), busy),
    hang: limited(hangs, () => orca.behave({ mode: 'hang', ...once }), busy),
    restarted: () => orca.restart(),
    'opened by a person': async () => {
      const id = String(1 + chance.below(people)).padStart(5, '0')
      if (!orca.lockBy(id, '受付')) return
      await wait(chance.below(LOCK_MS))
      orca.unlockBy(id, '受付')
    },
  }
}

function ehrTroubles(ehr: FhirSimulator, hangs: number, chance: Chance): Troubling {
  const once = { times: 1 } as const
  const busy = () => ehr.behave({ mode: 'busy', retryAfterSeconds: 0, ...once })
  return {
    'dropped before': () => ehr.behave({ mode: 'drop-before', ...once }),
    'dropped after': () => ehr.behave({ mode: 'drop-after', at: 'write', ...once }),
    error: () => ehr.behave({ mode: 'status', status: 500, ...once }),
    'error after': () => ehr.behave({ mode: 'status-after', at: 'write', ...once }),
    busy,
    'too many': () => ehr.behave({ mode: 'too-many', retryAfterSeconds: 0, ...once }),
    'login page': () => ehr.behave({ mode: 'login-page', ...once }),
    cut: () => ehr.behave({ mode: 'cut', ...once }),
    reset: () => ehr.behave({ mode: 'reset', at: 'write', ...once }),
    garbage: () => ehr.behave({ mode: 'garbage', ...once }),
    truncated: () => ehr.behave({ mode: 'truncated', at: 'write', ...once }),
    slow: () => ehr.behave({ mode: 'slow', delayMs: chance.below(DELAY_MS), ...once }),
    late: () =>
      ehr.behave({ mode: 'late', at: 'create', delayMs: chance.below(DELAY_MS), ...once }),
    hang: limited(hangs, () => ehr.behave({ mode: 'hang-after', ...once }), busy),
  }
}
