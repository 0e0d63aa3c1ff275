/** After what `app.changed()` was called for is on the page, however the frame batches its draws. */
export const afterDraw = (act: () => void): void => {
  requestAnimationFrame(() => setTimeout(act))
}

export const focusOn = (id: string): void => afterDraw(() => document.getElementById(id)?.focus())

/**
 * Call it before a list is drawn anew: rows are drawn over each other by position, so the focus
 * would stand on the same button of another row, or, where its own is gone, wherever the frame put
 * it. Afterwards it is on the element with the id that had it, else on `fallback` (an id).
 */
export function keepFocus(fallback: string): void {
  const before = document.activeElement
  if (before === null || before === document.body) return
  const { id } = before
  afterDraw(() => {
    const now = document.activeElement
    const isGone = !before.isConnected || now === null || now === document.body
    const isAnother = now === before && now.id !== id
    if (isGone || isAnother)
      (document.getElementById(id) ?? document.getElementById(fallback))?.focus()
  })
}
