import type { Config } from '../config/schema.ts'
import { silent } from './caller.ts'
import { AgentError, codeOf } from './kernel/errors.ts'
import type { PathReport } from './kernel/line.ts'
import { type Examination, examine } from './ops/doctor.ts'
import { examineFolders, type FolderUser } from './ops/doctor-folders.ts'
import { systemClock } from './platform.ts'
import { doctorFolders, doctorLines, identityOf, uplinkSettings } from './settings.ts'
import { openUplink } from './uplink/uplink.ts'

/** Tests lines, folders and routing without an agent, over lines of its own. */
export const examineAlone = (config: Config, user: FolderUser | null): Promise<Examination> =>
  examine({
    lines: doctorLines(config),
    folders: () => examineFolders(doctorFolders(config), user),
    testLines: () => testAlone(config),
    clock: systemClock,
  })

/** Nothing is asked of the application: who runs this is no consumer. */
export async function testAlone(config: Config): Promise<PathReport[]> {
  if (config.lines.length === 0) return []
  const identity = identityOrNull(config)
  if (identity === null) return []
  const uplink = await openUplink(uplinkSettings(config), identity, {
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

/** Null where this user may not read it, or it is refused, which has a row of its own. */
function identityOrNull(config: Config) {
  try {
    return identityOf(config)
  } catch (error) {
    if (!(error instanceof AgentError) && codeOf(error) === '') throw error
    return null
  }
}
