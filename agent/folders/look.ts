import { statSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { errnoOf } from './fault.ts'
import { type Files, type FilesPorts, watchFiles } from './files.ts'
import type { FolderSettings } from './folder.ts'
import { KnownNames, writtenAt } from './known.ts'
import { isListingDue, namesIn } from './listing.ts'
import { isOurs, tidy } from './put.ts'
import { openSpool, type Spool } from './spool.ts'
import { type Watch, watchFolder } from './watch.ts'
import type { FromThread, Verdict } from './wire.ts'

export type LookPorts = Pick<FilesPorts, 'send' | 'beat' | 'held' | 'now'>

/** One folder, as the thread looks at it. */
export interface Look {
  learn(hashes: Float64Array): void
  /** Everything known was learnt. `firstAt` null: it is looked at for the first time. */
  start(firstAt: number | null): void
  begun(): void
  claim(name: string): void
  release(name: string): void
  verdict(id: number, verdict: Verdict): void
  /** One look. True: more is waiting than fitted into it. */
  look(): Promise<boolean>
  close(): void
}

const DAY_MS = 24 * 60 * 60_000
const JST_OFFSET_MS = 9 * 60 * 60_000
const startOfDayInJapan = (at: number) =>
  Math.floor((at + JST_OFFSET_MS) / DAY_MS) * DAY_MS - JST_OFFSET_MS

/** What one look may take for new files, so that claims and calls wait no longer. */
const FRESH_MS = 150
/** For those that wait or are watched. */
const ROUND_MS = 100
/** For names that were dealt with before a restart: 6 % of the time, however many there are. */
const BACK_MS = 15
/** So many come back one by one; more came back with a share that was away, as they were. */
const FEW = 64
/** Names of events are gathered for so long: a file is written in several writes. */
const GATHER_MS = 10
const TRIM_MS = 60_000
