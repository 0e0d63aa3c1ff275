import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Type } from 'typebox'
import { newRecoveryKey, type RecoveryKey } from '../../agent/ops/backup/recovery-key.ts'
import { type Client, checked } from './client.ts'
import { type Console, jsonIn } from './consumer.ts'
import type { Ending } from './net/bed.ts'

export interface Backups {
  readonly key: RecoveryKey
  /** Where backups are made. */
  readonly folder: string
  /** `[backup]`, by hand only. */
  readonly tables: string
}

/** A recovery key, and a folder outside the bed for its backups. Gone after the test. */
export async function makeBackups(t: Ending): Promise<Backups> {
  const outside = mkdtempSync(join(tmpdir(), 'onshi-backups-'))
  t.after(async () => rmSync(outside, { recursive: true, force: true }))
  const folder = join(outside, 'backups')
  const key = await newRecoveryKey()
  const tables = `[backup]\nat = ""\nrecipient = "${key.recipient}"\nfolder = "${folder}"\n`
  return { key, folder, tables }
}

const Made = Type.Object({ name: Type.String() })

/** Has a backup made; its path. */
export async function backUp(bed: Console, { folder }: Backups): Promise<string> {
  return join(folder, checked(Made, jsonIn(await bed.cli('backup'))).name)
}

/** Takes from a machine what it had of its own: configuration, state, keys. */
export function loseMachine(configFile: string, ...more: readonly string[]): void {
  const folder = dirname(configFile)
  const own = ['state', 'agent.toml', 'store.key'].map((name) => join(folder, name))
  for (const path of [...own, ...more]) rmSync(path, { recursive: true })
}

/** One check of health, by the code of its condition. */
export async function checkOf(client: Client, code: string) {
  const { checks } = await client.health()
  return Object.values(checks)
    .flat()
    .find((check) => check.code === code)
}
