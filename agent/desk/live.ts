import type { DeskState } from '../api/desk-shapes.ts'
import type { FeedEvent } from '../kernel/verification.ts'

export interface LiveHearer {
  state(state: DeskState): void
  item(event: FeedEvent): void
  /** The session is no longer what it was: locked, ended. */
  session(): void
  connected(isConnected: boolean): void
}

export interface Live {
  close(): void
}

/** The agent says how everything is every ten seconds; two that are missing are no accident. */
const SILENT_MS = 22_000

/**
 * What happens, as it happens. The browser connects again by itself and tells the last cursor; a
 * connection that is there and silent is taken for what it is, dead, and made anew.
 * `after`: cursor, or null where the role has no feed.
 */
export function openLive(after: () => string | null, hear: LiveHearer): Live {
  let source: EventSource | undefined
  let cursor = after()
  let timer: number | undefined

  const alive = () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(silent, SILENT_MS)
    hear.connected(true)
  }
  const silent = () => {
    hear.connected(false)
    connect()
  }
  function connect() {
    source?.close()
    window.clearTimeout(timer)
    timer = window.setTimeout(silent, SILENT_MS)
    const query = cursor === null ? '' : `?after=${encodeURIComponent(cursor)}`
    source = new EventSource(`/desk/live${query}`)
    source.addEventListener('state', ({ data }) => {
      alive()
      hear.state(JSON.parse(data))
    })
    source.addEventListener('item', ({ data, lastEventId }) => {
      cursor = lastEventId
      alive()
      hear.item(JSON.parse(data))
    })
    source.addEventListener('session', () => hear.session())
    source.addEventListener('error', () => {
      hear.connected(false)
      // What the browser gives up for good (an answer that is no stream) is asked for again here.
      if (source?.readyState === EventSource.CLOSED) retryLater()
    })
  }
  const retryLater = () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(connect, 2_000)
  }
  connect()
  return {
    close() {
      window.clearTimeout(timer)
      source?.close()
    },
  }
}
