/**
 * Keys of the view that is shown, wherever the focus is: its root bears `data-view`. A view that is
 * made anew, as after each signing in, takes the place of the one before.
 */
const hearers = new Map<string, (event: KeyboardEvent, isFree: boolean) => void>()

/** `isFree`: the key means nothing to what has the focus, as it does to a field or, Enter, to a button. */
export const onKeys = (
  view: string,
  hear: (event: KeyboardEvent, isFree: boolean) => void,
): void => {
  hearers.set(view, hear)
}

const FIELDS = 'input, select, textarea, [contenteditable]'
const PRESSED = 'button, a, summary'
/** While a sheet lies over it, nobody sees what a key would do. */
const SHOWN = '.frame:not([hidden]) [data-view]'

document.addEventListener('keydown', (event) => {
  const { target, key, isComposing, repeat } = event
  const isChord = event.ctrlKey || event.altKey || event.metaKey
  if (isComposing || repeat || isChord || event.defaultPrevented) return
  if (document.querySelector('dialog[open]') !== null) return
  const shown = document.querySelector<HTMLElement>(SHOWN)?.dataset['view'] ?? ''
  const within = (what: string) => target instanceof Element && target.closest(what) !== null
  const isFree = !within(FIELDS) && !(key === 'Enter' && within(PRESSED))
  hearers.get(shown)?.(event, isFree)
})
