import type { CardSimulator } from '../../agent/sim/card/command.ts'
import type { Patient } from '../../agent/sim/patients/element.ts'
import { patients } from '../../agent/sim/patients.ts'
import { askUntilAnswered, pause, type World } from './asking.ts'
import type { Ledger } from './ledger.ts'
import type { Chance } from './random.ts'
import { waitingIn } from './wire.ts'

/** Between two looks at the screen. */
const GLANCE_MS = 15
/** Of the taps: never confirmed, confirmed by two people at once, confirmed with the card away. */
const IGNORED = 0.15
const TWICE = 0.2
const AWAY = 0.3

export interface Desk {
  readonly world: World
  readonly ledger: Ledger
  readonly card: CardSimulator
  readonly chance: Chance
}

/** Puts card after card on the reader and confirms each tap until that is answered. */
export async function runDesk(desk: Desk, isOver: () => boolean): Promise<void> {
  const { card, chance } = desk
  const known = new Set<string>()
  let before: Patient | undefined
  while (!isOver()) {
    const patient = chance.of(patients)
    await card.tap({ kind: 'my-number', patient: patient.number })
    const id = await tapSeen(desk, known, isOver)
    if (id !== undefined) {
      known.add(id)
      // What was read of the card before may show late.
      const standing = before === undefined ? [patient] : [patient, before]
      await confirm(desk, id, `reception-${known.size}`, standing)
    }
    await card.remove()
    before = patient
  }
}

/** The id of a new tap; undefined when the run is over first. */
async function tapSeen(
  { world, chance }: Desk,
  known: ReadonlySet<string>,
  isOver: () => boolean,
): Promise<string | undefined> {
  while (!isOver()) {
    const answer = await world.wire.get('/v1/presentations')
    const waiting = answer?.status === 200 ? waitingIn(answer.body) : []
    const tap = waiting.findLast(
      ({ id, kind, state, cardPresent }) =>
        kind === 'my-number-card' && state === 'waiting' && cardPresent && !known.has(id),
    )
    if (tap !== undefined) return tap.id
    await pause(world, chance, GLANCE_MS)
  }
  return undefined
}

async function confirm(
  { world, ledger, card, chance }: Desk,
  id: string,
  by: string,
  standing: readonly Patient[],
): Promise<void> {
  const entry = ledger.open({
    mark: by,
    kind: 'tap',
    about: standing.map(({ outcome, cardExpires, cardFace }) => ({
      // By card, the official side refuses a certificate past its end.
      outcome: cardExpires === 'already' ? 'failed' : outcome,
      birthdate: cardFace.birthdate,
    })),
  })
  if (chance.happens(IGNORED)) return entry.end('unconfirmed')
  if (chance.happens(AWAY)) await card.remove()
  const request = { path: `/v1/presentations/${id}/confirmation`, body: { by }, headers: {} }
  world.witness.confirming()
  const ask = () => askUntilAnswered(world, chance, request, entry)
  await (chance.happens(TWICE) ? Promise.all([ask(), ask()]) : ask())
}
