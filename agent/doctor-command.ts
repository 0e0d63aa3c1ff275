import { configOption, parsedArgs, pretty } from './command-line.ts'
import { gatherFindings } from './doctor-findings.ts'
import { type Area, isRed, shownCheck } from './ops/doctor/check.ts'
import { checksOf, type Findings } from './ops/doctor/checks.ts'
import { screenOf } from './ops/doctor/screen.ts'
import { doctorData, doctorText } from './ops/doctor-text.ts'

/** sysexits(3). */
const EX_OK = 0
const EX_UNAVAILABLE = 69

const USAGE = 'onshi-agent doctor [--config FILE] [--json] [--steps]'
const options = {
  ...configOption,
  json: { type: 'boolean', default: false },
  steps: { type: 'boolean', default: false },
} as const

/**
 * `onshi-agent doctor`: one screen, through the running agent, or over lines of its own when none
 * runs; the steps of every path below it where one is red, or with `--steps`. Prints what it finds, and
 * resolves with the exit code: 69 where something is red. Throws `USAGE`.
 */
export async function doctorCommand(args: readonly string[]): Promise<number> {
  const { values } = parsedArgs({ args: [...args], options }, USAGE)
  const found = await gatherFindings(values.config)
  process.stdout.write(values.json ? pretty(dataOf(found)) : textOf(found, values.steps))
  return isRed(checksOf(found)) ? EX_UNAVAILABLE : EX_OK
}

/** Of these areas the steps and the cures say more than a row. */
const OF_PATHS: readonly Area[] = ['line', 'routing', 'terminal']

function textOf(found: Findings, wantsSteps: boolean): string {
  const { paths, at } = found
  const checks = checksOf(found)
  const screen = screenOf(checks, at)
  const isBroken = isRed(checks.filter(({ area }) => OF_PATHS.includes(area)))
  return paths !== null && (wantsSteps || isBroken) ? `${screen}\n${doctorText(paths)}` : screen
}

/** For programs: the checks, and under their old names what was tested of lines and folders. */
function dataOf(found: Findings) {
  const checks = checksOf(found)
  const paths =
    found.paths === null ? { lines: [], folders: [], forwarding: null } : doctorData(found.paths)
  return { ...paths, ok: !isRed(checks), checks: checks.map(shownCheck) }
}
