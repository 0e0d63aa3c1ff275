/**
 * Where the keyboard is. A view that was gone to starts at its heading; one that was taken away and
 * comes back starts where it was left.
 */
export interface Focus {
  /** To be called before the page is taken away. */
  keep(): void
  /** To where it was kept, or else to the heading. */
  restore(): void
  /** To the heading of the view, unless the view has taken the focus itself. */
  enter(): void
  /** To the heading of the view, from wherever. */
  skip(): void
  /**
   * Draws. What had the focus and was moved by that has it again; where it was taken away, the heading
   * gets it, for the keyboard must be somewhere.
   */
  around(draw: () => void): void
}

/** At once: what is typed next must not go elsewhere. */
export const focusOn = (selector: string): void =>
  document.querySelector<HTMLElement>(selector)?.focus()

/** After what `app.changed()` was called for is on the page, however the frame batches its draws. */
export const afterDraw = (act: () => void): void => {
  requestAnimationFrame(() => setTimeout(act))
}

/** As `focusOn`, where it has to be drawn first. */
export const focusSoon = (selector: string): void => afterDraw(() => focusOn(selector))

const WRONG =
  'input[aria-invalid="true"], select[aria-invalid="true"], [role="radiogroup"][aria-invalid="true"] input'

/** Where the first mistake stands. */
export const focusOnMistake = (place: ParentNode = document): void =>
  place.querySelector<HTMLElement>(WRONG)?.focus()

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

/** To the heading of what is shown: the start of the view, for who lost their place. */
export function toHeading(options?: FocusOptions): void {
  const heading = document.querySelector('main h1')
  if (heading instanceof HTMLElement) heading.tabIndex = -1
  const target = heading ?? document.querySelector('main')
  if (target instanceof HTMLElement) target.focus(options)
}

export function openFocus(place: HTMLElement): Focus {
  let kept = ''
  let element: Element | null = null

  const skip = () => toHeading()
  const enter = () => {
    if (place.querySelector('main')?.contains(document.activeElement) !== true) skip()
  }
  return {
    skip,
    enter,
    around(draw) {
      const before = document.activeElement
      draw()
      if (before === null || document.activeElement !== document.body) return
      if (!before.isConnected) toHeading({ preventScroll: true })
      else if (before instanceof HTMLElement) before.focus({ preventScroll: true })
    },
    keep() {
      element = document.activeElement
      kept = element?.id ?? ''
    },
    restore() {
      const again = element?.isConnected === true ? element : document.getElementById(kept)
      element = null
      if (again instanceof HTMLElement && place.contains(again)) again.focus()
      else enter()
    },
  }
}
