import type { Clock, Log, Part } from '../kernel/ports.ts'
import { type NetworkInterface, readNetwork, watchNetwork } from './network.ts'

/** Reads the machine's network now and at each hint; hints that come meanwhile are one reading. */
export function followNetwork(
  onRead: (network: readonly NetworkInterface[]) => void,
  parts: { readonly clock: Clock; readonly log: Log; readonly onBug: (error: unknown) => void },
): Part {
  let isReading = false
  let isStale = false
  const read = async () => {
    if (isReading) return
    isReading = true
    while (isStale) {
      isStale = false
      onRead(await readNetwork())
    }
    isReading = false
  }
  const hint = () => {
    isStale = true
    read().catch(parts.onBug)
  }
  const watcher = watchNetwork(hint, parts)
  hint()
  return watcher
}
