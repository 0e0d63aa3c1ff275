import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { controlSocketOf } from '../config/control-socket.ts'
import { callControl } from './api/control-client.ts'
import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'
import { AgentError, codeOf } from './kernel/errors.ts'
import { answersPolls } from './ops/upgrade/answers.ts'
import { judge, type Seen, type Shown, type Verdict } from './ops/upgrade/judge.ts'
import { readUpgrade, UPGRADE_FOLDER } from './ops/upgrade/standing.ts'

const USAGE = `onshi-agent upgrade show | accept | judge [--before FILE] [--last]

  show    how the last upgrade of the package ended
  accept  somebody has seen that it went back: health says so no more
  judge   whether the release that runs stays (the package asks this a minute after its start);
          --before FILE: what \`status\` said before; --last: nothing is waited for any more`

/** sysexits(3), and what the package takes as “no”. */
const EXITS = { stays: 0, 'goes-back': 1, waits: 75 } as const

const Checks = Type.Record(
  Type.String(),
  Type.Array(
    Type.Object({
      code: Type.String(),
      componentId: Type.String(),
      status: Type.Enum(['pass', 'warn', 'fail']),
    }),
  ),
)
type Checks = Static<typeof Checks>

/** What of `status` counts here; a release may say more. */
const Status = Type.Object({
  ready: Type.Boolean(),
  urls: Type.Array(Type.String()),
  checks: Checks,
  /** A release before may not say it. */
  pending: Type.Optional(Checks),
})

/** `onshi-agent upgrade …`: its exit code. Throws `UPGRADE_UNWRITABLE`. */
export async function upgradeCommand(
  args: readonly string[],
  folder = UPGRADE_FOLDER,
): Promise<number> {
  const { values, positionals } = parsedArgs(
    {
      args: [...args],
      allowPositionals: true,
      options: {
        ...configOption,
        before: { type: 'string' },
        last: { type: 'boolean', default: false },
      },
    },
    USAGE,
  )
  const [verb, ...rest] = positionals
  if (rest.length > 0) throw wrongUsage(USAGE)
  switch (verb) {
    case 'show':
      return say(pretty(readUpgrade(folder)), 0)
    case 'accept':
      return say(accept(folder), 0)
    case 'judge': {
      const before = values.before === undefined ? null : heldIn(contentsOf(values.before))
      const verdict = judge(before, await seen(values.config), values.last)
      return say(wordsOf(verdict), EXITS[verdict.is])
    }
    default:
      throw wrongUsage(USAGE)
  }
}

function accept(folder: string): string {
  try {
    rmSync(join(folder, 'rolled-back.json'), { force: true })
  } catch (cause) {
    const facts = { code: codeOf(cause) }
    throw new AgentError('UPGRADE_UNWRITABLE', `${folder}: run it as root`, { cause, facts })
  }
  return '{}\n'
}

/** The last line, of words without punctuation, is what the package repeats. */
const wordsOf = (verdict: Verdict): string =>
  verdict.is === 'stays'
    ? 'STAYS\n'
    : `${[...(verdict.is === 'waits' ? ['WAIT'] : []), ...verdict.codes].join(' ')}\n`

async function seen(configFile: string): Promise<Seen | null> {
  try {
    const status = await callControl(await controlSocketOf(configFile), 'GET', '/status')
    if (!Value.Check(Status, status)) return null
    const answers = await Promise.all(status.urls.map(answersPolls))
    const listens = answers.length > 0 && answers.every((one) => one)
    const { ready: isReady, checks, pending } = status
    return { isReady, listens, showing: shownIn(checks), pending: shownIn(pending) }
  } catch (error) {
    if (error instanceof AgentError) return null
    throw error
  }
}

/** Null: it is no `status` of any release. */
function heldIn(status: unknown): readonly Shown[] | null {
  if (!Value.Check(Status, status)) return null
  return [...shownIn(status.checks), ...shownIn(status.pending)]
}

const shownIn = (checks: Checks = {}): readonly Shown[] =>
  Object.entries(checks).flatMap(([component, list]) =>
    list.map(({ code, componentId: subject, status: how }) => ({
      ...{ component, code, subject },
      status: how,
    })),
  )

/** Null: nobody answered before the upgrade. */
function contentsOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}

function say(text: string, exit: number): number {
  process.stdout.write(text)
  return exit
}
