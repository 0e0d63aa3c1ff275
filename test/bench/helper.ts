import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process beside the bench, spoken to in lines. It ends with its standard input, so with us. */
export interface Helper {
  readonly pid: number
  /** Its first line. */
  readonly hello: string
  /** One line to it, one line back. */
  ask(line: string): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts a file of this folder. */
export const startHelper = (file: string, ...args: readonly string[]): Promise<Helper> =>
  startProcess([], file, args)

/** The same, with the flags of Node that the service unit gives the agent. */
export const startAsUnit = (file: string, ...args: readonly string[]): Promise<Helper> =>
  startProcess(unitFlags(), file, args)

/** What the service unit gives Node, so that the figures are those of an installed agent. */
export function unitFlags(): string[] {
  const unit = readFileSync(new URL('../../systemd/onshi-agent.service', import.meta.url), 'utf8')
  const [, flags = ''] = /^ExecStart=\S+ ((?:--\S+ )*)/m.exec(unit) ?? []
  return flags.split(' ').filter((flag) => flag !== '')
}

async function startProcess(
  flags: readonly string[],
  file: string,
  args: readonly string[],
): Promise<Helper> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, [...flags, path, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${file} ended`)
    return value
  }
  return {
    pid: child.pid ?? 0,
    hello: await next(),
    ask(line) {
      child.stdin.write(`${line}\n`)
      return next()
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}

/** The helper's side: says hello, answers each line, resolves when there are no more. */
export async function answerLines(
  hello: string,
  answer: (line: string) => Promise<string> = async () => '',
): Promise<void> {
  process.stdout.write(`${hello}\n`)
  for await (const line of createInterface({ input: process.stdin }))
    process.stdout.write(`${await answer(line)}\n`)
}
