import type { TestContext } from 'node:test'
import { openBatches } from '../../../agent/eligibility/batches.ts'
import { type AskExpected, askInBulk, askOneByOne } from '../../../agent/eligibility/expected.ts'
import { checkRoster, type RosterCheckParts } from '../../../agent/eligibility/roster-check.ts'
import { openRosterDesk, type RosterWriter } from '../../../agent/eligibility/roster-desk.ts'
import { checkRoster as checkForm } from '../../../agent/intake/roster.ts'
import type { CardFace } from '../../../agent/kernel/card-face.ts'
import type { RosterChange } from '../../../agent/kernel/roster.ts'
import { judging } from '../../fakes/judging.ts'
import { checksAt } from '../intake/checks.ts'
import { deskOf as bulkDeskOf } from './batches-bed.ts'
import { deskOf as lineDeskOf } from './reasking-bed.ts'

export const never = new AbortController().signal
export const billing: RosterWriter = { consumerId: 'c1', idempotencyKey: null, role: 'billing' }
/** It has the check digit of an individual number, and is a patient’s number here. */
export const KNOWN_NUMBER = '100000000005'
export const birthdate = '19800502'
export const entryOf = (number: string, over: RosterChange = {}): RosterChange => ({
  patientNumber: `0000${number}`,
  kind: 'monthly',
  birthdate,
  cardFace: { insurerNumber: '06139992', insuredIdentificationNumber: number },
  ...over,
})

type Kept = Pick<Awaited<ReturnType<typeof lineDeskOf>>, 'store' | 'clock' | 'log'>

function rosterOf(kept: Kept, ask: AskExpected) {
  const desk = openRosterDesk({
    store: kept.store,
    clock: kept.clock,
    check: (typed) => checkForm(typed, checksAt(kept.clock.now(), [KNOWN_NUMBER])),
  })
  const fit = (face: CardFace) => face
  const parts: RosterCheckParts = { ...kept, ask, fit }
  return {
    desk,
    parts,
    check: (signal: AbortSignal = never) => checkRoster(parts, signal),
    add: async (sent: RosterChange) => (await desk.add(sent, billing)).entry.id,
    revoke: (id: string) => desk.consent(id, { is: 'revoked', by: '見本', at: null }, billing),
    consent: (id: string) => desk.consent(id, { is: 'given', by: '見本', at: null }, billing),
    stateOf: (id: string) => desk.find(id, null)?.eligibility.state,
  }
}

/** The roster where questions go over lines. */
export async function overLines(t: TestContext) {
  const bed = await lineDeskOf(t)
  return {
    ...bed,
    ...rosterOf(bed, askOneByOne({ ...bed, canAsk: () => true })),
    /** Waits until the check pauses; the re-asking sleeps all the while. */
    async paused() {
      while (bed.clock.sleeping() < 2) await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

/** The roster where questions go through the terminal, over a scripted gateway. */
export async function overTerminal(t: TestContext) {
  const bed = await bulkDeskOf(t)
  return {
    ...bed,
    ...rosterOf(bed, askInBulk(bed.batches)),
    /** Of the one bulk question that is open. */
    openBatch: () => bed.store.batches.open().at(-1)?.id ?? '',
  }
}

/** Bulk questions that are on disk and never handed over: the process ended between the two. */
export function killedBefore(bed: Awaited<ReturnType<typeof overTerminal>>): RosterCheckParts {
  const { store, clock, parts } = bed
  const dead = openBatches({
    ...parts,
    clock,
    judging,
    gateway: bed.gateway,
    onBug: () => {},
    store: { ...store, batches: { ...store.batches, find: () => undefined } },
  })
  return { ...parts, ask: askInBulk(dead) }
}
