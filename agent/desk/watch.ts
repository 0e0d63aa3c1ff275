/** How often the agent is told at most that somebody is there. */
const TOUCH_MS = 30_000
const SIGNS = ['keydown', 'pointerdown', 'wheel', 'touchstart'] as const
/** Of the page in other tabs: a person who works in one of them is there for all. */
const CHANNEL = 'onshi-desk-activity'

interface WatchDoors {
  /** Tells the agent that somebody is there. */
  touch(): void
  /** Nobody is. */
  lock(): void
}

/**
 * Watches whether somebody is at the page. Locks it by itself, since the agent may be out of reach,
 * and tells the agent, since its own lock must not come while a person reads and scrolls.
 */
export function watchPerson(lockMs: number, { touch, lock }: WatchDoors): { close(): void } {
  let seenAt = Date.now()
  let touchedAt = Date.now()
  let idle: number | undefined
  let telling: number | undefined
  const others = 'BroadcastChannel' in window ? new BroadcastChannel(CHANNEL) : undefined

  // A PC that slept wakes with its timers late: the clock decides, not the timer.
  const look = () => {
    const left = seenAt + lockMs - Date.now()
    window.clearTimeout(idle)
    if (left <= 0) lock()
    else idle = window.setTimeout(look, left)
  }
  const tell = () => {
    telling = undefined
    touchedAt = Date.now()
    touch()
    others?.postMessage('seen')
  }
  const seen = () => {
    if (Date.now() - seenAt >= lockMs) return look()
    seenAt = Date.now()
    telling ??= window.setTimeout(tell, Math.max(0, touchedAt + TOUCH_MS - seenAt))
  }
  const seenElsewhere = () => {
    seenAt = Date.now()
  }
  for (const sign of SIGNS) window.addEventListener(sign, seen, { capture: true, passive: true })
  document.addEventListener('visibilitychange', look)
  others?.addEventListener('message', seenElsewhere)
  look()
  return {
    close() {
      window.clearTimeout(idle)
      window.clearTimeout(telling)
      for (const sign of SIGNS) window.removeEventListener(sign, seen, { capture: true })
      document.removeEventListener('visibilitychange', look)
      others?.close()
    },
  }
}
