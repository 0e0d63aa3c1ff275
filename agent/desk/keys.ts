/**
 * Alt and a digit: function keys are the IME’s (F6–F10) and the browser’s, Ctrl and a digit its tabs.
 * Taken by place on the keyboard, since Option and a digit is another character on an iPad.
 */
export const viewKey = (index: number): string => String((index + 1) % 10)

interface KeyDoors {
  view(index: number): void
  lock(): void
}

/** The keys of the frame, for as long as it is shown. */
export function openKeys({ view, lock }: KeyDoors): { close(): void } {
  const pressed = (event: KeyboardEvent) => {
    const { altKey, ctrlKey, metaKey, shiftKey, isComposing, code } = event
    // AltGr comes as Ctrl and Alt.
    if (!altKey || ctrlKey || metaKey || shiftKey || isComposing) return
    const digit = /^Digit(\d)$/.exec(code)?.[1]
    if (digit === undefined && code !== 'KeyL') return
    event.preventDefault()
    if (digit === undefined) lock()
    else view((Number(digit) + 9) % 10)
  }
  window.addEventListener('keydown', pressed)
  return { close: () => window.removeEventListener('keydown', pressed) }
}
