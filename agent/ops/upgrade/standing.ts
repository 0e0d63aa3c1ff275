import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Conditions } from '../../kernel/conditions.ts'
import { codeOf } from '../../kernel/errors.ts'
import type { Log } from '../../kernel/ports.ts'

/** Where the package keeps how far an upgrade is (systemd/package/debian/preinst). */
export const UPGRADE_FOLDER = '/var/lib/onshi-agent-upgrade'
const ROLLED_BACK = 'rolled-back.json'

/** What the package leaves there when it went back to the release before. */
export const RolledBack = Type.Object({
  from: Type.String({ description: 'The release that did not stay, as dpkg names it.' }),
  to: Type.String({ description: 'The one that runs instead.' }),
  why: Type.String({ description: 'Codes of conditions, or what did not answer.' }),
})
export type RolledBack = Static<typeof RolledBack>

export interface UpgradeStanding {
  readonly rolledBack: RolledBack | null
  /** An upgrade began, and its files are not all there. */
  readonly isUnpacking: boolean
}

/** How the package's upgrade stands; all is well where the folder is not there. */
export function readUpgrade(folder: string): UpgradeStanding {
  const text = contentsOf(join(folder, ROLLED_BACK))
  const isUnpacking = contentsOf(join(folder, 'phase'))?.trim() === 'unpacking'
  return { rolledBack: text === null ? null : rolledBackIn(text), isUnpacking }
}

const UNKNOWN: RolledBack = { from: 'unknown', to: 'unknown', why: 'unknown' }

function rolledBackIn(text: string): RolledBack {
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(RolledBack, value) ? value : UNKNOWN
  } catch (error) {
    if (error instanceof SyntaxError) return UNKNOWN
    throw error
  }
}

/** Null: not there, or not for this user. */
function contentsOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

/** Shows in health what an upgrade left behind, from look to look. */
export function watchUpgrade(
  folder: string,
  conditions: Pick<Conditions, 'raise' | 'clear'>,
  log: Log,
): { look(): void } {
  let told = false
  return {
    look() {
      const { rolledBack, isUnpacking } = readUpgrade(folder)
      if (isUnpacking) conditions.raise('UPGRADE_UNFINISHED', 'package')
      else conditions.clear('UPGRADE_UNFINISHED', 'package')
      if (rolledBack === null) {
        conditions.clear('UPGRADE_ROLLED_BACK', 'package')
        told = false
        return
      }
      const { from, to, why } = rolledBack
      conditions.raise('UPGRADE_ROLLED_BACK', 'package', { from, to, why })
      if (!told) log.warn({ from, to, why }, 'release-rolled-back')
      told = true
    },
  }
}
