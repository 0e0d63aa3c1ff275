import { flushCompileCache } from 'node:module'
import { checkConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { AgentError } from './kernel/errors.ts'
import { leaveAtOnce } from './leave.ts'
import type { Agent } from './main.ts'
import type { Platform } from './platform.ts'
import { openService } from './service-notify.ts'
import type { StandIn } from './stand-in.ts'

/** sysexits(3). */
export const EX_OK = 0
const EX_SOFTWARE = 70

/**
 * `onshi-agent run`: the process around the agent. The first SIGTERM or SIGINT asks it to stop, a
 * second one does not ask. Resolves with the exit code; throws what start-up throws.
 */
export async function run(configPath: string): Promise<number> {
  const config = checkConfig(configPath)
  const { thisMachine } = await import('./platform.ts')
  const platform: Platform = thisMachine(config.log.level)
  const stopped = terminated()
  const agent = await startOrStandIn(config, platform, configPath).catch((error) => {
    throw inFile(error, configPath)
  })
  const { clock, log } = platform
  const service = openService({
    environment: process.env,
    isAlive: agent.ping,
    status: agent.status,
    clock,
    log,
  })
  try {
    await service.ready()
  } catch (error) {
    // Else its listeners keep a process alive that nobody watches and no signal stops.
    await agent.close()
    throw error
  }
  // Else written at an orderly end only: after a power cut the start would take twice as long.
  flushCompileCache()
  const signal = await Promise.race([stopped, over(agent)])
  log.info({ signal }, 'agent-stopping')
  await service.stopping()
  await agent.close()
  await service.close()
  log.info({}, 'agent-stopped')
  if (agent.isStuck()) leaveAtOnce()
  return EX_OK
}

/** Where no start can help, something that says so, instead of an agent that is started again and again. */
async function startOrStandIn(
  config: Config,
  platform: Platform,
  configPath: string,
): Promise<Agent | StandIn> {
  const { start } = await import('./main.ts')
  try {
    return await start(config, platform, configPath)
  } catch (error) {
    const { isForStandIn, openStandIn } = await import('./stand-in.ts')
    if (!(error instanceof AgentError) || !isForStandIn(error)) throw error
    return openStandIn(config, error, platform)
  }
}

/** systemd starts it anew. */
async function over(agent: Agent | StandIn): Promise<string> {
  if (!('isOver' in agent)) return new Promise(() => {})
  await agent.isOver
  return 'none'
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
