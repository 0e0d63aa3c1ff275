import { rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gatherBundle } from './bundle-files.ts'
import { configOption, parsedArgs, wrongUsage } from './command-line.ts'
import { AgentError, codeOf } from './kernel/errors.ts'
import { inJapan } from './kernel/time.ts'
import { systemClock } from './platform.ts'

const USAGE = 'onshi-agent bundle [--config FILE] [--out FILE.zip|-] [--hours N]'
const options = {
  ...configOption,
  out: { type: 'string' },
  hours: { type: 'string', default: '72' },
} as const

/** A month of the journal is more than anybody reads. */
const HOURS_MOST = 744

/**
 * `onshi-agent bundle`: one ZIP for the support vendor, to a new file or, for `-`, to standard output.
 * Writes nothing else. Gives what to print. Throws `USAGE`, `FILE_UNWRITABLE`.
 */
export async function bundleCommand(args: readonly string[]): Promise<string> {
  const { values } = parsedArgs({ args: [...args], options }, USAGE)
  const hours = Number(values.hours)
  if (!/^\d{1,3}$/.test(values.hours) || hours < 1 || hours > HOURS_MOST)
    throw wrongUsage(USAGE, `--hours: 1 to ${HOURS_MOST}`)
  const at = systemClock.now()
  const bytes = await gatherBundle(values.config, hours, at)
  if (values.out === '-') {
    process.stdout.write(bytes)
    return ''
  }
  const stamp = inJapan(at).replace(/[-:]/g, '').replace('T', '-')
  const out = resolve(values.out ?? `onshi-agent-bundle-${stamp}.zip`)
  written(out, bytes)
  return `${out}  ${bytes.length} bytes\n患者の情報は入っていません。保守業者へメールで送れます。\nHolds no patient data; may be mailed to the support vendor.\n`
}

/** A new file, its owner’s: another program’s is not replaced. */
function written(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    const code = codeOf(cause)
    if (code === '') throw cause
    // Half of one is none, and on a full disk in the way.
    if (code !== 'EEXIST') rmSync(path, { force: true })
    throw new AgentError('FILE_UNWRITABLE', `${path}: ${code}`, { cause, facts: { code } })
  }
}
