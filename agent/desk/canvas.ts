export interface Canvas {
  /** Now. */
  draw(): void
  /** With the next frame, once, however often it is asked for: a burst of news is one drawing. */
  soon(): void
  close(): void
}

/**
 * When the page is drawn. `hear` comes before a drawing that news asked for; who asks for a drawing in
 * there, or while one goes on, gets it without a second one.
 */
export function openCanvas(hear: () => void, paint: () => void): Canvas {
  let frame: number | undefined
  let busy: 'hearing' | 'painting' | undefined

  const draw = () => {
    if (busy === 'painting') return soon()
    if (busy === 'hearing') return
    busy = 'painting'
    try {
      paint()
    } finally {
      busy = undefined
    }
  }
  const soon = () => {
    frame ??= requestAnimationFrame(() => {
      frame = undefined
      busy = 'hearing'
      try {
        hear()
      } finally {
        busy = undefined
      }
      draw()
    })
  }
  return {
    draw,
    soon,
    close() {
      if (frame !== undefined) cancelAnimationFrame(frame)
      frame = undefined
    },
  }
}
