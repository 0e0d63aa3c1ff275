import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { ReadStream } from 'node:tty'

/** What a person typed, or what they did instead. */
export type Typed =
  | { readonly is: 'text'; readonly text: string }
  /** Back to the question before. */
  | { readonly is: 'back' }
  /** Not there yet: it is answered another day. */
  | { readonly is: 'later' }
  | { readonly is: 'help' }
  /** Ctrl-C, Ctrl-D, or the connection is gone. */
  | { readonly is: 'left' }

export interface Prompt {
  say(text: string): void
  /** `isSecret`: nothing of what is typed is shown. */
  ask(question: string, isSecret?: boolean): Promise<Typed>
  close(): void
}

/** What stands for something else than an answer. Full-width ones come out of a Japanese input method. */
const BACK = ['<', '＜']
const LATER = ['-', 'ー', '－', '−']
const HELP = ['?', '？']

/** Pure. */
export function typedOf(line: string): Typed {
  const text = line.trim()
  if (BACK.includes(text)) return { is: 'back' }
  if (LATER.includes(text)) return { is: 'later' }
  if (HELP.includes(text)) return { is: 'help' }
  return { is: 'text', text }
}

/** Pure. Whether it was Enter alone. */
export const isEnter = (typed: Typed): boolean => typed.is === 'text' && typed.text === ''

/** Asks on a terminal, over ssh as well, without colours; also where input is piped in. */
export function openPrompt(
  input: NodeJS.ReadableStream & Pick<ReadStream, 'isTTY'>,
  output: NodeJS.WritableStream,
): Prompt {
  let isMuted = false
  // readline shows what is typed by writing it here.
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (isMuted) done()
      else output.write(chunk, () => done())
    },
  })
  const reader = createInterface({
    input,
    output: echo,
    terminal: input.isTTY === true,
    historySize: 0,
  })
  const lines: string[] = []
  let isOver = false
  let wake: () => void = () => {}
  reader.on('line', (line) => {
    lines.push(line)
    wake()
  })
  const end = () => {
    isOver = true
    wake()
  }
  reader.on('close', end)
  reader.on('SIGINT', end)

  const nextLine = async (): Promise<string | undefined> => {
    while (lines.length === 0 && !isOver) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      await promise
    }
    return lines.shift()
  }

  return {
    say: (text) => void output.write(`${text}\n`),
    async ask(question, isSecret = false) {
      output.write(question)
      isMuted = isSecret
      const line = await nextLine()
      isMuted = false
      if (isSecret || input.isTTY !== true) output.write('\n')
      if (line === undefined) return { is: 'left' }
      // Blanks may be part of a password.
      return isSecret && line.length > 1 ? { is: 'text', text: line } : typedOf(line)
    },
    close: () => reader.close(),
  }
}
