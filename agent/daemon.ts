import { checkConfig } from '../config/load.ts'
import { AgentError } from './kernel/errors.ts'
import { leaveAtOnce } from './leave.ts'
import type { Platform } from './platform.ts'

/** sysexits(3). */
export const EX_OK = 0
const EX_SOFTWARE = 70

/**
 * `onshi-agent run`: the process around the agent. The first SIGTERM or SIGINT asks it to stop, a
 * second one does not ask. Resolves with the exit code; throws what start-up throws.
 */
export async function run(configPath: string): Promise<number> {
  const config = checkConfig(configPath)
  const [{ start }, { thisMachine }] = await Promise.all([
    import('./main.ts'),
    import('./platform.ts'),
  ])
  const platform: Platform = thisMachine(config.log.level)
  const stopped = terminated()
  const agent = await start(config, platform).catch((error) => {
    throw inFile(error, configPath)
  })
  const signal = await stopped
  platform.log.info({ signal }, 'agent-stopping')
  await agent.close()
  platform.log.info({}, 'agent-stopped')
  if (agent.isStuck()) leaveAtOnce()
  return EX_OK
}

function terminated(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        process.once(signal, () => process.exit(EX_SOFTWARE))
        resolve(signal)
      })
  })
}

/** A fault that a key of the configuration causes says in which file that key stands. */
function inFile(error: unknown, file: string): unknown {
  if (!(error instanceof AgentError) || error.mistakes.length === 0) return error
  const { code, message, mistakes, facts } = error
  return new AgentError(code, message, { cause: error, mistakes, facts: { ...facts, file } })
}
