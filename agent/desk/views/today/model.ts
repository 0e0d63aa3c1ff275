import type { DayList } from '../../../api/desk-shapes.ts'
import type { FeedEvent } from '../../../kernel/verification.ts'
import type { App } from '../../app.ts'
import { dayNow } from '../../calendar.ts'
import type { Answer, Trouble } from '../../call.ts'
import { type Day, openDay } from '../../day.ts'
import { focusSoon } from '../../focus.ts'
import { isFound, type Row, rowsOf } from './rows.ts'

/** Lines that are drawn at first: an old PC draws them at each change. More come where one goes there. */
const PAGE = 100

/** Ids: the focus goes to the detail that was opened, and back to the list. */
export const DETAIL = 'today-detail'
export const LIST = 'today-list'

/** What is shown, and what is being typed. */
interface Shown {
  /** Null: today, live. */
  pickedDay: string | null
  query: string
  isNarrowed: boolean
  limit: number
  /** The line that the arrow keys stand on. */
  active: string | undefined
  opened: string | undefined
  /** From where the patient was referred, as it is being typed. */
  referral: string
  trouble: Trouble | null
  /** What is on its way: no second one is sent. */
  busy: 'loading' | 'asking' | 'noting' | null
}

/** A day of verifications as one looks through it. */
export interface Model {
  readonly at: Readonly<Shown>
  /** Newest first: what was searched for, and the open one. */
  rows(): readonly Row[]
  all(): readonly Row[]
  opened(): Row | undefined
  set(change: Partial<Pick<Shown, 'query' | 'isNarrowed' | 'referral' | 'trouble'>>): void
  /** Goes up or down by so many lines. */
  step(by: number): void
  more(): void
  open(id: string): void
  close(): void
  pick(day: string): Promise<void>
  /** Opens one that may be of another day. */
  visit(id: string): Promise<void>
  take(event: FeedEvent): void
  /** Asks the agent, one thing at a time; what is refused is shown. Undefined: refused, or not asked. */
  ask<T>(what: NonNullable<Shown['busy']>, call: () => Promise<Answer<T>>): Promise<T | undefined>
  /** The day as the agent has it now. */
  reload(): Promise<void>
}

export function openModel(app: App): Model {
  const at: Shown = {
    ...{ pickedDay: null, query: '', isNarrowed: false, limit: PAGE },
    ...{ active: undefined, opened: undefined, referral: '', trouble: null, busy: null },
  }
  let other: Day | undefined
  const all = cachedRows(() => other ?? app.day)
  const rows = () =>
    all().filter(
      (row) =>
        row.id === at.opened || (isFound(row, at.query) && (!at.isNarrowed || row.needsLook)),
    )
  const places = openPlaces(app, at, rows)
  const ask: Model['ask'] = async (what, call) => {
    if (at.busy !== null) return undefined
    Object.assign(at, { busy: what, trouble: null })
    app.changed()
    const answer = await call()
    Object.assign(at, { busy: null, trouble: answer.ok ? null : answer.trouble })
    app.changed()
    return answer.ok ? answer.body : undefined
  }
  const reload = async () => {
    if (at.pickedDay === null) return
    const path = `/v1/verifications?day=${at.pickedDay}`
    const list = await ask('loading', () => app.call<DayList>('GET', path))
    if (list === undefined) return
    other = openDay()
    for (const event of list.items) other.take(event)
    app.changed()
  }
  const pick = async (day: string) => {
    places.close()
    Object.assign(at, { active: undefined, limit: PAGE })
    at.pickedDay = day === '' || day === dayNow(app) ? null : day
    // Nothing of one day stands under the date of another meanwhile.
    other = at.pickedDay === null ? undefined : openDay()
    app.changed()
    await reload()
  }
  return {
    ...{ at, all, rows, ask, reload, pick, ...places },
    opened: () => all().find(({ id }) => id === at.opened),
    set(change) {
      Object.assign(at, change)
      app.changed()
    },
    async visit(id) {
      if (all().some((row) => row.id === id)) return places.open(id)
      const path = `/v1/verifications/${encodeURIComponent(id)}`
      const event = await ask('loading', () => app.call<FeedEvent>('GET', path))
      // Still being asked: it has no place in a list yet.
      if (event?.type === undefined) return
      await pick(event.at.slice(0, 10))
      places.open(id)
    },
    take(event) {
      app.day.take(event)
      other?.take(event)
    },
  }
}

/** Where one stands in the list. */
function openPlaces(app: App, at: Shown, rows: () => readonly Row[]) {
  const indexOf = (id: string | undefined) => rows().findIndex((row) => row.id === id)
  const reach = (index: number) => {
    at.limit = Math.max(at.limit, index + 1)
  }
  return {
    step(by: number) {
      const index = Math.min(Math.max(indexOf(at.active) + by, 0), rows().length - 1)
      at.active = rows()[index]?.id
      reach(index)
      app.changed()
    },
    more() {
      at.limit += PAGE
      app.changed()
    },
    open(id: string) {
      Object.assign(at, { opened: id, active: id, referral: '', trouble: null })
      reach(indexOf(id))
      // The address may be kept or sent to a colleague; going there is not a step of its own.
      history.replaceState(null, '', `#/today/${id}`)
      app.changed()
      focusSoon(`#${DETAIL}`)
    },
    close() {
      Object.assign(at, { opened: undefined, trouble: null })
      history.replaceState(null, '', '#/today')
      app.changed()
    },
  }
}

/** Another list of entries comes with each event, and with nothing else. */
function cachedRows(day: () => Day): () => readonly Row[] {
  let of: Day['entries'] | undefined
  let rows: readonly Row[] = []
  return () => {
    const { entries } = day()
    if (entries !== of) rows = rowsOf(entries)
    of = entries
    return rows
  }
}
