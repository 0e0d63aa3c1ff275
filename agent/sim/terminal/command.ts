import { parseArgs } from 'node:util'
import { patientsTable } from '../patients.ts'
import { DEMO_INSTITUTION_CODE } from '../pki.ts'
import { endpoint, say, serveCommand, wrapped } from '../serve-command.ts'
import { MODES } from './behaviour.ts'
import type { Happened } from './office.ts'
import { startTerminalSimulator, type TerminalSimulatorOptions } from './server.ts'

const USAGE = `usage: onshi-agent sim terminal --root DIR [options]
  --root DIR                  gets req, res, face and trash
  --institution 1319999991    10 digits
  --charset utf-8|shift_jis   of the answers
  --zip                       bulk results come as ZIP
  --same-identifier           refuse a request whose identifier inside is not that of its name
  --poll 500                  ms between looks into req
  --control 127.0.0.1:8446    plain HTTP: POST /face, POST /behaviour, GET /stats
  --patients                  print the forty patients and end

Into req go OQSsiquc01req_, OQSmuquc01req_, OQSmuquc02req_ and OQSsiimm01req_ files; the answer
comes into res under the same name with res for req. Other names are left lying. What is no message
goes to trash: not XML, another charset than declared, a DTD, attributes, without its end for 10 s.
Every other mistake is answered with segment 9.

POST /face takes JSON, as {"patient":"01"}: a check at the card reader. POST /behaviour takes JSON,
as {"mode":"slow","delayMs":5000,"times":2}:
  mode           what goes wrong; {"mode":"normal"} ends it
  delayMs        of slow, half-written, locked, renames, twice (default 1000)
  deleteAfterMs  of deletes (default 1000)
  sizeBytes      of huge (default 20 MiB)
  second         of twice: same (default) or other, the name of the second file
  times          how many files it holds for
  at             answer or face; both without it
  modes:
${wrapped(MODES)}`

const charsetOf = (text: string) => {
  const found = (['utf-8', 'shift_jis'] as const).find((one) => one === text.toLowerCase())
  if (found === undefined) throw new TypeError('--charset: one of utf-8, shift_jis')
  return found
}

const valuesOf = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    options: {
      root: { type: 'string' },
      institution: { type: 'string', default: DEMO_INSTITUTION_CODE },
      charset: { type: 'string', default: 'utf-8' },
      zip: { type: 'boolean', default: false },
      'same-identifier': { type: 'boolean', default: false },
      poll: { type: 'string', default: '500' },
      control: { type: 'string', default: '127.0.0.1:8446' },
      patients: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values

const wordsOf = ({ request, became, patient }: Happened) =>
  [request ?? 'card reader', became, ...(patient === undefined ? [] : [`patient ${patient}`])].join(
    ' ',
  )

const start = async (options: TerminalSimulatorOptions) => {
  const terminal = await startTerminalSimulator({
    ...options,
    onHappened: (happened) => say(wordsOf(happened), happened.mode),
  })
  const { req, res, face } = terminal.folders
  return {
    banner: [
      `simulated terminal  of ${options.institutionCode} (answers in ${options.charset})`,
      `requests            ${req}`,
      `answers             ${res}`,
      `card reader         ${face}`,
      `control             ${terminal.controlUrl}  POST /face, POST /behaviour, GET /stats`,
      'patients            onshi-agent sim terminal --patients',
    ],
    close: terminal.close,
  }
}

const read = (argv: readonly string[]) => {
  const values = valuesOf(argv)
  if (values.help) return USAGE
  if (values.patients) return patientsTable()
  if (values.root === undefined) throw new TypeError('--root: the folder to play in')
  if (!/^\d{10}$/.test(values.institution)) throw new TypeError('--institution: ten digits')
  if (!/^[1-9]\d{0,5}$/.test(values.poll)) throw new TypeError('--poll: 1 to 999999 ms')
  const options = {
    root: values.root,
    institutionCode: values.institution,
    charset: charsetOf(values.charset),
    zip: values.zip,
    sameIdentifier: values['same-identifier'],
    pollMs: Number(values.poll),
    control: endpoint('control', values.control),
  }
  return () => start(options)
}

/**
 * `onshi-agent sim terminal`: runs until SIGINT or SIGTERM, or until `signal` aborts. The exit code:
 * 0, 64 for a wrong option, 69 where the folder or the control address cannot be used.
 */
export const terminalCommand = (argv: readonly string[], signal?: AbortSignal): Promise<number> =>
  serveCommand({ name: 'terminal', usage: USAGE, read }, argv, signal)
