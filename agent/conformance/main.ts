import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { checksFor } from './checks.ts'
import { exitCodeOf, headingOf, jsonOf, lineOf, summaryOf } from './report.ts'
import { type Options, type Result, runConformance, Unreachable } from './run.ts'

const USAGE = `npm run conformance -- --url URL (--token TOKEN | --token-file FILE) [options]

  plays a receipt computer, a slow one and a crashing one against an agent, and says in plain
  words what holds. It only reads, unless the agent says that it asks a simulator.
  レセコンの役を演じて、エージェントの応答が約束どおりかを調べます。

  --url URL          e.g. http://127.0.0.1:8480
  --token TOKEN      as \`onshi-agent consumer add\` showed it; --token-file keeps it out of sight
  --ca FILE          certificate authority of the agent, PEM
  --ask              ask about invented people, also where no simulator is known
  --only ID[,ID]     these checks only
  --json             the result as JSON

  exit code: 0 all OK, 1 something is NG, 64 wrong use, 69 no agent answers
`

/** sysexits(3). */
const EX_USAGE = 64
const EX_UNAVAILABLE = 69

class WrongUse extends Error {}

function optionsIn(args: readonly string[]): Options & { readonly json: boolean } {
  const { url = '', token, 'token-file': tokenFile, ca, only, ask, json } = valuesIn(args)
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new WrongUse('--url: an http(s) URL')
  if ((token === undefined) === (tokenFile === undefined))
    throw new WrongUse('either --token or --token-file')
  const ids = only?.split(',')
  const known = checksFor({ token: '' }).map(({ id }) => id)
  const unknown = ids?.find((id) => !known.includes(id))
  if (unknown !== undefined) throw new WrongUse(`--only: no check ${unknown}`)
  return {
    url: new URL(url),
    token: token ?? textOf(tokenFile ?? '').trim(),
    ca: ca === undefined ? undefined : textOf(ca),
    only: ids,
    ask,
    json,
  }
}

function valuesIn(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const options = { url: text, token: text, 'token-file': text, ca: text, only: text }
  try {
    return parseArgs({ args: [...args], options: { ...options, ask: flag, json: flag } }).values
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new WrongUse(cause.message, { cause })
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new WrongUse(`${file} cannot be read`, { cause })
  }
}

/** Prints each check as it ends, under the heading of who plays it. */
function teller() {
  let player: Result['player'] | undefined
  return (result: Result) => {
    if (result.player !== player) process.stdout.write(headingOf(result.player))
    player = result.player
    process.stdout.write(lineOf(result))
  }
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE)
    return 0
  }
  const options = optionsIn(args)
  const outcome = await runConformance(options, options.json ? undefined : teller())
  process.stdout.write(options.json ? jsonOf(outcome) : summaryOf(outcome))
  return exitCodeOf(outcome)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (error instanceof Unreachable) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = EX_UNAVAILABLE
  } else if (error instanceof WrongUse) {
    process.stderr.write(`${error.message}\n\n${USAGE}`)
    process.exitCode = EX_USAGE
  } else throw error
}
