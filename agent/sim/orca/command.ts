import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { BehaviourError } from '../behaviour.ts'
import { parseJson } from '../http.ts'
import { EXIT, endpoint, exitOfSystem, say, serveCommand, wrapped } from '../serve-command.ts'
import { assumptionsText } from './assumptions.ts'
import { CALLS, MODES } from './behaviour.ts'
import { readSeeds } from './seed.ts'
import type { Account } from './serve.ts'
import { DEMO_ACCOUNT, type OrcaSimulatorOptions, startOrcaSimulator } from './server.ts'

const USAGE = `usage: onshi-agent sim orca [options]
  --listen 127.0.0.1:8000     plain HTTP with Basic authentication
  --classic                   no prefix; without it /api, as a WebORCA
  --user ormaster             and
  --password ormaster         of the login
  --patients FILE             JSON as GET /patients of the control address gives it
  --no-numbering              * as a patient number is refused (11)
  --age-rules                 rules of 前期高齢者 and 後期高齢者
  --control 127.0.0.1:8447    plain HTTP: POST /behaviour, GET /stats, GET and PUT /patients
                              and /appointments
  --assumptions               print what is taken for granted, and end

GET api01rv2/patientgetv2; POST api01rv2/patientlst2v2, patientlst3v2, insuranceinf1v2,
system01lstv2, appointlstv2, orca12/patientmodv2, orca12/patientmodv32 and api21/medicalmodv37. XML, or JSON with format=json.

POST /behaviour takes JSON, as {"mode":"drop","processed":true,"at":"patientmodv32","step":"03"}:
  mode               what goes wrong; {"mode":"normal"} ends all of it
  at                 only this call: ${CALLS.slice(0, 3).join(', ')},
                     ${CALLS.slice(3).join(', ')}
  step               only this class or Request_Number
  patient            only this patient, as "00042"; of lock and unlock: whom
  times, share       how many requests; which share of them
  processed          whether the request is carried out before drop, hang, status, busy and the like
  delayMs            of slow (default 1000) and slow-body
  status             of status (default 500)
  retryAfterSeconds  of busy and too-many (default 2)
  result             of result: the Api_Result, as "E50"
  questions          of ask: [{"Patient_Select":"…","Patient_Select_Message":"…"}]
  by                 of lock and unlock: the person; without it 受付, and whoever has the patient
  modes:
${wrapped(MODES)}`

const valuesOf = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    options: {
      listen: { type: 'string', default: '127.0.0.1:8000' },
      classic: { type: 'boolean', default: false },
      user: { type: 'string', default: DEMO_ACCOUNT.user },
      password: { type: 'string', default: DEMO_ACCOUNT.password },
      patients: { type: 'string' },
      'no-numbering': { type: 'boolean', default: false },
      'age-rules': { type: 'boolean', default: false },
      control: { type: 'string', default: '127.0.0.1:8447' },
      assumptions: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values

const FILE_CALLS: readonly unknown[] = ['open', 'read']

/** What cannot be opened or is no list of patients; a bug passes. */
const exitOf = (error: unknown): number => {
  if (error instanceof BehaviourError) return EXIT.noInput
  const isFile = error instanceof Error && 'syscall' in error && FILE_CALLS.includes(error.syscall)
  return isFile ? EXIT.noInput : exitOfSystem(error)
}

const start = async (
  options: OrcaSimulatorOptions & { readonly account: Account },
  patientsFile: string | undefined,
) => {
  const patients =
    patientsFile === undefined ? [] : readSeeds(parseJson(readFileSync(patientsFile)))
  const orca = await startOrcaSimulator({
    ...options,
    patients,
    onServed: ({ call = 'not served', result = 'no answer', mode }) =>
      say(`${call} ${result}`, mode),
  })
  return {
    banner: [
      `simulated ORCA      ${orca.url}${orca.prefix}`,
      `login               Basic, user ${options.account.user}`,
      `control             ${orca.controlUrl}  POST /behaviour, GET /stats, GET and PUT /patients and /appointments`,
      `assumptions         onshi-agent sim orca --assumptions`,
      `patients            ${orca.patients().length}`,
    ],
    close: orca.close,
  }
}

const read = (argv: readonly string[]) => {
  const values = valuesOf(argv)
  if (values.help) return USAGE
  if (values.assumptions) return assumptionsText()
  const options = {
    listen: endpoint('listen', values.listen),
    control: endpoint('control', values.control),
    prefix: values.classic ? '' : '/api',
    account: { user: values.user, password: values.password },
    autoNumbering: !values['no-numbering'],
    ageRules: values['age-rules'],
  }
  return () => start(options, values.patients)
}

/**
 * `onshi-agent sim orca`: runs until SIGINT or SIGTERM, or until `signal` aborts. The exit code: 0, 64
 * for a wrong option, 66 for a file of patients that is none, 69 where an address cannot be used.
 */
export const orcaCommand = (argv: readonly string[], signal?: AbortSignal): Promise<number> =>
  serveCommand({ name: 'orca', usage: USAGE, read, exitOf }, argv, signal)
