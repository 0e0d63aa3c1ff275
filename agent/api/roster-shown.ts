import { Type } from 'typebox'
import type { RosterEntry, RosterStanding } from '../kernel/roster.ts'
import { ShownRosterEntry } from '../kernel/roster-shown.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { timeOrNull } from './answers.ts'

export const RosterList = Type.Object({
  items: Type.Array(ShownRosterEntry, { description: 'By patient number.' }),
  seen: Type.Array(Type.String(), {
    description: 'Fields that the caller sees, e.g. device.supplier.',
  }),
  editable: Type.Array(Type.String(), { description: 'Fields that the caller may change.' }),
})

/** An entry with everything that there is, for `rosterEntryFor`. */
export function shownRosterEntry(standing: RosterStanding): ShownRosterEntry {
  const { entry, eligibility, advisories } = standing
  const { name, nameKana, birthdate, contractEnd, owner, note, ...form } = entry.form
  return {
    id: entry.id,
    at: toRfc3339(entry.at),
    changedAt: toRfc3339(entry.changedAt),
    version: entry.version,
    patientNumber: form.patientNumber,
    kind: form.kind,
    name: name ?? null,
    nameKana: nameKana ?? null,
    birthdate: birthdate ?? null,
    cardFace: shownCard(entry.form),
    device: shownDevice(entry.form),
    contractEnd: contractEnd ?? null,
    owner: owner ?? null,
    note: note ?? null,
    standingConsent: shownConsent(entry),
    month: standing.month,
    eligibility: { ...eligibility, at: timeOrNull(eligibility.at) },
    needsCheck: standing.needsCheck,
    contractNotice: standing.contractNotice,
    statusColour: standing.statusColour,
    advisories: [...advisories],
  }
}

function shownCard({ cardFace }: RosterEntry['form']): ShownRosterEntry['cardFace'] {
  if (cardFace === undefined) return null
  const { insuredCardSymbol = null, insuredBranchNumber = null, ...card } = cardFace
  return { ...card, insuredCardSymbol, insuredBranchNumber }
}

function shownDevice({ device }: RosterEntry['form']): ShownRosterEntry['device'] {
  if (device === undefined) return null
  const { name = null, contractNumber = null, supplier = null } = device
  return { name, contractNumber, supplier }
}

function shownConsent({ standingConsent }: RosterEntry): ShownRosterEntry['standingConsent'] {
  if (standingConsent === null) return null
  const { given, revoked } = standingConsent
  return {
    since: timeOrNull(given?.at ?? null),
    by: given?.by ?? null,
    revokedAt: timeOrNull(revoked?.at ?? null),
    revokedBy: revoked?.by ?? null,
  }
}
