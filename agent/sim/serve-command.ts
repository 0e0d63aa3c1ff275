import type { Endpoint } from './listen.ts'

/** Exit codes of sysexits(3). */
export const EXIT = { ok: 0, usage: 64, noInput: 66, unavailable: 69 } as const

/** The words as lines of a usage text. */
export const wrapped = (words: readonly string[]): string =>
  words.join(', ').replaceAll(/(.{1,72})(?:, |$)/g, (line) => `    ${line.trimEnd()}\n`)

/** Throws a TypeError, as `parseArgs` does for what it does not know. */
export const endpoint = (option: string, text: string): Endpoint => {
  const [, host, port] = /^\[?([^[\]]+?)\]?:(\d{1,5})$/.exec(text) ?? []
  if (host === undefined || Number(port) > 65_535)
    throw new TypeError(`--${option}: write host:port or [address]:port`)
  return { host, port: Number(port) }
}

/** Prints what happened, and the mode that did it unless that is `normal`. */
export const say = (what: string, mode: string): void => {
  process.stdout.write(`${what}${mode === 'normal' ? '' : ` (${mode})`}\n`)
}

/** Resolves on SIGINT or SIGTERM, or when `signal` aborts. */
export const stopAsked = (signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const stop = () => {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    if (signal?.aborted === true) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })

/** A simulator that runs, and the lines that say where. */
export interface Running {
  readonly banner: readonly string[]
  close(): Promise<void>
}

export interface ServeCommand {
  /** As in `sim orca`. */
  readonly name: string
  readonly usage: string
  /** A text to print instead of running, or what starts. Throws a TypeError for a wrong option. */
  read(argv: readonly string[]): string | (() => Promise<Running>)
  /** The code for what kept it from starting. Throws what is a bug. Default `exitOfSystem`. */
  exitOf?(error: unknown): number
}

/** Where an address or a folder cannot be used; anything but a system's error is thrown on. */
export const exitOfSystem = (error: unknown): number => {
  if (!(error instanceof Error && 'syscall' in error)) throw error
  return EXIT.unavailable
}

/** The exit code, after SIGINT, SIGTERM or an abort of `signal` unless it ended before. */
export const serveCommand = async (
  { name, usage, read, exitOf = exitOfSystem }: ServeCommand,
  argv: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number> => {
  let asked: ReturnType<typeof read>
  try {
    asked = read(argv)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    process.stderr.write(`${error.message}\n\n${usage}`)
    return EXIT.usage
  }
  if (typeof asked === 'string') {
    process.stdout.write(asked)
    return EXIT.ok
  }
  let running: Running
  try {
    running = await asked()
  } catch (error) {
    const exit = exitOf(error)
    process.stderr.write(
      `sim ${name}: ${error instanceof Error ? error.message : 'cannot start'}\n`,
    )
    return exit
  }
  process.stdout.write(`${running.banner.join('\n')}\n`)
  await stopAsked(signal)
  await running.close()
  return EXIT.ok
}
