import { existsSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import { foldersOf } from '../config/terminal.ts'
import { AgentError } from './kernel/errors.ts'
import { runProgram } from './ops/setup/run-program.ts'
import { isOfUnit, UNITS, unitCredentials } from './unit-credentials.ts'
import { letWrite, letWriteInto, letWriteOwn, type Owning, ownFolders } from './unit-paths.ts'

type Placed = Pick<Config, 'terminal'> & Owning

/**
 * What setup wrote beside the configuration; the first start is to find it. `pushed`: folders that
 * consumers get files in. Throws `SETUP_FILE_FAILED`, `CREDENTIAL_UNWRITABLE`, `SERVICE_NOT_READY`.
 */
export async function furnishUnit(
  config: Placed,
  pushed: readonly string[],
  configFile: string,
): Promise<void> {
  if (!isOfUnit(configFile)) return
  const { target } = config.backup
  if (target !== undefined) letWrite(UNITS, target)
  letWriteInto(UNITS, [...rootsOf(config), ...pushed])
  letWriteOwn(UNITS, config)
  unitCredentials().handOver()
  const ran = await runProgram('systemctl', ['daemon-reload'])
  if (ran?.code !== 0) throw new AgentError('SERVICE_NOT_READY', `daemon-reload: ${ran?.output}`)
}

/** A root itself, and not what is in it, which comes with the mount. */
const rootsOf = ({ terminal }: Placed): string[] =>
  [terminal, terminal?.front].flatMap((one) =>
    [one?.root, one?.req, one?.res, one?.face].flatMap((path) => path ?? []),
  )

/** Folders that the agent works in and that are not there, as those of a share that is not mounted. */
export function unseenFolders(config: Placed, pushed: readonly string[]): string[] {
  const { terminal } = config
  const named = terminal === undefined ? [] : Object.values(foldersOf(terminal))
  return [...named, ...pushed, ...ownFolders(config)].filter((path) => !existsSync(path))
}
