import type { DayList } from '../../../api/desk-shapes.ts'
import type { FeedEvent } from '../../../kernel/verification.ts'
import type { App } from '../../app.ts'
import { dayNow } from '../../calendar.ts'
import { type Answer, saidIn, type Trouble } from '../../call.ts'
import { type Day, openDay } from '../../day.ts'
import { afterDraw, focusOn, focusSoon } from '../../focus.ts'
import { calledOf } from '../../person.ts'
import { routeNow } from '../../route.ts'
import { BUSY, clockOf } from '../../words.ts'
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
  /** From where the patient was referred, as it is being typed, and of whom it was typed. */
  referral: string
  referred: string | undefined
  trouble: Trouble | null
  isLoading: boolean
  /** What is on its way: no second one is sent. */
  busy: 'asking' | 'noting' | null
}

/** A day of verifications as one looks through it. */
export interface Model {
  readonly at: Readonly<Shown>
  /** Newest first: what was searched for, and the open one. */
  rows(): readonly Row[]
  /** What was searched for, and nothing else. */
  found(): readonly Row[]
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
  /**
   * Asks the agent about the open one, one thing at a time; what is refused is shown, of one that is
   * open no more with its name. Undefined: refused, or not asked.
   */
  ask<T>(what: NonNullable<Shown['busy']>, call: () => Promise<Answer<T>>): Promise<T | undefined>
  /** The day as the agent has it now. */
  reload(): Promise<void>
}

export function openModel(app: App): Model {
  const at: Shown = {
    ...{ pickedDay: null, query: '', isNarrowed: false, limit: PAGE, isLoading: false },
    ...{ active: undefined, opened: undefined, trouble: null, busy: null },
    ...{ referral: '', referred: undefined },
  }
  let other: Day | undefined
  const all = cachedRows(() => other ?? app.day)
  const isWanted = (row: Row) => isFound(row, at.query) && (!at.isNarrowed || row.needsLook)
  const rows = () => all().filter((row) => row.id === at.opened || isWanted(row))
  const opened = () => all().find(({ id }) => id === at.opened)
  const places = openPlaces(app, at, rows)
  const loading = openLoading(app, at)
  const reload = async () => {
    const { pickedDay } = at
    if (pickedDay === null) return loading.drop()
    const list = await loading.get<DayList>(`/v1/verifications?day=${pickedDay}`)
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
    ...{ at, all, rows, opened, reload, pick, ...places },
    found: () => all().filter(isWanted),
    ask: (what, call) => asking(app, at, { what, call, whose: opened() }),
    set(change) {
      Object.assign(at, change)
      app.changed()
    },
    async visit(id) {
      if (all().some((row) => row.id === id)) return places.open(id)
      const path = `/v1/verifications/${encodeURIComponent(id)}`
      const event = await loading.get<FeedEvent>(path)
      // Still being asked: it has no place in a list yet.
      if (event?.type === undefined) return
      const day = event.at.slice(0, 10)
      // It is open, and the list comes anew, as behind the lock: it stays as it was left.
      if (id === at.opened && day === (at.pickedDay ?? dayNow(app))) return
      await pick(day)
      if (day === (at.pickedDay ?? dayNow(app))) places.open(id)
    },
    take(event) {
      app.day.take(event)
      other?.take(event)
    },
  }
}

/** Reads what is to be shown: only what was wanted last, for hands are quicker than answers. */
function openLoading(app: App, at: Shown) {
  let turn = 0
  return {
    drop() {
      turn += 1
      at.isLoading = false
    },
    async get<T>(path: string): Promise<T | undefined> {
      turn += 1
      const mine = turn
      Object.assign(at, { isLoading: true, trouble: null })
      app.changed()
      const answer = await app.call<T>('GET', path)
      if (mine !== turn) return undefined
      Object.assign(at, { isLoading: false, trouble: answer.ok ? null : answer.trouble })
      app.changed()
      return answer.ok ? answer.body : undefined
    },
  }
}

interface Asked<T> {
  readonly what: NonNullable<Shown['busy']>
  readonly call: () => Promise<Answer<T>>
  readonly whose: Row | undefined
}

async function asking<T>(
  app: App,
  at: Shown,
  { what, call, whose }: Asked<T>,
): Promise<T | undefined> {
  if (at.busy !== null) {
    app.say(BUSY)
    return undefined
  }
  Object.assign(at, { busy: what, trouble: null })
  app.changed()
  const answer = await call()
  at.busy = null
  if (at.opened === whose?.id) at.trouble = answer.ok ? null : answer.trouble
  else if (!answer.ok && whose !== undefined)
    app.say(`${titleOf(whose)}：${saidIn(answer.trouble)}`)
  app.changed()
  return answer.ok ? answer.body : undefined
}

/** Whose it is and when, at the head of what is open. */
export const titleOf = ({ person, entry }: Row): string =>
  `${calledOf(person)} ${clockOf(entry.at)}`

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
      const isOpen = id === at.opened
      if (id !== at.referred) Object.assign(at, { referral: '', referred: id })
      Object.assign(at, { opened: id, active: id, trouble: null })
      reach(indexOf(id))
      address(`#/today/${id}`)
      app.changed()
      // Behind the lock it was open all the time, and the focus is where it was left.
      if (isOpen) afterDraw(() => isWithin() || focusOn(`#${DETAIL}`))
      else focusSoon(`#${DETAIL}`)
    },
    close() {
      Object.assign(at, { opened: undefined, trouble: null })
      address('#/today')
      app.changed()
    },
  }
}

const isWithin = () => document.activeElement?.closest('.detail') != null

/**
 * The address may be kept or sent to a colleague; going there is not a step of its own. Who has gone to
 * another view before the answer came stays there.
 */
function address(hash: string): void {
  if (routeNow().name === 'today') history.replaceState(null, '', hash)
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
