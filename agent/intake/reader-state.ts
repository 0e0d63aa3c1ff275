import type { CardFault, ReaderFault } from '../../drivers/driver.ts'
import type { ReaderState } from '../kernel/presentation.ts'

/** What changes how a reader is. `lost`: its process ended. */
export type ReaderChange =
  | { readonly is: 'ready'; readonly device: string }
  | { readonly is: 'presented' }
  | { readonly is: 'gone' }
  | { readonly is: 'card-fault'; readonly code: CardFault }
  | { readonly is: 'reader-fault'; readonly code: ReaderFault }
  | { readonly is: 'lost' }

/** A card fault is no reader that is down; only what stands on it cannot be read. */
export function stateAfter(state: ReaderState, change: ReaderChange, now: number): ReaderState {
  const next = after(state, change)
  const same = next.state === state.state && next.fault === state.fault
  return { ...next, since: same ? state.since : now }
}

function after(state: ReaderState, change: ReaderChange): ReaderState {
  switch (change.is) {
    case 'ready':
      return { ...state, state: 'ready', fault: null, device: change.device }
    case 'presented':
      return { ...state, state: 'card-present', fault: null }
    case 'gone':
      return { ...state, state: 'ready', fault: null }
    case 'card-fault':
      return change.code === 'CARD_GONE'
        ? { ...state, state: 'ready', fault: null }
        : { ...state, state: 'card-present', fault: change.code }
    case 'reader-fault':
      return { ...state, state: 'down', fault: change.code, device: null }
    case 'lost':
      return state.state === 'down'
        ? state
        : { ...state, state: 'down', fault: 'READER_HUNG', device: null }
  }
}
