import { Check } from 'typebox/value'
import { loadConfig, loadTerminal } from '../config/load.ts'
import type { Terminal } from '../config/terminal.ts'
import { callControl } from './api/control-client.ts'
import { TerminalView } from './api/terminal.ts'
import { configOption, parsedArgs, pretty } from './command-line.ts'
import { AgentError } from './kernel/errors.ts'
import { bypassCommand } from './terminal-front.ts'

const USAGE = 'onshi-agent terminal [--json] [--bypass|--undo]'

/**
 * `onshi-agent terminal`: the official terminal's folders as the running agent sees them, and the
 * one step that takes the agent out of the way. `--bypass` and `--undo` print the step alone, also
 * where no agent runs. Gives what to print. Throws `USAGE`, `NOT_FOUND`, `AGENT_NOT_RUNNING`.
 */
export async function terminalCommand(args: readonly string[]): Promise<string> {
  const values = parsed(args)
  const terminal = loadTerminal(values.config)
  if (terminal === undefined) throw new AgentError('NOT_FOUND', 'no [terminal] is configured')
  if (values.bypass || values.undo) return step(terminal, values.undo)
  const { control } = loadConfig(values.config)
  const answer = await callControl(control.socket, 'GET', '/terminal')
  if (values.json || !Check(TerminalView, answer)) return pretty(answer)
  const folders = answer.folders.map(
    ({ role, state, path, newestAt, fault }) =>
      `${role.padEnd(11)} ${state.padEnd(12)} ${path}${newestAt === null ? '' : `  newest ${newestAt}`}${fault === null ? '' : `  ${fault.number} ${fault.title}`}`,
  )
  return [
    ...folders,
    `open questions ${answer.open}, answer time ${answer.answerMs === null ? 'not known yet' : `${answer.answerMs.last} ms (median ${answer.answerMs.median})`}`,
    `heard ${answer.heardAt ?? 'nothing yet'}`,
    ...onPaper(terminal),
    ...inFront(terminal, answer.bypassed),
    '',
  ].join('\n')
}

/** What is not visible from here, as a person typed it. */
function onPaper({ certificate_expires: end, contact = {} }: Terminal): string[] {
  const { customer_id: id, carrier, phone, hours } = contact
  const line = [id === undefined ? [] : [`お客様ID ${id}`], carrier ?? [], phone ?? [], hours ?? []]
  return [
    ...(end === undefined ? [] : [`certificate of the terminal (as typed) until ${end}`]),
    ...(line.flat().length === 0 ? [] : [`line of the terminal: ${line.flat().join('  ')}`]),
  ]
}

function inFront(terminal: Terminal, bypassed: boolean): string[] {
  const steps = bypassCommand(terminal)
  if (steps === null)
    return ['beside: the end of the agent changes nothing for the receipt computer']
  return bypassed
    ? [`in front, BYPASSED. To undo, as root: ${steps.off}`]
    : [`in front. To take the agent out of the way, as root: ${steps.on}`]
}

function step(terminal: Terminal, isUndo: boolean): string {
  const steps = bypassCommand(terminal)
  if (steps === null)
    throw new AgentError('NOT_FOUND', 'no [terminal.front]: there is nothing to bypass')
  return `${isUndo ? steps.off : steps.on}\n`
}

const flag = { type: 'boolean', default: false } as const
const options = { ...configOption, json: flag, bypass: flag, undo: flag }

function parsed(args: readonly string[]) {
  const { values } = parsedArgs({ args: [...args], options }, USAGE)
  if (values.bypass && values.undo) throw new AgentError('USAGE', USAGE)
  return values
}
