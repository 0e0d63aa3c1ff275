import { Value } from 'typebox/value'
import { AgentError, asFault, type Mistake } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import { holdsIndividualNumber } from '../kernel/individual-number.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Role } from '../kernel/roles.ts'
import {
  RosterChange,
  type RosterEntry,
  type RosterForm,
  type RosterStanding,
} from '../kernel/roster.ts'
import { mergedAs } from '../kernel/roster-roles.ts'
import type { RosterWrite } from '../store/roster.ts'
import type { Store } from '../store/store.ts'
import { type Asker, requestKey } from './asker.ts'
import { monthOf } from './roster-standing.ts'
import { rosterIn, standingIn } from './roster-view.ts'

export interface RosterDeskParts {
  readonly store: Pick<Store, 'roster' | 'rosterQuestions'>
  readonly clock: Pick<Clock, 'now'>
  /** Throws `ROSTER_INVALID` or `INDIVIDUAL_NUMBER_REFUSED`. */
  readonly check: (typed: RosterChange) => RosterForm
}

/** Who writes, and what may be written by them. */
export interface RosterWriter extends Asker {
  readonly role: Role
}

/** A row of a whole list; `id` null: a new one, or known by its patient number and kind. */
export interface RosterRow {
  readonly id: string | null
  readonly sent: RosterChange
}

export interface ConsentAct {
  readonly is: 'given' | 'revoked'
  readonly by: string
  /** Epoch ms; null: now. */
  readonly at: number | null
}

/**
 * The home-care roster as people keep it. Whoever writes an entry changes the fields of their role
 * only; all others stay as they are. Everything rejects with `STORE_*` too.
 */
export interface RosterDesk {
  /** Of a month, YYYY-MM; null: the present one. `version` is the whole list's. */
  list(month: string | null): { readonly items: RosterStanding[]; readonly version: number }
  find(id: string, month: string | null): RosterStanding | undefined
  /**
   * Rejects with `FORBIDDEN` (naming the fields), `ROSTER_INVALID`, `INDIVIDUAL_NUMBER_REFUSED`,
   * `ROSTER_DUPLICATE`, `IDEMPOTENCY_KEY_REUSED`.
   */
  add(sent: RosterChange, by: RosterWriter): Promise<RosterStanding>
  /** `version`: that which was read; null: whatever is there. As `add`; `NOT_FOUND`, `ROSTER_CHANGED`. */
  change(
    id: string,
    sent: RosterChange,
    version: number | null,
    by: RosterWriter,
  ): Promise<RosterStanding>
  /** As `change`, for everybody at once; mistakes are of `items[i]`. Who is not in it is removed. */
  replace(rows: readonly RosterRow[], version: number | null, by: RosterWriter): Promise<void>
  /** Rejects with `NOT_FOUND`. */
  remove(id: string, by: RosterWriter): Promise<void>
  /** Rejects with `NOT_FOUND`, `ROSTER_INVALID`, `INDIVIDUAL_NUMBER_REFUSED`. */
  consent(id: string, act: ConsentAct, by: RosterWriter): Promise<RosterStanding>
}

export function openRosterDesk(parts: RosterDeskParts): RosterDesk {
  const { store, clock } = parts
  const standing = (entry: RosterEntry, month: string | null) => {
    const now = clock.now()
    return standingIn(store, entry, month ?? monthOf(now), now)
  }
  const present = (id: string): RosterEntry => {
    const entry = store.roster.find(id)
    if (entry === undefined) throw new AgentError('NOT_FOUND', 'no such roster entry')
    return entry
  }
  const headOf = (by: RosterWriter, request: object) => ({
    at: clock.now(),
    key: requestKey(by, JSON.stringify({ roster: request })),
    actor: by.consumerId ?? 'agent',
  })

  return {
    list(month) {
      const now = clock.now()
      return {
        items: rosterIn(store, month ?? monthOf(now), now),
        version: store.roster.version(),
      }
    },
    find(id, month) {
      const entry = store.roster.find(id)
      return entry && standing(entry, month)
    },
    async add(sent, by) {
      const form = formAs(parts, by.role, null, sent)
      const entry = { id: uuidV7(clock.now()), isNew: true, form }
      const head = headOf(by, { add: sent })
      const { id } = await store.roster.write({ entry, expected: null, ...head })
      return standing(present(id), null)
    },
    async change(id, sent, version, by) {
      const before = present(id)
      const form = formAs(parts, by.role, before.form, sent)
      const head = headOf(by, { change: id, version, sent })
      // What was merged is what was read: a change between the two is told, never undone.
      const expected = version ?? before.version
      await store.roster.write({ entry: { id, isNew: false, form }, expected, ...head })
      return standing(present(id), null)
    },
    async replace(rows, version, by) {
      const expected = version ?? store.roster.version()
      const entries = writesOf(parts, rows, by.role)
      await store.roster.replace({ entries, expected, ...headOf(by, { rows, version }) })
    },
    remove: (id, by) => store.roster.remove({ id, ...headOf(by, { remove: id }) }),
    async consent(id, act, by) {
      const { at, key, actor } = headOf(by, { id, act })
      const checked = checkedAct(act, present(id), at)
      await store.roster.consent({ id, is: act.is, act: checked, at, key, actor })
      return standing(present(id), null)
    },
  }
}

