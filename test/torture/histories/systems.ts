import { setTimeout as wait } from 'node:timers/promises'
import type { FhirSimulator } from '../../../agent/sim/fhir/server.ts'
import type { OrcaSimulator } from '../../../agent/sim/orca/server.ts'
import type { Chance } from '../random.ts'

/** What goes wrong at ORCA and at the EHR, one thing after the other, until `calm`. */
export interface Troubles {
  /** How often something was made to go wrong, by kind. */
  readonly made: ReadonlyMap<string, number>
  calm(): Promise<void>
}

interface Options {
  readonly orca: OrcaSimulator
  readonly ehr: FhirSimulator
  readonly people: number
  /** How often each system never answers: the sender waits for 10 s then. */
  readonly hangs: number
  readonly chance: Chance
}

/** Between two troubles of one system. */
const PAUSE_MS = 150
const LOCK_MS = 300
const DELAY_MS = 60
/** Questions that a person has to decide; some are never heard. */
const QUESTIONS = 5

type Trouble = () => void | Promise<void>

export function makeTroubles({ orca, ehr, people, hangs, chance }: Options): Troubles {
  const made = new Map<string, number>()
  const over = new AbortController()
  const { signal } = over
  const ofOrca = orcaTroubles(orca, people, hangs, chance.fork())
  const ofEhr = ehrTroubles(ehr, hangs, chance.fork())
  const run = async (troubles: Readonly<Record<string, Trouble>>, own: Chance, system: string) => {
    const names = Object.keys(troubles)
    while (!signal.aborted) {
      await wait(own.below(PAUSE_MS), undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      const name = own.of(names)
      made.set(`${system} ${name}`, (made.get(`${system} ${name}`) ?? 0) + 1)
      await troubles[name]?.()
    }
  }
  const done = [run(ofOrca, chance.fork(), 'orca'), run(ofEhr, chance.fork(), 'fhir')]
  return {
    made,
    async calm() {
      over.abort()
      await Promise.all(done)
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
): Readonly<Record<string, Trouble>> {
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

function ehrTroubles(
  ehr: FhirSimulator,
  hangs: number,
  chance: Chance,
): Readonly<Record<string, Trouble>> {
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
