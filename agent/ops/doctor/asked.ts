import { execFile } from 'node:child_process'

/** Programs that answer at once, or the machine itself hangs. */
const LIMIT_MS = 4_000
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024

/** `ip` and others lie in sbin, which an ordinary user’s PATH leaves out. */
const environment = () => ({
  ...process.env,
  LC_ALL: 'C',
  PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
})

/**
 * What a program of the machine printed, also where it ended with another status than 0; null where
 * it is not there, printed nothing or did not answer in time. Never throws.
 */
export function printedBy(
  program: string,
  args: readonly string[],
  limitMs = LIMIT_MS,
): Promise<string | null> {
  const options = {
    env: environment(),
    timeout: limitMs,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_LIMIT_BYTES,
  } as const
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout) =>
      resolve(error?.killed === true || stdout === '' ? null : stdout),
    )
  })
}

/** `KEY=value` lines, as systemctl, timedatectl and os-release write them. */
export const pairsIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      if (at < 1) return []
      return [[line.slice(0, at), line.slice(at + 1).replace(/^"(.*)"$/, '$1')] as const]
    }),
  )
