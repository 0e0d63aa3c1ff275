import { execFile } from 'node:child_process'
import type { Reception } from '../kernel/judgement.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'

type Trust = Reception['clock']

/** Nothing waits for the answer, and the kernel itself needs hours to notice that its source is gone. */
const ASK_EVERY_MS = 10 * 60_000
/** A clinic’s machine boots in the morning, and its time service takes a minute to agree. */
const ASK_AGAIN_MS = 30_000
/** More than any slewing makes of ten minutes; less than a band of 時間外等加算 is wrong by. */
const JUMP_MS = 60_000
/** The bus answers at once, or the machine itself hangs. */
const LIMIT_MS = 5_000

export interface ClockTrust extends Part {
  /** Whether the clock can be trusted, as it was last told. Asks nobody. */
  now(): Trust
  /** By how much it was set, ms, since the machine last said that it is right, or that it cannot say. */
  jumpedMs(): number
}

export interface ClockTrustParts {
  readonly clock: Clock
  /** Ms on a clock that nobody sets. */
  readonly monotonic: () => number
  readonly log: Log
}

/**
 * Asks the machine now and then whether its clock is synchronised. A clock that was set in between
 * counts as unsynchronised until it is asked again.
 */
export function openClockTrust(
  { clock, monotonic, log }: ClockTrustParts,
  ask: (signal: AbortSignal) => Promise<Trust> = askTimedatectl,
): ClockTrust {
  const stop = new AbortController()
  const offset = () => clock.now() - monotonic()
  let trust: Trust = 'unknown'
  let knownOffset = offset()
  let jumpedMs = 0
  const asking = (async () => {
    while (!stop.signal.aborted) {
      // Before: what happens while the machine answers is seen afterwards.
      const asked = offset()
      const answer = await ask(stop.signal)
      if (stop.signal.aborted) return
      if (answer !== trust) log.info({ clock: answer }, 'clock-trust')
      trust = answer
      knownOffset = asked
      if (answer !== 'unsynchronised') jumpedMs = 0
      const isSettled = answer !== 'unsynchronised'
      await clock.sleep(isSettled ? ASK_EVERY_MS : ASK_AGAIN_MS, stop.signal)
    }
  })()
  const look = () => {
    const jumpMs = offset() - knownOffset
    if (Math.abs(jumpMs) <= JUMP_MS) return
    log.warn({ jumpSeconds: Math.round(jumpMs / 1_000) }, 'clock-jumped')
    trust = 'unsynchronised'
    jumpedMs += jumpMs
    knownOffset = offset()
  }
  return {
    now() {
      look()
      return trust
    },
    jumpedMs() {
      look()
      return jumpedMs
    },
    async close() {
      stop.abort()
      await asking
    },
  }
}

/**
 * The kernel’s own word through systemd: its estimated error is under 16 s. So it holds with chrony,
 * timesyncd and ntpd alike; it ends some nine hours after the last of them was heard, and at once when
 * somebody sets the clock. `/run/systemd/timesync/synchronized` would stay for good after the first
 * synchronisation, and chrony does not write it. `unknown` where there is no systemd to ask.
 * [systemd, src/timedate/timedated.c, ntp_synced, and pull request 13245; adjtimex(2)]
 */
export function askTimedatectl(
  signal: AbortSignal,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Trust> {
  const options = {
    env: { ...env, LC_ALL: 'C' },
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    signal,
  } as const
  return new Promise((resolve) => {
    execFile('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], options, (error, out) => {
      const said = error === null ? out.trim() : ''
      resolve(said === 'yes' ? 'synchronised' : said === 'no' ? 'unsynchronised' : 'unknown')
    })
  })
}
