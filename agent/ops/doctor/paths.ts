import { type FaultCode, faults } from '../../kernel/faults.ts'
import type { Examination } from '../doctor.ts'
import { asRoot, type Check, next, ng, ok, unseen } from './check.ts'

/**
 * Pure. Lines, folders, routing and forwarding, a row each; null: nothing could be tested. `mayOpen`:
 * whether who looked has the rights of the agent, or only looked beside it.
 */
export function pathChecks(
  examination: Examination | null,
  isTerminal: boolean,
  mayOpen: boolean,
): Check[] {
  if (examination === null)
    return [
      unseen(
        'line',
        'line-path',
        '回線の試験',
        'the path test',
        next('設定を直してから実行してください。', 'Correct the configuration first.'),
      ),
    ]
  const { lines, folders, forwarding } = examination
  return [
    ...(lines.length === 0 && isTerminal
      ? [
          unseen(
            'line',
            'line-path',
            '回線は資格確認端末のものです',
            'the line is the terminal’s',
            next('端末で確認してください。', 'Look at the terminal.'),
          ),
        ]
      : []),
    ...lines.map(pathOf),
    ...lines.flatMap(routingOf),
    ...forwardingOf(forwarding, lines.length > 0),
    ...folders.map((one) => folderOf(one, mayOpen)),
  ]
}

const saidOf = (code: FaultCode) => {
  const { number, title, action, hint } = faults[code]
  return { title, more: { code, number, ...next(action, hint) } }
}

function pathOf({ card: { name: subject, kind }, path }: Examination['lines'][number]): Check {
  if (path === null)
    return unseen('line', 'line-path', '試験できませんでした', 'not tested', { subject })
  const steps = path.steps.filter(({ result }) => result === 'pass')
  if (path.fault !== null) {
    const { title, more } = saidOf(path.fault)
    const red = path.steps.find(({ result }) => result === 'fail')?.step ?? ''
    return ng('line', 'line-path', title, `${path.fault} at {step}`, {
      subject,
      ...more,
      facts: { kind, step: red },
    })
  }
  const tookMs = Math.round(steps.reduce((sum, { tookMs }) => sum + (tookMs ?? 0), 0))
  return ok('line', 'line-path', '{steps} 段階とも正常です（{tookMs} ms）', '{steps} steps pass', {
    subject,
    facts: { kind, steps: steps.length, tookMs },
  })
}

function routingOf({ card: { name: subject }, routing }: Examination['lines'][number]): Check[] {
  const { result, from, found, expected, why } = routing
  const own = { from: from ?? '', found: found ?? '', expected: expected ?? '', why: why ?? '' }
  if (result === 'skipped')
    return [unseen('routing', 'routing-own', '経路（{why}）', 'the route: {why}', { subject, own })]
  if (result === 'pass')
    return [
      ok('routing', 'routing-own', 'この回線から出ます（{found}）', 'leaves by {found}', {
        subject,
        own,
      }),
    ]
  const said: readonly [ja: string, en: string] =
    found === null
      ? ['出口がありません（{why}）', 'no way out: {why}']
      : ['別の口から出ます（{found}、正しくは {expected}）', 'leaves by {found}, not {expected}']
  const cure = next('下の設定を入れてください。', 'Put the unit below in place.')
  return [ng('routing', 'routing-own', ...said, { subject, own, ...cure })]
}

function forwardingOf(
  { result, ipv4, ipv6 }: Examination['forwarding'],
  hasLines: boolean,
): Check[] {
  const interfaces = [...new Set([...ipv4, ...ipv6])]
  const more = { facts: { interfaces: interfaces.length }, own: { names: interfaces.join(' ') } }
  if (result === 'skipped')
    return [
      unseen('routing', 'forwarding-off', '回線と院内LANの中継', 'forwarding', {
        ...more,
        ...(hasLines
          ? next(
              '回線がつながってから、もう一度実行してください。',
              'Run it again once a line is up.',
            )
          : {}),
      }),
    ]
  return [
    result === 'pass'
      ? ok('routing', 'forwarding-off', '回線と院内LANの間を中継しません', 'forwarding is off')
      : ng('routing', 'forwarding-off', '中継が有効です（{names}）', 'forwarding is on: {names}', {
          ...more,
          ...next('下の設定を入れてください。', 'Put the sysctl file below in place.'),
        }),
  ]
}

function folderOf(
  { role, path, result, fault }: Examination['folders'][number],
  mayOpen: boolean,
): Check {
  const more = { subject: role, own: { path } }
  if (fault === null && result !== 'fail')
    return ok('terminal', 'terminal-folder', '届きます（{path}）', 'reachable', more)
  if (!mayOpen)
    return unseen('terminal', 'terminal-folder', '{path}', 'whether the agent reaches it', {
      ...more,
      ...asRoot,
    })
  const said = saidOf(fault ?? 'TERMINAL_UNREACHABLE')
  return ng('terminal', 'terminal-folder', said.title, `${fault}: {path}`, {
    ...more,
    ...said.more,
  })
}
