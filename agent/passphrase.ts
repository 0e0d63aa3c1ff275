import { text } from 'node:stream/consumers'
import type { ReadStream } from 'node:tty'
import { AgentError } from './kernel/errors.ts'

/**
 * A passphrase from standard input: the one line that is piped in, or typed without an echo. Throws
 * `USAGE` when nothing comes.
 */
export async function readPassphrase(
  input: NodeJS.ReadableStream & Pick<ReadStream, 'setRawMode'> & { isTTY?: boolean },
  prompt: (text: string) => void,
): Promise<string> {
  const passphrase =
    input.isTTY === true ? await typed(input, prompt) : firstLine(await text(input))
  if (passphrase !== '') return passphrase
  throw new AgentError(
    'USAGE',
    'no passphrase came: pipe it in, or name a file with --passphrase-file',
  )
}

const firstLine = (piped: string) => piped.replace(/\r?\n[\s\S]*$/, '')

const ENTER = /[\r\n]/
const ERASE = ['\b', '\u007f']
const GIVE_UP = ['\u0003', '\u0004']

async function typed(
  input: NodeJS.ReadableStream & Pick<ReadStream, 'setRawMode'>,
  prompt: (text: string) => void,
): Promise<string> {
  prompt('Passphrase パスワード: ')
  // Raw: the terminal shows nothing of what is typed.
  input.setRawMode(true)
  input.setEncoding('utf8')
  try {
    let line = ''
    for await (const chunk of input) {
      for (const key of String(chunk)) {
        if (ENTER.test(key)) return line
        if (GIVE_UP.includes(key)) return ''
        line = ERASE.includes(key) ? line.slice(0, -1) : line + key
      }
    }
    return line
  } finally {
    input.setRawMode(false)
    prompt('\n')
  }
}
