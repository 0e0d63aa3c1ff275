import type { DeskState } from '../api/desk-shapes.ts'
import type { FeedEvent } from '../kernel/verification.ts'

export interface LiveHearer {
  state(state: DeskState): void
  item(event: FeedEvent): void
  /** The session is no longer what it was: locked, ended. */
  session(): void
  connected(isConnected: boolean): void
  /** The agent gave no stream: the session or the cursor is not good any more. Nothing comes after. */
  refused(): void
}

export interface Live {
  close(): void
}

/** The agent says how everything is every ten seconds; two that are missing are no accident. */
const SILENT_MS = 22_000

/**
 * What happens, as it happens. The browser connects again by itself and tells the last cursor; a
 * connection that is there and silent is taken for what it is, dead, and made anew.
 * `after`: cursor, or null for who gets no feed.
 */
export function openLive(after: string | null, hear: LiveHearer): Live {
  let source: EventSource | undefined
  let cursor = after
  let timer: number | undefined

  const watch = () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => {
      hear.connected(false)
      connect()
    }, SILENT_MS)
  }
  const alive = () => {
    watch()
    hear.connected(true)
  }
  function connect() {
    source?.close()
    watch()
    const query = cursor === null ? '' : `?after=${encodeURIComponent(cursor)}`
    const opened = new EventSource(`/desk/live${query}`)
    source = opened
    opened.addEventListener('state', ({ data }) => {
      alive()
      hear.state(JSON.parse(data))
    })
    opened.addEventListener('item', ({ data, lastEventId }) => {
      cursor = lastEventId
      alive()
      hear.item(JSON.parse(data))
    })
    opened.addEventListener('session', () => hear.session())
    opened.addEventListener('error', () => {
      hear.connected(false)
      if (opened.readyState === EventSource.CLOSED) refused()
    })
  }
  const refused = () => {
    window.clearTimeout(timer)
    hear.refused()
  }
  connect()
  return {
    close() {
      window.clearTimeout(timer)
      source?.close()
    },
  }
}
