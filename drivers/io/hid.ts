import { AgentError } from '../../agent/kernel/errors.ts'
import type { Hid } from './io.ts'

/** Loads node-hid. Throws DRIVER_UNAVAILABLE; a later call tries again. */
export function loadHid(): Hid {
  throw new AgentError('DRIVER_UNAVAILABLE', 'node-hid cannot be loaded')
}
