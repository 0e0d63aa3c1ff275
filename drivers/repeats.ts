import type { ReaderEvent } from './driver.ts'

/** Passes on a reader fault once for as long as nothing else happens: retries are no news. */
export function withoutRepeats(emit: (event: ReaderEvent) => void): (event: ReaderEvent) => void {
  let last: string | undefined
  return (event) => {
    const fault = event.is === 'reader-fault' ? event.code : undefined
    if (fault === undefined || fault !== last) emit(event)
    last = fault
  }
}
