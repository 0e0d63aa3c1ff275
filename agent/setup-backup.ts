import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readToml } from '../config/read-toml.ts'
import { isTable } from '../config/shape.ts'
import { AgentError } from './kernel/errors.ts'
import { toRfc3339 } from './kernel/time.ts'
import { newRecoveryKey } from './ops/backup/recovery-key.ts'
import { recoveryPage } from './ops/backup/recovery-page.ts'
import { makeFolder, writeWhole } from './ops/setup/files.ts'
import { missingRights, rights } from './ops/setup/rights.ts'
import type { SetupWork } from './setup-parts.ts'
import { letWrite } from './unit-paths.ts'

/** In `unshown`, from before a key is made until somebody has it. */
const KEY = 'recovery key'

/**
 * Where backups go, and the key that opens them: printed, always, unless there is one. `left`: nobody said
 * that they have it.
 */
export async function backup(work: SetupWork): Promise<'left' | undefined> {
  await target(work)
  return recipientFor(work) === null ? recoveryKey(work) : undefined
}

/** Public half of the recovery key that holds; null: none was made yet. */
export function recipientFor({ answers, progress, places }: SetupWork): string | null {
  const known = answers.backup?.recipient ?? progress.kept().recipient
  if (known !== undefined) return known
  // Of a setup whose progress was lost, or written by hand.
  if (!existsSync(places.config)) return null
  const { backup: table } = readToml(places.config, 'run setup again')
  const recipient = isTable(table) ? table['recipient'] : undefined
  return typeof recipient === 'string' ? recipient : null
}

/** Tried as the agent’s user before it is written down; a stick that is not plugged in is only told. */
async function target({ answers, places, say }: SetupWork): Promise<void> {
  const folder = answers.backup?.target
  if (folder === undefined) {
    say('  ⚠ 保存先がありません。この機器が壊れるとバックアップも失われます（警告が出続けます）。')
    say('    No place off this machine: health warns until `backup.target` is set.')
    return
  }
  if (!existsSync(folder)) makeFolder(folder, 0o700, places.owner)
  const missing = await missingRights(folder, rights, places.owner)
  if (missing === null || missing.length > 0) {
    const why = missing?.map(({ right, code }) => `${right} (${code})`).join(', ')
    throw new AgentError('BACKUP_TARGET_UNWRITABLE', `${folder}: ${why ?? 'no answer'}`, {
      facts: { folder },
    })
  }
  if (places.isSystemd) letWrite(places.units, folder)
  if (statSync(folder).dev !== statSync(dirname(places.config)).dev) return
  say('  ⚠ 保存先に何もつながっていません。つなぐと自動でコピーします。')
  say(`    ${folder} is on the disk of this machine: nothing is mounted there yet.`)
}

/**
 * Printed first, kept second: killed or left in between, nobody can have used it, and another one is made. The
 * secret half is in no file of the agent’s.
 */
async function recoveryKey(work: SetupWork): Promise<'left' | undefined> {
  const { progress, places, clock, isAtTerminal, say } = work
  const { unshown } = progress.kept()
  if (unshown.includes(KEY)) {
    say('  ⚠ 前に表示・印刷した復元キーは無効です。その紙は捨ててください。')
    say('    A recovery key that was printed before opens nothing: throw that paper away.')
  } else progress.save({ unshown: [...unshown, KEY] })
  const key = await newRecoveryKey()
  const page = recoveryPage(key, toRfc3339(clock.now()).slice(0, 10))
  if (isAtTerminal) {
    say(`\n${page}`)
    say('  この紙面は今だけ表示されます。印刷するか書き写して、金庫などに保管してください。')
    say('  Shown once: print it or copy it out, and keep it away from this machine.')
    const isCopied = await work.confirm('  書き写したら Enter / press Enter once you have it: ')
    say('')
    if (!isCopied) {
      say('  この復元キーは無効にしました。次に実行すると、別の復元キーを作ります。')
      say('  This recovery key opens nothing: the next run makes another one.')
      return 'left'
    }
  } else {
    makeFolder(places.papers, 0o700)
    const path = join(places.papers, 'recovery-key.txt')
    writeWhole(path, page, 0o600)
    say(`  復元キー / recovery key: ${path}`)
    say('  印刷して金庫などに保管し、ファイルは消してください。紙はこの機器から離します。')
    say('  Print it, lock it away from this machine, then delete the file.')
  }
  const others = progress.kept().unshown.filter((one) => one !== KEY)
  progress.save({ recipient: key.recipient, unshown: others })
  return undefined
}
