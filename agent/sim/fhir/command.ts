import { parseArgs } from 'node:util'
import type { Endpoint } from '../listen.ts'
import { makePki, pkiFiles, readServerTls, serverTls, writePki } from '../pki.ts'
import { endpoint, say, serveCommand, wrapped } from '../serve-command.ts'
import { INTERACTIONS, MODES } from './behaviour.ts'
import { type FhirSimulator, type FhirSimulatorOptions, startFhirSimulator } from './server.ts'

const DEMO_TOKEN = 'demo-token'

const USAGE = `usage: onshi-agent sim fhir [options]
  --listen 127.0.0.1:8451     HTTP address; the service base is /fhir there
  --control 127.0.0.1:8452    plain HTTP: POST /behaviour, GET /stats, GET and POST /resources
  --tls                       HTTPS
  --client-certificate        HTTPS, and a client certificate is demanded
  --pki DIR                   certificates; made when missing (default ./onshi-sim-fhir-pki)
  --token T                   the Bearer token (default ${DEMO_TOKEN})
  --no-token                  ask for no token
  --update-creates            PUT with an id that is not there makes it
  --patient-read-only         nobody may write a Patient
  --race 0                    ms between looking for what is there and writing it

FHIR R4 with Patient, Organization, Coverage, CoverageEligibilityRequest and
CoverageEligibilityResponse: read, search, create, update, and both on condition. It begins empty;
POST /resources (JSON) at the control address puts there what the EHR is to have already.

POST /behaviour takes JSON, as {"mode":"drop-after","at":"create","percent":5}:
  mode               what goes wrong; {"mode":"normal"} ends everything that was set
  at                 ${INTERACTIONS.join(', ')},
                     write (create and update), or any (default)
  resourceType       only requests for resources of this type
  times              how many requests it holds for
  percent            of the requests that it is for, as many in a hundred
  delayMs            of late and slow (default 1000)
  status             of status and status-after, 400 to 599 (default 500)
  retryAfterSeconds  of busy and too-many (default 2)
  modes:
${wrapped(MODES)}`

const valuesOf = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    options: {
      listen: { type: 'string', default: '127.0.0.1:8451' },
      control: { type: 'string', default: '127.0.0.1:8452' },
      tls: { type: 'boolean', default: false },
      'client-certificate': { type: 'boolean', default: false },
      pki: { type: 'string', default: './onshi-sim-fhir-pki' },
      token: { type: 'string', default: DEMO_TOKEN },
      'no-token': { type: 'boolean', default: false },
      'update-creates': { type: 'boolean', default: false },
      'patient-read-only': { type: 'boolean', default: false },
      race: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  }).values

type Options = FhirSimulatorOptions & { readonly listen: Endpoint }

/** What the folder holds, or new ones in it. */
const certificates = (dir: string, { host }: Endpoint) => {
  const existing = readServerTls(dir)
  if (existing !== undefined) return existing
  const pki = makePki({ hosts: ['::', '0.0.0.0'].includes(host) ? [] : [host] })
  writePki(dir, pki)
  return serverTls(pki)
}

/** A token that was given is not repeated. */
const tokenLine = (token: string | undefined) => {
  if (token === undefined) return 'no token is asked for'
  return token === DEMO_TOKEN ? `token              ${token}` : 'token              as given'
}

const banner = (
  { url, controlUrl }: FhirSimulator,
  { token, clientCertificate }: Options,
  pki: string | undefined,
) => {
  const files = pki === undefined ? undefined : pkiFiles(pki)
  return [
    `simulated EHR      ${url}  (FHIR R4)`,
    `control            ${controlUrl}  POST /behaviour, GET /stats, GET and POST /resources`,
    tokenLine(token),
    ...(files ? [`CA                 ${files.ca}`] : []),
    ...(files && clientCertificate
      ? [`client             ${files.clientCertificate}  ${files.clientKey}`]
      : []),
  ]
}

/** `pki`: the folder of the certificates; undefined: plain HTTP. */
const start = async (options: Options, pki: string | undefined) => {
  const ehr = await startFhirSimulator({
    ...options,
    ...(pki !== undefined && { tls: certificates(pki, options.listen) }),
    onServed: ({ method, path, status, mode }) =>
      say(`${method} ${path} ${status ?? 'no answer'}`, mode),
  })
  return { banner: banner(ehr, options, pki), close: ehr.close }
}

const read = (argv: readonly string[]) => {
  const values = valuesOf(argv)
  if (values.help) return USAGE
  if (!/^\d{1,5}$/.test(values.race)) throw new TypeError('--race: 0 to 99999 ms')
  const options = {
    listen: endpoint('listen', values.listen),
    control: endpoint('control', values.control),
    clientCertificate: values['client-certificate'],
    updateCreates: values['update-creates'],
    patientReadOnly: values['patient-read-only'],
    raceMs: Number(values.race),
    ...(values['no-token'] ? {} : { token: values.token }),
  }
  const isTls = values.tls || values['client-certificate']
  return () => start(options, isTls ? values.pki : undefined)
}

/**
 * `onshi-agent sim fhir`: runs until SIGINT or SIGTERM, or until `signal` aborts. The exit code:
 * 0, 64 for a wrong option, 69 where an address or the folder of the certificates cannot be used.
 */
export const fhirCommand = (argv: readonly string[], signal?: AbortSignal): Promise<number> =>
  serveCommand({ name: 'fhir', usage: USAGE, read }, argv, signal)
