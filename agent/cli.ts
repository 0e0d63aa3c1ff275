#!/usr/bin/env node
import { configOption, parsedArgs } from './command-line.ts'
import { AgentError } from './kernel/errors.ts'
import { leaveAtOnce } from './leave.ts'

const USAGE = `onshi-agent: online eligibility verification for a clinic (オンライン資格確認)

  run [--config FILE] [--check]     the daemon; --check reads the configuration and stops
  demo [--exit] [--cut]             the whole path on this machine, with simulators; --cut: a
                                    line dies in mid-question and comes back
  consumer add NAME --role ROLE [--sink KIND …]|list|revoke NAME
                                    who reads or is pushed to: receipt computer, EHR, offices
  staff add NAME --role ROLE|reset NAME|disable NAME|list
                                    who signs in at the desk's page (職員の登録)
  delivery list|retry ID|drop ID|replay CONSUMER --from TIME [--to TIME]
                                    what is on its way to whom, and what waits for a person
  cert import FILE [--passphrase-file F]|list|try ID|activate ID
                                    the clinic's certificates (電子証明書)
  line list [--test]|use NAME|release NAME|report NAME [--days N]
                                    the ways to the gateway: how they are, switching by hand, a
                                    page for the carrier
  job list|run NAME                 what the agent does by itself: when, and what came of it
  terminal [--json] [--bypass|--undo]
                                    the official terminal's folders, and the one step that takes
                                    the agent out of the way
  doctor [--json]                   what is broken on the way to the gateway, and in the routing
  readers [--json]|record NAME --out FILE [--seconds N]
                                    the card readers that are plugged in, with what to put into
                                    the configuration; a masked recording of one
  status                            how the running agent is
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
const EX_CONFIG = 78

/** Faults that only a changed configuration cures: systemd does not restart on their exit code. */
const OF_CONFIG = /^(CONFIG_|SECRET_|FOLDER_LOOP|LISTEN_UNSAFE|CERTIFICATE_|STORE_KEY_WRONG)/
/** Of the configured certificate, or of one that `cert` was given. */
const OF_CERTIFICATE = /^(CLIENT_)?CERTIFICATE_/
/** Of what the person wrote. */
const OF_INPUT = /^(NOT_FOUND|REQUEST_INVALID|SINK_TARGET_REFUSED|DELIVERY_ENDED|STAFF_DUPLICATE)$/
/** Of what else runs, or does not run, on this machine. */
const OF_OTHERS = /^(AGENT_NOT_RUNNING|NOT_VISIBLE_HERE|READER_BUSY)$/

/** They print their own help. */
const HELPS_ITSELF: readonly string[] = ['demo', 'sim', 'consumer', 'staff', 'delivery', 'job']

async function command([name = '', ...args]: string[]): Promise<number> {
  if (args.includes('--help') && !HELPS_ITSELF.includes(name)) return print(USAGE)
  switch (name) {
    case 'run':
      return runCommand(args)
    case 'demo':
      return (await import('./sim/demo/demo.ts')).demoCommand(args)
    case 'sim':
      return simCommand(args)
    case 'consumer':
      return print(await (await import('./consumer-command.ts')).consumerCommand(args))
    case 'staff':
      return print(await (await import('./staff-command.ts')).staffCommand(args))
    case 'delivery':
      return print(await (await import('./delivery-command.ts')).deliveryCommand(args))
    case 'cert':
      return (await import('./cert-command.ts')).certCommand(args)
    case 'line':
      return print(await (await import('./line-command.ts')).lineCommand(args))
    case 'job':
      return print(await (await import('./job-command.ts')).jobCommand(args))
    case 'terminal':
      return print(await (await import('./terminal-command.ts')).terminalCommand(args))
    case 'doctor':
      return (await import('./doctor-command.ts')).doctorCommand(args)
    case 'readers':
      print(await (await import('./readers-command.ts')).readersCommand(args))
      // A device may owe an answer that never comes.
      if (args[0] === 'record') leaveAtOnce()
      return 0
    case 'status': {
      const { statusCommand } = await import('./status-command.ts')
      return print(await statusCommand(options(args).values.config))
    }
    case '--help':
    case 'help':
      return print(USAGE)
    default:
      throw new AgentError('USAGE', name === '' ? 'no command' : `no command ${name}`)
  }
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
      `${fault.number} ${code}: ${message}\n${fault.hint}\n${fault.title} ${fault.action}\n`,
    )
  }
  if (code === 'USAGE') {
    // Who got the usage of one command wrong is not to look for it above a page of all of them.
    if (!message.includes('onshi-agent ')) process.stderr.write(`\n${USAGE}`)
    return EX_USAGE
  }
  const isOfConfig = name !== 'cert' || error.mistakes.length > 0
  if (!isOfConfig && OF_CERTIFICATE.test(code)) return EX_DATAERR
  if (OF_CONFIG.test(code)) return EX_CONFIG
  if (OF_INPUT.test(code)) return EX_DATAERR
  return OF_OTHERS.test(code) ? EX_UNAVAILABLE : EX_SOFTWARE
}

try {
  process.exitCode = await command(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof AgentError)) throw error
  process.exitCode = await explain(error, process.argv[2])
}
