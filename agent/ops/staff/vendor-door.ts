import type { Conditions } from '../../kernel/conditions.ts'
import { AgentError } from '../../kernel/errors.ts'
import { uuidV7 } from '../../kernel/ids.ts'
import type { Clock, Log, Part } from '../../kernel/ports.ts'
import { toRfc3339 } from '../../kernel/time.ts'
import {
  isOpenAt,
  type NewWindow,
  type Person,
  type VendorAction,
  type VendorWindow,
} from '../../kernel/vendor-access.ts'
import type { VendorAccessRegistry } from '../../store/vendor-access.ts'

const SUBJECT = 'vendor'
const RETRY_MS = 60_000
const IDLE_MS = 24 * 3_600_000
const AGENT: Person = { id: 'agent', name: 'agent' }

interface Ground {
  readonly store: VendorAccessRegistry
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

/** The support vendor's way in: shut, until somebody of the clinic opens it for a while. */
export interface VendorDoor extends Part {
  isOpen(): boolean
  list(): readonly VendorWindow[]
  find(id: string): VendorWindow | undefined
  actions(id: string): readonly VendorAction[]
  /** Rejects with `VENDOR_OPEN`, `STORE_*`. */
  open(wanted: NewWindow, by: Person): Promise<VendorWindow>
  /** Shut at once, also where it cannot be written down. Rejects with `NOT_FOUND`, `STORE_*`. */
  shut(id: string, by: Person): Promise<VendorWindow>
  /** Rejects with `NOT_FOUND`, `VENDOR_REPORT_EARLY`, `STORE_*`. */
  confirm(id: string, by: Person): Promise<VendorWindow>
  /** Rejects with `STORE_*`: what cannot be written down is not done. */
  acted(actor: string, route: string): Promise<void>
  /** Calls back once it is shut, until unsubscribed. */
  onShut(hear: () => void): () => void
}

/** A window that was open when the process ended is so still, until its time. */
export function openVendorDoor(ground: Ground): VendorDoor {
  const { store, conditions, clock } = ground
  const hearers = new Set<() => void>()
  let current = store.open().find((one) => isOpenAt(one, clock.now()))
  let nap = new AbortController()
  const show = () => {
    if (current === undefined) conditions.clear('VENDOR_ACCESS_OPEN', SUBJECT)
    else conditions.raise('VENDOR_ACCESS_OPEN', SUBJECT, { until: toRfc3339(current.until) })
  }
  const isOpen = () => current !== undefined && isOpenAt(current, clock.now())
  const leave = () => {
    if (current === undefined) return
    current = undefined
    show()
    for (const hear of [...hearers]) hear()
  }
  const found = foundIn(store)
  show()
  const closing = new AbortController()
  /** By a clock that nobody sets as well: one that is set back makes no window longer. */
  const waitForEnd = async () => {
    const window = current
    const isSwept = window !== undefined || (await sweep(ground))
    if (window !== current) return
    nap = new AbortController()
    const woken = AbortSignal.any([nap.signal, closing.signal])
    const idleMs = isSwept ? IDLE_MS : RETRY_MS
    const pauseMs = window === undefined ? idleMs : Math.max(1, window.until - clock.now())
    await clock.sleep(pauseMs, woken)
    if (!woken.aborted) leave()
  }
  const watch = async () => {
    while (!closing.signal.aborted) await waitForEnd()
  }
  const watching = watch().catch(ground.onBug)
  return {
    isOpen,
    list: store.list,
    find: store.find,
    actions: store.actions,
    async open({ minutes, reason, plan }, by) {
      const at = clock.now()
      const id = uuidV7(at)
      await store.begin({ id, at, until: at + minutes * 60_000, by, reason, plan })
      current = found(id)
      show()
      nap.abort()
      return current
    },
    async shut(id, by) {
      found(id)
      if (current?.id === id) leave()
      try {
        await store.end({ id, at: clock.now(), by })
      } finally {
        nap.abort()
      }
      return found(id)
    },
    async confirm(id, by) {
      await store.confirm({ id, at: clock.now(), by })
      return found(id)
    },
    acted: (actor, route) => store.acted({ at: clock.now(), actor, route }),
    onShut(hear) {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
    async close() {
      closing.abort()
      await watching
    },
  }
}

const foundIn =
  (store: Pick<VendorAccessRegistry, 'find'>) =>
  (id: string): VendorWindow => {
    const one = store.find(id)
    if (one === undefined) throw new AgentError('NOT_FOUND', 'no such window')
    return one
  }

/** What nobody ended has ended with its time, or with the process. False: not all could be written. */
async function sweep({ store, clock, log }: Ground): Promise<boolean> {
  try {
    for (const { id, until } of store.open())
      await store.end({ id, at: Math.min(until, clock.now()), by: AGENT })
    return true
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
    log.warn({ code: error.code }, 'vendor-end-not-recorded')
    return false
  }
}
