import { AgentError } from '../../agent/kernel/errors.ts'
import type { Serial } from './io.ts'

/** Loads serialport. Throws DRIVER_UNAVAILABLE; a later call tries again. */
export function loadSerial(): Serial {
  throw new AgentError('DRIVER_UNAVAILABLE', 'serialport cannot be loaded')
}
