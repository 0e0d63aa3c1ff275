const EVERY_MS = 30_000
/** States come in bursts when a line falls. */
const CALM_MS = 1_000

export interface Refresh {
  /** To be called at each drawing: what nobody looks at is not loaded. */
  drawn(): void
  /** Something is new. */
  heard(): void
  /** Now, after the person did something. */
  now(): Promise<void>
}

/**
 * Keeps what is shown fresh: every half minute, and soon after news, as long as it is drawn. One
 * loading at a time; it draws when it is done, so that it goes on by itself.
 */
export function openRefresh(load: () => Promise<void>): Refresh {
  let isDrawn = false
  let isLoading = false
  let isNews = false
  let loadedAt = Number.NEGATIVE_INFINITY
  let due = Number.POSITIVE_INFINITY
  let timer: number | undefined

  const schedule = (inMs: number) => {
    const at = Date.now() + inMs
    if (isLoading || (timer !== undefined && due <= at)) return
    window.clearTimeout(timer)
    due = at
    timer = window.setTimeout(() => void tick(), Math.max(0, inMs))
  }
  const tick = async () => {
    timer = undefined
    if (!isDrawn) return
    await run()
  }
  const run = async () => {
    isLoading = true
    isNews = false
    isDrawn = false
    window.clearTimeout(timer)
    timer = undefined
    await load()
    isLoading = false
    loadedAt = Date.now()
    if (isDrawn) schedule(isNews ? CALM_MS : EVERY_MS)
  }
  return {
    drawn() {
      isDrawn = true
      schedule(loadedAt + EVERY_MS - Date.now())
    },
    heard() {
      isNews = true
      if (isDrawn) schedule(CALM_MS)
    },
    async now() {
      if (!isLoading) await run()
    },
  }
}
