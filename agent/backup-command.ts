import { writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { Check } from 'typebox/value'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { callControl } from './api/control-client.ts'
import { JobList, ShownRun } from './api/jobs.ts'
import { backupOf } from './backup.ts'
import { onDatabase } from './caller.ts'
import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'
import { AgentError } from './kernel/errors.ts'
import { isFaultCode } from './kernel/faults.ts'
import { toRfc3339 } from './kernel/time.ts'
import { generationsIn, prune } from './ops/backup/generations.ts'
import { makeBackup } from './ops/backup/make.ts'
import { protectNewest } from './ops/backup/protect.ts'
import { newRecoveryKey, recipientOf } from './ops/backup/recovery-key.ts'
import { recoveryPage } from './ops/backup/recovery-page.ts'
import { BACKUP_JOB } from './ops/backup/remembered.ts'
import { copyChecked } from './ops/backup/send.ts'
import { beforeOf } from './ops/retention/periods.ts'

const USAGE = `onshi-agent backup [--to DIR] | recovery-key [--out FILE] | protect

  (alone)       makes a backup now, restores it for trial, and says what came of it; --to copies it
                to one more place, as a USB stick
  recovery-key  makes a recovery key and prints the page that the clinic locks away; its public half
                goes into backup.recipient
  protect       as root: gives the newest backup to root, so that the agent itself cannot change or
                remove it; onshi-agent-protect.path does it after each one`

const options = {
  ...configOption,
  to: { type: 'string' },
  out: { type: 'string' },
} as const

/** `onshi-agent backup …`. Gives what to print. Throws `BACKUP_*`, `RECOVERY_KEY_MISSING`, `USAGE`. */
export async function backupCommand(args: readonly string[]): Promise<string> {
  if (args.includes('--help')) return `${USAGE}\n`
  const { values, positionals } = parsedArgs(
    { args: [...args], allowPositionals: true, options },
    USAGE,
  )
  const [verb, ...rest] = positionals
  const isOfOther =
    (values.to !== undefined && verb !== undefined) ||
    (values.out !== undefined && verb !== 'recovery-key')
  if (rest.length > 0 || isOfOther) throw wrongUsage(USAGE)
  switch (verb) {
    case undefined:
      return made(values.config, values.to)
    case 'recovery-key':
      return recoveryKey(values.out)
    case 'protect':
      return pretty(protectNewest(loadConfig(values.config).backup.folder))
    default:
      throw wrongUsage(USAGE)
  }
}

async function made(configFile: string, to: string | undefined): Promise<string> {
  const config = loadConfig(configFile)
  if (config.backup.recipient === undefined)
    throw new AgentError('RECOVERY_KEY_MISSING', 'backup.recipient is not set')
  const result = await throughAgent(config).catch((error) => {
    if (!(error instanceof AgentError) || error.code !== 'AGENT_NOT_RUNNING') throw error
    return onDatabaseAlone(config, configFile)
  })
  if (to === undefined) return pretty(result)
  const [newest] = generationsIn(config.backup.folder)
  if (newest === undefined) throw new AgentError('NOT_FOUND', 'no backup is there')
  await copyChecked(newest.path, to)
  return pretty({ ...result, copiedTo: to })
}

const LOOK_MS = 200

/** The running agent makes it, as it does each night. */
async function throughAgent(config: Config): Promise<Readonly<Record<string, unknown>>> {
  const call = (method: string, path: string) => callControl(config.control.socket, method, path)
  const run = await call('POST', `/jobs/${BACKUP_JOB}/runs`)
  if (!Check(ShownRun, run)) throw new Error('the agent answered with no run')
  for (;;) {
    const list = await call('GET', '/jobs')
    if (!Check(JobList, list)) throw new Error('the agent answered with no jobs')
    const last = list.items.find(({ name }) => name === BACKUP_JOB)?.last ?? null
    if (last !== null && last.id >= run.id) return resultOf(last)
    await wait(LOOK_MS)
  }
}

function resultOf({ ending, result, fault }: ShownRun): Readonly<Record<string, unknown>> {
  if (ending === 'done') return result
  const code = fault?.code ?? ''
  throw new AgentError(isFaultCode(code) ? code : 'INTERNAL', 'no backup was made; see the journal')
}

const onDatabaseAlone = (config: Config, configFile: string) =>
  onDatabase(config, async (store) => {
    const { folder, keep, recipient = '' } = config.backup
    const now = Date.now()
    const identity = await store.restores.boxIdentity((await newRecoveryKey()).secret)
    const box = { identity, recipient: await recipientOf(identity) }
    const what = backupOf(config, configFile)
    const done = await makeBackup({
      ...what,
      is: 'make',
      folder,
      at: now,
      after: 0,
      recipient,
      box,
    })
    const from = beforeOf(now, config.retention.backups_days)
    prune(folder, { keep, from, good: done.name })
    return { ...done }
  })

async function recoveryKey(out: string | undefined): Promise<string> {
  const key = await newRecoveryKey()
  const page = recoveryPage(key, toRfc3339(Date.now()).slice(0, 10))
  if (out === undefined) return `${page}\n${nextStep(key.recipient)}`
  writeFileSync(out, page, { flag: 'wx', mode: 0o600 })
  return nextStep(key.recipient)
}

const nextStep = (recipient: string) =>
  `Print it, lock it away, then put this into agent.toml and restart the agent:
印刷して金庫などに保管し、agent.toml に次の行を書いて再起動してください。

[backup]
recipient = "${recipient}"
`
