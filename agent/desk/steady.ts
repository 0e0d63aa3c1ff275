/** After what `app.changed()` was called for is on the page, however the frame batches its draws. */
export const afterDraw = (act: () => void): void => {
  requestAnimationFrame(() => setTimeout(act))
}

export const focusOn = (id: string): void => afterDraw(() => document.getElementById(id)?.focus())

/**
 * Call it before a list is drawn anew. What had the focus may be gone, or be made anew in another place
 * of the list: afterwards it is on the element with the same id, else on `fallback` (an id).
 */
export function keepFocus(fallback: string): void {
  const before = document.activeElement
  if (before === null || before === document.body) return
  const { id } = before
  afterDraw(() => {
    const isGone = !before.isConnected || document.activeElement === document.body
    if (!isGone) return
    document.getElementById(id)?.focus()
    if (id === '' || document.activeElement?.id !== id) document.getElementById(fallback)?.focus()
  })
}
