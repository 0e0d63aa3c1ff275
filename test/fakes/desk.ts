import type { Desk } from '../../agent/api/ports.ts'
import type { ReaderState, WaitingPresentation } from '../../agent/kernel/presentation.ts'

/** Readers and taps as the test puts them; `changed` is what a reader would tell. */
export class FakeDesk implements Desk {
  readonly states: ReaderState[] = []
  readonly taps: WaitingPresentation[] = []
  readers = () => this.states
  presentations = () => this.taps
  readonly hearers = new Set<() => void>()
  changed = () => {
    for (const hear of this.hearers) hear()
  }
  onChange = (hear: () => void) => {
    this.hearers.add(hear)
    return () => void this.hearers.delete(hear)
  }
}