/** An entry as a role writes it, checked. */
function formAs(
  { check }: RosterDeskParts,
  role: Role,
  before: RosterForm | null,
  sent: RosterChange,
): RosterForm {
  const { merged, refused } = mergedAs(role, before ?? {}, sent)
  if (refused.length > 0) {
    const title = 'この役割では変更できない項目です。'
    const detail = `role ${role} may not change it`
    const mistakes = refused.map((field) => ({ field, title, detail }))
    throw new AgentError('FORBIDDEN', detail, { mistakes })
  }
  if (!Value.Check(RosterChange, merged)) throw new Error('two entries made something else')
  return check(merged)
}

/** Throws `ROSTER_INVALID` with the mistakes of all rows, `INDIVIDUAL_NUMBER_REFUSED` with the first. */
function writesOf(parts: RosterDeskParts, rows: readonly RosterRow[], role: Role): RosterWrite[] {
  const known = parts.store.roster.list()
  const mistakes: Mistake[] = []
  const writes = rows.flatMap(({ id, sent }, index): RosterWrite[] => {
    const at = `items[${index}].`
    const before = known.find((entry) => (id === null ? isTwin(entry, sent) : entry.id === id))
    if (id !== null && before === undefined) {
      mistakes.push({ field: `${at}id`, title: '名簿にない ID です。', detail: 'no such entry' })
      return []
    }
    try {
      const form = formAs(parts, role, before?.form ?? null, sent)
      return [{ id: before?.id ?? uuidV7(parts.clock.now()), isNew: before === undefined, form }]
    } catch (error) {
      const { code, message, mistakes: ofRow } = asFault(error)
      const inList = ofRow.map((one) => ({ ...one, field: at + one.field }))
      if (code === 'INDIVIDUAL_NUMBER_REFUSED')
        throw new AgentError(code, at + message, { mistakes: inList })
      if (code !== 'ROSTER_INVALID') throw error
      mistakes.push(...inList)
      return []
    }
  })
  refuse(mistakes)
  refuse(twiceIn(writes))
  return writes
}

function refuse(mistakes: readonly Mistake[]): void {
  if (mistakes.length === 0) return
  throw new AgentError('ROSTER_INVALID', `${mistakes.length} fields cannot be kept`, { mistakes })
}

/** An entry, or a patient and kind, that a list names a second time. */
function twiceIn(writes: readonly RosterWrite[]): Mistake[] {
  const title = '同じ方が2行あります。'
  const isSame = (one: RosterWrite, other: RosterWrite) =>
    one.id === other.id ||
    (one.form.patientNumber === other.form.patientNumber && one.form.kind === other.form.kind)
  return writes.flatMap((write, index) =>
    writes.findIndex((other) => isSame(write, other)) === index
      ? []
      : [{ field: `items[${index}].patientNumber`, title, detail: 'the same entry twice' }],
  )
}

const isTwin = ({ form }: RosterEntry, { patientNumber, kind }: RosterChange) =>
  form.patientNumber === patientNumber?.trim() && form.kind === kind

/** Who consented or revoked, and when. Neither is told before it happened. */
function checkedAct({ is, by, at }: ConsentAct, { standingConsent }: RosterEntry, now: number) {
  if (holdsIndividualNumber(by))
    throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', '`by` looks like an individual number')
  const since = at ?? now
  const givenAt = standingConsent?.given?.at ?? 0
  const mistakes: Mistake[] = []
  if (/\p{Cc}/u.test(by))
    mistakes.push({ field: 'by', title: '使えない文字があります。', detail: 'a control character' })
  if (since > now)
    mistakes.push({ field: 'at', title: 'これから先の日時です。', detail: 'in the future' })
  if (is === 'revoked' && since < givenAt)
    mistakes.push({
      field: 'at',
      title: '同意の日時より前です。',
      detail: 'before the consent was given',
    })
  refuse(mistakes)
  return { at: since, by: by.trim() }
}
