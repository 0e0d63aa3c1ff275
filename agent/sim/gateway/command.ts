import { parseArgs } from 'node:util'
import type { Endpoint } from '../listen.ts'
import { patientsTable } from '../patients.ts'
import {
  DEMO_INSTITUTION_CODE,
  makePki,
  pkiFiles,
  readServerTls,
  serverTls,
  writePki,
} from '../pki.ts'
import { EXIT, say, stopAsked, wrapped } from '../serve-command.ts'
import { CONNECTION_MODES, MODES } from './behaviour.ts'
import { makeOtherTls, readOtherTls, writeOtherTls } from './certificates.ts'
import { DEMO_ACCOUNT, type GatewaySimulatorOptions, startGatewaySimulator } from './server.ts'
import type { Account } from './sessions.ts'

const USAGE = `usage: onshi-agent sim gateway [options]
  --listen [::1]:8443         HTTPS address; may be given several times, for several lines
  --control 127.0.0.1:8444    plain HTTP: POST /behaviour, GET /stats
  --pki DIR                   certificates; made when missing (default ./onshi-sim-pki)
  --institution 1319999991    10 digits, for certificates that are made
  --charset utf-8|shift_jis   of the answers
  --user U --password P       the account (default ${DEMO_ACCOUNT.user} / ${DEMO_ACCOUNT.password})
  --no-login                  ask for no login
  --refuse tls|400-page       how a client without a good certificate is refused
  --no-shuffle                answers in the documented element order
  --connections 20            TLS connections at a time; a further one is closed at once
  --patients                  print the forty patients and end

POST /behaviour takes JSON, as {"mode":"busy","times":2,"from":"fd00:a::/64"}:
  mode       what goes wrong; {"mode":"normal"} ends everything that was set
  at         question (default), login, status, any (request), or connection
  delayMs    before the answer, between the pieces of slow-body, before TLS in slow-tls
  status     for mode status, 200 to 599
  times      how many requests or connections it holds for
  patient    only questions that find this one, 1 to 40
  from       only clients with this source address or prefix. There can be one behaviour for each
             prefix, and one without; the narrowest that holds wins
  modes for requests:
${wrapped(MODES)}  modes for connections:
${wrapped(CONNECTION_MODES)}`

/** A bad option; the message says which and what is right. */
class UsageError extends Error {}

const endpoint = (option: string, text: string): Endpoint => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port > 65_535)
    throw new UsageError(`--${option}: write host:port or [address]:port`)
  return { host, port }
}

const oneOf = <T extends string>(option: string, text: string, known: readonly T[]): T => {
  const found = known.find((one) => one === text)
  if (found === undefined) throw new UsageError(`--${option}: one of ${known.join(', ')}`)
  return found
}

const readOptions = (argv: readonly string[]) => {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        listen: { type: 'string', multiple: true, default: ['[::1]:8443'] },
        control: { type: 'string', default: '127.0.0.1:8444' },
        pki: { type: 'string', default: './onshi-sim-pki' },
        institution: { type: 'string', default: DEMO_INSTITUTION_CODE },
        charset: { type: 'string', default: 'utf-8' },
        user: { type: 'string', default: DEMO_ACCOUNT.user },
        password: { type: 'string', default: DEMO_ACCOUNT.password },
        'no-login': { type: 'boolean', default: false },
        refuse: { type: 'string', default: 'tls' },
        'no-shuffle': { type: 'boolean', default: false },
        connections: { type: 'string', default: '20' },
        patients: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UsageError(error.message, { cause: error })
  }
}
type Values = ReturnType<typeof readOptions>

/** What `--listen` may name beside the addresses that every made certificate holds. */
const hostsOf = ({ host }: Endpoint) => (['::', '0.0.0.0'].includes(host) ? [] : [host])

const limit = (text: string): number => {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new UsageError('--connections: a number from 1 to 99999')
  return Number(text)
}

/** What the folder holds, or new ones in it. */
const certificates = (dir: string, institutionCode: string, hosts: readonly string[]) => {
  const existing = readServerTls(dir)
  if (existing !== undefined) {
    const otherTls = readOtherTls(dir, existing)
    return { tls: existing, ...(otherTls && { otherTls }) }
  }
  const pki = makePki({ institutionCode, hosts })
  const tls = serverTls(pki)
  const otherTls = makeOtherTls(tls, pki.ca)
  writePki(dir, pki)
  writeOtherTls(dir, otherTls)
  return { tls, otherTls }
}

const optionsOf = (values: Values): GatewaySimulatorOptions => {
  const listen = values.listen.map((text) => endpoint('listen', text))
  if (!/^\d{10}$/.test(values.institution)) throw new UsageError('--institution: ten digits')
  const checked = {
    listen,
    control: endpoint('control', values.control),
    charset: oneOf('charset', values.charset.toLowerCase(), ['utf-8', 'shift_jis'] as const),
    account: values['no-login'] ? null : { user: values.user, password: values.password },
    refuse: oneOf('refuse', values.refuse, ['tls', '400-page'] as const),
    shuffle: !values['no-shuffle'],
    connectionLimit: limit(values.connections),
  }
  return {
    ...checked,
    ...certificates(values.pki, values.institution, listen.flatMap(hostsOf)),
  }
}

/** The demo password is public; one that was given is not repeated. */
const accountLine = ({ user, password }: Account) =>
  password === DEMO_ACCOUNT.password ? `${user} / ${password}` : user

const run = async (values: Values): Promise<void> => {
  const options = optionsOf(values)
  const gateway = await startGatewaySimulator({
    ...options,
    onServed: ({ method, path, status, patient, mode }) =>
      say(`${method} ${path} ${status}${patient === undefined ? '' : ` patient ${patient}`}`, mode),
  })
  const files = pkiFiles(values.pki)
  const { account } = options
  process.stdout.write(
    [
      `simulated gateway  ${gateway.urls.join('  ')}  (answers in ${options.charset})`,
      `control            ${gateway.controlUrl}  POST /behaviour, GET /stats`,
      `CA                 ${files.ca}`,
      `client PKCS#12     ${files.clientPkcs12}  (passphrase in ${files.passphrase})`,
      account ? `account            ${accountLine(account)}` : 'no login is asked for',
      'patients           onshi-agent sim gateway --patients',
      '',
    ].join('\n'),
  )
  await stopAsked()
  await gateway.close()
}

/**
 * `onshi-agent sim gateway`: runs until SIGINT or SIGTERM. A bad option prints the usage and exits
 * 64; a taken port or an unreadable folder rejects with the system's error.
 */
export const gatewayCommand = async (argv: string[]): Promise<void> => {
  try {
    const values = readOptions(argv)
    if (values.patients) process.stdout.write(patientsTable())
    else await run(values)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\n${USAGE}`)
    process.exitCode = EXIT.usage
  }
}
