import { AgentError } from '../../agent/kernel/errors.ts'

/** A part of npm’s that is not there, or was built for another machine. */
const BROKEN = 'install onshi-agent again (from its sources: npm install)'

/** `missing`: which library of the system is not there, and how it comes; undefined: none that is known. */
export const notLoaded = (name: string, missing: string | undefined, cause: unknown): AgentError =>
  new AgentError('DRIVER_UNAVAILABLE', `${name} cannot be loaded: ${missing ?? BROKEN}`, { cause })
