import type { Clock, Log } from '../kernel/ports.ts'
import type { AnchorLine } from './audit-anchor.ts'
import { type AnchorFile, type AnchorState, openAnchorFile, refusal } from './audit-anchor-file.ts'

/** Which anchor: in the agent's folder, or the one that `audit.anchor_file` names. */
export type AnchorPlace = 'anchor' | 'second'

export interface AnchoringOptions {
  readonly file: AnchorFile
  readonly second: string | null
  readonly key: Uint8Array
  /** Undefined: the database is closed; a disk that was too slow for the stop has kept us. */
  readonly state: () => AnchorState | undefined
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** So many lines are on disk; on the way with the next commit. */
  readonly onAnchored: (lines: number) => void
  /** What an anchor could not take; null: it can. */
  readonly observe: (place: AnchorPlace, code: string | null) => void
  readonly onBug: (error: unknown) => void
}

/**
 * Writes how far the trail has come, outside the database, so that a tail that was cut and a database
 * that was swapped are found. It follows the commits by a second at most and no commit waits for it: a
 * crash in between leaves records that are not anchored, never an anchor without its record.
 */
export interface Anchoring {
  /** Something was committed. */
  changed(): void
  /** Sets aside what there is beside the database, and begins anew. */
  anew(): Promise<void>
  /** The last line, in both places. */
  close(): Promise<number>
}

const ANCHOR_AFTER_MS = 1_000
/** The second place is to be small and may be slow. */
const SECOND_AFTER_MS = 60_000
/** What takes longer hangs, and is told as what it is: no anchor. */
const HANGS_MS = 60_000
/** A share that hangs keeps no agent from stopping. */
const SECOND_CLOSE_MS = 1_000

export function startAnchoring(options: AnchoringOptions): Anchoring {
  const { file, second, key, clock, onAnchored } = options
  const own = follower('anchor', file, ANCHOR_AFTER_MS, options, ({ count }) => onAnchored(count))
  const other =
    second === null
      ? null
      : follower(
          'second',
          openAnchorFile(second, key, 0, clock),
          SECOND_AFTER_MS,
          options,
          () => {},
        )
  return {
    changed() {
      own.changed()
      other?.changed()
    },
    anew: () => own.anew(() => file.setAside()),
    async close() {
      await own.close()
      if (other !== null) await withinMs(other.close(), SECOND_CLOSE_MS)
      return file.last()?.count ?? 0
    },
  }
}

function follower(
  place: AnchorPlace,
  file: AnchorFile,
  afterMs: number,
  { state, log, observe, onBug }: AnchoringOptions,
  written: (line: AnchorLine) => void,
) {
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined
  let failure: string | null = null
  let isClosed = false
  let seen: AnchorState | undefined
  let waitedMs = 0

  const failed = (code: string) => {
    if (code !== failure) log.error({ place, code }, 'audit-anchor-failed')
    if (code !== failure) observe(place, code)
    failure = code
  }
  const follow = async () => {
    try {
      // Reads the database, which may be damaged.
      const now = state()
      if (now === undefined) return
      if (now.head.seq === seen?.head.seq && now.journal === seen.journal) return
      written(await file.append('head', now))
      seen = now
      if (failure !== null) observe(place, null)
      failure = null
    } catch (error) {
      failed(refusal(error))
      schedule()
    }
  }
  /** One at a time: a share that hangs holds one thread and no more. */
  const run = () => {
    timer = undefined
    if (writing !== undefined) {
      schedule()
      waitedMs += afterMs
      if (waitedMs >= HANGS_MS) failed('ETIMEDOUT')
    } else waitedMs = 0
    writing ??= follow().finally(() => {
      writing = undefined
    })
    return writing
  }
  const schedule = () => {
    if (!isClosed) timer ??= setTimeout(() => void run().catch(onBug), afterMs)
  }
  return {
    changed: schedule,
    async anew(setAside: () => void) {
      await writing
      setAside()
      seen = undefined
      await run()
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await writing
      await run()
    },
  }
}

async function withinMs(work: Promise<void>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([work, promise]).finally(() => clearTimeout(timer))
}
