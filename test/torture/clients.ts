import { patients } from '../../agent/sim/patients.ts'
import { askUntilAnswered, pause, type Request, type World } from './asking.ts'
import type { Entry, Ledger } from './ledger.ts'
import type { Chance } from './random.ts'

const THINKING_MS = 10
/** Of the lookups: sent over two connections at once, and sent again long after its answer. */
const TWICE = 0.2
const AGAIN = 0.1

/** Sends lookups, each with its own key and each until it is answered, until `isOver`. */
export async function runClient(
  name: string,
  world: World,
  ledger: Ledger,
  chance: Chance,
  isOver: () => boolean,
): Promise<void> {
  const done: { readonly request: Request; readonly entry: Entry }[] = []
  for (let n = 1; !isOver(); n += 1) {
    const patient = chance.of(patients)
    const mark = `${name}-${n}`
    const entry = ledger.open({
      mark,
      kind: 'lookup',
      about: [{ outcome: patient.outcome, birthdate: patient.cardFace.birthdate }],
    })
    const request = {
      path: '/v1/verifications',
      body: { ...patient.cardFace, patientNumber: patient.number, arbitraryIdentifier: mark },
      headers: { 'idempotency-key': `key-${mark}` },
    }
    const ask = () => askUntilAnswered(world, chance, request, entry)
    await (chance.happens(TWICE) ? Promise.all([ask(), ask()]) : ask())
    done.push({ request, entry })
    if (chance.happens(AGAIN)) {
      const old = chance.of(done)
      await askUntilAnswered(world, chance, old.request, old.entry)
    }
    await pause(world, chance, THINKING_MS)
  }
}
