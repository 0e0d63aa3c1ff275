export interface Refresher {
  /** Loads now; while it is being loaded, once more afterwards. */
  now(): void
  /** Loads in a moment, once for all that happens until then. */
  soon(): void
}

/**
 * Keeps a list of the agent fresh without asking for it at each of fifty events: one request at a
 * time, one delay for a burst. `load` handles its own troubles.
 */
export function openRefresher(load: () => Promise<void>, delayMs = 1_000): Refresher {
  let isLoading = false
  let isWanted = false
  let isPlanned = false

  const now = () => {
    if (isLoading) {
      isWanted = true
      return
    }
    isLoading = true
    void load().finally(() => {
      isLoading = false
      if (!isWanted) return
      isWanted = false
      now()
    })
  }
  return {
    now,
    soon() {
      if (isPlanned) return
      isPlanned = true
      setTimeout(() => {
        isPlanned = false
        now()
      }, delayMs)
    },
  }
}
