import type { Socket } from 'node:net'
import { followNetwork } from './follow.ts'
import { openLine } from './line.ts'
import { type NetworkInterface, readNetwork } from './network.ts'
import { testPath } from './path-test.ts'
import { unacknowledgedBytes } from './tcp-table.ts'

/** What the lines run over: the network of this machine, or a model of one in virtual time. */
export interface Underlay {
  /** As it is at the start. */
  readonly network: readonly NetworkInterface[]
  readonly followNetwork: typeof followNetwork
  readonly openLine: typeof openLine
  readonly testPath: typeof testPath
  /** What is not acknowledged of what was sent; null: unknown. */
  readonly unacknowledged: (socket: Socket) => number | null
}

export const ownUnderlay = async (): Promise<Underlay> => ({
  network: await readNetwork(),
  followNetwork,
  openLine,
  testPath,
  unacknowledged: unacknowledgedBytes,
})
