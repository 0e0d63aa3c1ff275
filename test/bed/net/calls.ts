import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Type } from 'typebox'
import { checked } from '../client.ts'

/** A process in a namespace that answers calls, several at once. It ends with its standard input, so with us. */
export interface Callee {
  readonly pid: number
  /** Rejects with the message and the `code` of what was thrown there. */
  call(name: string, given?: unknown): Promise<unknown>
  close(): Promise<void>
}

const Call = Type.Object({ id: Type.Number(), name: Type.String(), given: Type.Unknown() })
const Return = Type.Object({
  id: Type.Number(),
  value: Type.Optional(Type.Unknown()),
  thrown: Type.Optional(Type.Object({ message: Type.String(), code: Type.String() })),
})

/** Starts a TypeScript file behind `prefix`; what it is asked before it is up waits. */
export function startCallee(prefix: readonly string[], file: string): Callee {
  const [program = process.execPath, ...words] = [...prefix, process.execPath, file]
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let calls = 0
  const ended = once(child, 'close').then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended`))
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, value, thrown } = checked(Return, JSON.parse(line))
    const call = waiting.get(id)
    waiting.delete(id)
    if (thrown === undefined) call?.resolve(value)
    else call?.reject(Object.assign(new Error(thrown.message), { code: thrown.code }))
  })
  return {
    pid: child.pid ?? 0,
    call(name, given = null) {
      calls += 1
      const call = Promise.withResolvers<unknown>()
      waiting.set(calls, call)
      child.stdin.write(`${JSON.stringify({ id: calls, name, given })}\n`)
      return call.promise
    },
    async close() {
      child.stdin.end()
      await ended
    },
  }
}

export type Answers = Readonly<Record<string, (given: unknown) => unknown>>

/** The callee's side; ends the process with its standard input. */
export async function answerCalls(answers: Answers): Promise<never> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, name, given } = checked(Call, JSON.parse(line))
    const answer = answers[name]
    if (answer === undefined) throw new Error(`nothing answers ${name}`)
    Promise.resolve()
      .then(() => answer(given))
      .then(
        (value) => ({ id, value: value ?? null }),
        (error: unknown) => ({ id, thrown: thrownOf(error) }),
      )
      .then((reply) => process.stdout.write(`${JSON.stringify(reply)}\n`))
      .catch((error: unknown) => {
        throw error
      })
  }
  process.exit(0)
}

function thrownOf(error: unknown) {
  // `fetch` says "fetch failed", and why only in the cause.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return { message: cause instanceof Error ? cause.message : String(cause), code }
}
