import { Check } from 'typebox/value'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { callControl } from './api/control-client.ts'
import { silent } from './caller.ts'
import { configOption, parsedArgs, pretty } from './command-line.ts'
import { AgentError } from './kernel/errors.ts'
import type { PathReport } from './kernel/line.ts'
import { Examination, examine, isWell } from './ops/doctor.ts'
import { examineFolders } from './ops/doctor-folders.ts'
import { doctorData, doctorText } from './ops/doctor-text.ts'
import { systemClock } from './platform.ts'
import { doctorFolders, doctorLines, identityOf, uplinkSettings } from './settings.ts'
import { openUplink } from './uplink/uplink.ts'

/** sysexits(3). */
const EX_OK = 0
const EX_UNAVAILABLE = 69

const USAGE = 'onshi-agent doctor [--config FILE] [--json]'
const options = { ...configOption, json: { type: 'boolean', default: false } } as const

/** Every step of a path may take its whole time, and a router some more. */
const TEST_MS = 45_000

/**
 * `onshi-agent doctor`: through the running agent, or over lines of its own when none runs. Prints
 * what it finds, and resolves with the exit code: 69 where something is red. Throws `USAGE` and what
 * is wrong with the configuration.
 */
export async function doctorCommand(args: readonly string[]): Promise<number> {
  const { values } = parsedArgs({ args: [...args], options }, USAGE)
  const config = loadConfig(values.config)
  const found = await examination(config)
  const shown = values.json ? pretty(doctorData(found)) : doctorText(found)
  process.stdout.write(shown)
  return isWell(found) ? EX_OK : EX_UNAVAILABLE
}

async function examination(config: Config): Promise<Examination> {
  try {
    const path = '/doctor'
    const answer = await callControl(config.control.socket, 'GET', path, undefined, TEST_MS)
    if (Check(Examination, answer)) return answer
    throw new AgentError('INTERNAL', 'the running agent is of another release: restart it')
  } catch (error) {
    if (!(error instanceof AgentError) || error.code !== 'AGENT_NOT_RUNNING') throw error
    const testLines = () => testAlone(config)
    const lines = doctorLines(config)
    const folders = () => examineFolders(doctorFolders(config))
    return examine({ lines, folders, testLines, clock: systemClock })
  }
}

/** Nothing is asked of the application: who runs this is no consumer. */
async function testAlone(config: Config): Promise<PathReport[]> {
  if (config.lines.length === 0) return []
  const uplink = await openUplink(uplinkSettings(config), identityOf(config), {
    clock: systemClock,
    monotonic: () => performance.now(),
    log: silent,
    application: null,
    isOpen: () => true,
    held: null,
    lastTestAt: () => null,
    observe: () => {},
    onBug: (error) => {
      throw error
    },
  })
  try {
    return await uplink.test()
  } finally {
    await uplink.close()
  }
}
