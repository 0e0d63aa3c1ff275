#!/usr/bin/env node
import { openBesideUnit } from './beside-unit.ts'
import { configOption, parsedArgs } from './command-line.ts'
import { AgentError } from './kernel/errors.ts'
import type { FaultCode } from './kernel/faults.ts'
import { leaveAtOnce } from './leave.ts'

const USAGE = `onshi-agent: online eligibility verification for a clinic (オンライン資格確認)

  run [--config FILE] [--check]     the daemon; --check reads the configuration and stops
  demo [--exit] [--cut]             the whole path on this machine, with simulators; --cut: a
                                    line dies in mid-question and comes back
  setup [--answers FILE] [--check]  from nothing to a first verification, by questions or by an
                                    answer file; can stop and go on days later (導入)
  consumer add NAME --role ROLE [--sink KIND …]|list|revoke NAME
                                    who reads or is pushed to: receipt computer, EHR, offices
  staff add NAME --role ROLE|reset NAME|disable NAME|list
                                    who signs in at the desk's page (職員の登録)
  delivery list|retry ID|drop ID|replay CONSUMER --from TIME [--to TIME]
                                    what is on its way to whom, and what waits for a person
  cert import FILE [--passphrase-file F]|list|try ID|activate ID
                                    the clinic's certificates (電子証明書)
  key rotate                        a new key for the database, while the agent is stopped
  ca show [--print]|new             the agent's own CA (own_ca): fingerprint and how to install it
  vendor open --minutes N --reason R --plan P|close|list|report ID
                                    the support vendor's access: off until it is opened
  line list [--test]|use NAME|release NAME|report NAME [--days N]
                                    the ways to the gateway: how they are, switching by hand, a
                                    page for the carrier
  job list|run NAME                 what the agent does by itself: when, and what came of it
  audit verify [--json] [--database F]|export --from DAY --to DAY [--out F]|accept
                                    who did what: whether it is as it was written, and as a CSV
                                    for the inspector
  terminal [--json] [--bypass|--undo]
                                    the official terminal's folders, and the one step that takes
                                    the agent out of the way
  doctor [--json] [--steps]         the whole box on one screen: what is OK, what is not, what to do
  bundle [--out FILE|-] [--hours N] one ZIP for the support vendor, without patient data
  inventory [--json|--csv]          this box for the clinic's register (機器台帳)
  backup [--to DIR]|recovery-key|protect
                                    a copy of the database that survives the machine; the key that
                                    opens it, to be printed (復元キー)
  verify-backup FILE                restores one for trial
  restore FILE --key-file F|acknowledge
                                    this machine from a backup, or a new one in its place
  readers [--json]|record NAME --out FILE [--seconds N]
                                    the card readers that are plugged in, with what to put into
                                    the configuration; a masked recording of one
  status                            how the running agent is
  upgrade show|accept               how the last upgrade of the package ended
  verify                            compares the installed files with the list of the package
  sim gateway [options]             the strict simulator of the official side
  sim card [options]                a simulated My Number card
  sim terminal --root DIR [options] the official terminal's software, on a folder
  sim orca [options]                a strict ORCA: patients, insurance, locks, people at the screen
  sim fhir [options]                a strict EHR that takes FHIR R4

  --config FILE                     default /etc/onshi-agent/agent.toml
`

/** sysexits(3). */
const EX_USAGE = 64
const EX_DATAERR = 65
const EX_UNAVAILABLE = 69
const EX_SOFTWARE = 70
const EX_CANTCREAT = 73
const EX_NOPERM = 77
const EX_CONFIG = 78

/** Faults that only a person cures, mostly by another configuration: systemd does not restart on their exit code. */
const OF_CONFIG =
  /^(CONFIG_|SECRET_|FOLDER_LOOP|LISTEN_UNSAFE|CERTIFICATE_|STORE_KEY_WRONG|RESTORE_UNFINISHED)/
/** Of the configured certificate, or of one that `cert` was given. */
const OF_CERTIFICATE = /^(CLIENT_)?CERTIFICATE_/
/** Of what the person wrote, or of files that were looked at. */
const OF_INPUT =
  /^(INSTALLATION_UNLISTED|INSTALLATION_ALTERED|NOT_FOUND|REQUEST_INVALID|SINK_TARGET_REFUSED|DELIVERY_ENDED|STAFF_DUPLICATE|RECOVERY_KEY_INVALID|BACKUP_(KEY_WRONG|DAMAGED|FOREIGN|NEWER)|RESTORE_OVER_LIVE|VENDOR_(OPEN|CLOSED|REPORT_EARLY))$/
/** Of what else runs, or does not run, on this machine. */
const OF_OTHERS = /^(AGENT_NOT_RUNNING|STORE_IN_USE|NOT_VISIBLE_HERE|READER_BUSY|FILE_UNWRITABLE)$/

/** Of `setup`, which is run again once the cause is gone. */
const OF_SETUP: Readonly<Partial<Record<FaultCode, number>>> = {
  SETUP_ANSWERS_INVALID: EX_DATAERR,
  ACCOUNT_NOT_FOR_PROGRAMS: EX_DATAERR,
  SETUP_FILE_FAILED: EX_CANTCREAT,
  SETUP_NOT_ALLOWED: EX_NOPERM,
}

/** They print their own help. */
const HELPS_ITSELF: readonly string[] = [
  'setup',
  'demo',
  'sim',
  'consumer',
  'staff',
  'vendor',
  'delivery',
  'job',
  'key',
  'audit',
  'backup',
  'verify-backup',
  'restore',
  'upgrade',
]

