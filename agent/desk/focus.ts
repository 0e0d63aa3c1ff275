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
