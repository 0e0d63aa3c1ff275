import { Value } from 'typebox/value'
import type { Asking } from '../../agent/api/ports.ts'
import type { ConsentAct, Roster, RosterRow } from '../../agent/api/roster-port.ts'
import { standingOf } from '../../agent/eligibility/roster-standing.ts'
import { AgentError } from '../../agent/kernel/errors.ts'
import {
  type MonthEligibility,
  type RosterChange,
  type RosterEntry,
  RosterForm,
  type RosterStanding,
} from '../../agent/kernel/roster.ts'

const NOW = Date.parse('2026-04-10T09:00:00+09:00')

/** A roster in memory that keeps what it is sent. Throws `refuse` when it is set. */
export class FakeRoster implements Roster {
  readonly entries: RosterEntry[] = []
  readonly writes: { readonly what: string; readonly sent: unknown; readonly by: Asking }[] = []
  readonly eligibility = new Map<string, MonthEligibility>()
  refuse: Error | undefined
  version = 0

  list(month: string | null) {
    return { items: this.entries.map((one) => this.#standing(one, month)), version: this.version }
  }

  find(id: string, month: string | null): RosterStanding | undefined {
    const entry = this.entries.find((one) => one.id === id)
    return entry && this.#standing(entry, month)
  }

  async add(sent: RosterChange, by: Asking) {
    return this.#put(`e${this.entries.length + 1}`, sent, 'add', by)
  }

  async change(id: string, sent: RosterChange, version: number | null, by: Asking) {
    this.#present(id)
    return this.#put(id, sent, `change ${version}`, by)
  }

  async replace(rows: readonly RosterRow[], version: number | null, by: Asking) {
    this.#wrote(`replace ${version}`, rows, by)
  }

  async remove(id: string, by: Asking) {
    this.#present(id)
    this.#wrote(`remove ${id}`, null, by)
  }

  async consent(id: string, act: ConsentAct, by: Asking) {
    this.#wrote(`consent ${id}`, act, by)
    return this.#standing(this.#present(id), null)
  }

  #wrote(what: string, sent: unknown, by: Asking): void {
    if (this.refuse !== undefined) throw this.refuse
    this.version += 1
    this.writes.push({ what, sent, by })
  }

  #present(id: string): RosterEntry {
    const entry = this.entries.find((one) => one.id === id)
    if (entry === undefined) throw new AgentError('NOT_FOUND', 'no such roster entry')
    return entry
  }

  #put(id: string, sent: RosterChange, what: string, by: Asking): RosterStanding {
    this.#wrote(what, sent, by)
    const before = this.entries.find((one) => one.id === id)
    const form: unknown = { ...before?.form, ...sent }
    if (!Value.Check(RosterForm, form)) throw new Error('the test sent no entry')
    const entry: RosterEntry = {
      id,
      at: NOW,
      changedAt: NOW,
      version: this.version,
      form,
      standingConsent: before?.standingConsent ?? null,
    }
    if (before === undefined) this.entries.push(entry)
    else this.entries[this.entries.indexOf(before)] = entry
    return this.#standing(entry, null)
  }

  #standing(entry: RosterEntry, month: string | null): RosterStanding {
    const unconfirmed = { state: 'unconfirmed', verificationId: null, at: null } as const
    return standingOf(entry, month ?? '2026-04', this.eligibility.get(entry.id) ?? unconfirmed, NOW)
  }
}