async function command([name = '', ...args]: string[]): Promise<number> {
  if (args.includes('--help') && !HELPS_ITSELF.includes(name)) return print(USAGE)
  switch (name) {
    case 'run':
      return runCommand(args)
    case 'demo':
      return (await import('./sim/demo/demo.ts')).demoCommand(args)
    case 'sim':
      return simCommand(args)
    case 'setup':
      return (await import('./setup-command.ts')).setupCommand(args)
    case 'consumer':
      return print(await (await import('./consumer-command.ts')).consumerCommand(args))
    case 'staff':
      return print(await (await import('./staff-command.ts')).staffCommand(args))
    case 'vendor':
      return print(await (await import('./vendor-command.ts')).vendorCommand(args))
    case 'delivery':
      return print(await (await import('./delivery-command.ts')).deliveryCommand(args))
    case 'cert':
      return (await import('./cert-command.ts')).certCommand(args)
    case 'key':
      return print((await import('./key-command.ts')).keyCommand(args))
    case 'ca':
      return print(await (await import('./ca-command.ts')).caCommand(args))
    case 'line':
      return print(await (await import('./line-command.ts')).lineCommand(args))
    case 'job':
      return print(await (await import('./job-command.ts')).jobCommand(args))
    case 'audit':
      return (await import('./audit-command.ts')).auditCommand(args)
    case 'terminal':
      return print(await (await import('./terminal-command.ts')).terminalCommand(args))
    case 'backup':
      return print(await (await import('./backup-command.ts')).backupCommand(args))
    case 'verify-backup':
      return print(await (await import('./verify-backup-command.ts')).verifyBackupCommand(args))
    case 'restore':
      return print(await (await import('./restore-command.ts')).restoreCommand(args))
    case 'doctor':
      return (await import('./doctor-command.ts')).doctorCommand(args)
    case 'bundle':
      return print(await (await import('./bundle-command.ts')).bundleCommand(args))
    case 'upgrade':
      return (await import('./upgrade-command.ts')).upgradeCommand(args)
    case 'inventory':
      return print(await (await import('./inventory-command.ts')).inventoryCommand(args))
    case 'readers':
      print(await (await import('./readers-command.ts')).readersCommand(args))
      // A device may owe an answer that never comes.
      if (args[0] === 'record') leaveAtOnce()
      return 0
    case 'status':
      return statusCommand(args)
    case 'verify':
      return print((await import('./verify-command.ts')).verifyCommand())
    case '--help':
    case 'help':
      return print(USAGE)
    default:
      throw new AgentError('USAGE', name === '' ? 'no command' : `no command ${name}`)
  }
}

async function statusCommand(args: string[]): Promise<number> {
  const { statusCommand: ask } = await import('./status-command.ts')
  return print(await ask(options(args).values.config))
}

async function runCommand(args: string[]): Promise<number> {
  const { values } = options(args)
  if (!values.check) return (await import('./daemon.ts')).run(values.config)
  const [{ checkConfig }, { maintenanceFile }, { readIdentity }] = await Promise.all([
    import('../config/load.ts'),
    import('../config/maintenance.ts'),
    import('./settings.ts'),
  ])
  const config = checkConfig(values.config)
  readIdentity(config)
  const names = config.lines.map(({ name }) => name)
  // The agent starts without it; who asks for a check wants to know.
  if (config.maintenance.file !== undefined) maintenanceFile(config.maintenance.file, names).read()
  return print(`${values.config}: OK\n`)
}

async function simCommand([what, ...args]: string[]): Promise<number> {
  if (what === 'gateway') {
    await (await import('./sim/gateway/command.ts')).gatewayCommand(args)
    return 0
  }
  if (what === 'card') return (await import('./sim/card/command.ts')).cardCommand(args)
  if (what === 'terminal') return (await import('./sim/terminal/command.ts')).terminalCommand(args)
  if (what === 'orca') return (await import('./sim/orca/command.ts')).orcaCommand(args)
  if (what === 'fhir') return (await import('./sim/fhir/command.ts')).fhirCommand(args)
  throw new AgentError('USAGE', 'onshi-agent sim gateway|card|terminal|orca|fhir')
}

const options = (args: string[]) =>
  parsedArgs(
    {
      args,
      allowPositionals: true,
      options: { ...configOption, check: { type: 'boolean', default: false } },
    },
    'onshi-agent run [--config FILE] [--check] | status [--config FILE]',
  )

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

async function explain(error: AgentError, name: string | undefined): Promise<number> {
  const { fault, code, message } = error
  if (error.mistakes.length > 0 || OF_CONFIG.test(code)) {
    const { formatConfigFault } = await import('../config/fault.ts')
    process.stderr.write(`${formatConfigFault(error)}\n`)
  } else {
    process.stderr.write(
      `${fault.number} ${code}: ${message}\n${fault.title} ${fault.action}\n${fault.hint}\n`,
    )
  }
  if (code === 'USAGE') {
    // Who got the usage of one command wrong is not to look for it above a page of all of them.
    if (!message.includes('onshi-agent ')) process.stderr.write(`\n${USAGE}`)
    return EX_USAGE
  }
  const ofSetup = OF_SETUP[code]
  if (ofSetup !== undefined) return ofSetup
  const isOfConfig = (name !== 'cert' && name !== 'setup') || error.mistakes.length > 0
  if (!isOfConfig && OF_CERTIFICATE.test(code)) return EX_DATAERR
  if (OF_CONFIG.test(code)) return EX_CONFIG
  if (OF_INPUT.test(code)) return EX_DATAERR
  return OF_OTHERS.test(code) || name === 'setup' ? EX_UNAVAILABLE : EX_SOFTWARE
}

try {
  const words = process.argv.slice(2)
  await openBesideUnit(words)
  process.exitCode = await command(words)
} catch (error) {
  if (!(error instanceof AgentError)) throw error
  process.exitCode = await explain(error, process.argv[2])
}
