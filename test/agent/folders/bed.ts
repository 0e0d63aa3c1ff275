import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type {
  FolderEvent,
  FolderScanner,
  FolderSettings,
  Share,
  Taking,
} from '../../../agent/folders/folder.ts'
import { openShare } from '../../../agent/folders/share.ts'
import { systemClock } from '../../../agent/platform.ts'
import { type MemoryLedger, memoryLedger } from '../../fakes/ledger.ts'
import { type RecordingLog, recordingLog } from '../../fakes/log.ts'

/** A file as it was offered. */
export interface Offered {
  readonly name: string
  readonly text: string
  readonly isFinal: boolean
}

/** What a taker says; it may throw. `taken` and `passed` go to the ledger. */
export type Judge = (file: Offered) => Taking | Promise<Taking>

export interface ShareBed {
  readonly folder: string
  readonly share: Share
  readonly scanner: FolderScanner
  readonly ledger: MemoryLedger
  readonly log: RecordingLog
  /** In order. */
  readonly offered: Offered[]
  readonly events: FolderEvent[]
  readonly bugs: unknown[]
  names(): string[]
  /** Resolves once this holds; the test's own time limit ends it otherwise. */
  until(holds: () => boolean): Promise<void>
  /** Until the folder was looked at as a whole for the first time. */
  ready(): Promise<void>
}

export interface BedOptions {
  readonly folder: string
  readonly ledger?: MemoryLedger
  readonly judge?: Judge
  readonly settings?: Partial<FolderSettings>
  readonly isOpen?: () => boolean
}

/** Half a file, as a taker knows it: what does not end. */
export const whole: Judge = ({ text }) => (text.endsWith('>') ? 'taken' : 'incomplete')

/** A folder of this test on the machine's own disk, or in memory (`/dev/shm`). */
export function makeFolder(t: TestContext, root = tmpdir()): string {
  const made = mkdtempSync(join(root, 'onshi-folders-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  const folder = join(made, 'face')
  mkdirSync(folder)
  return folder
}

/** A share of one folder, with a taker that writes down what it was offered. */
export function openBed(t: TestContext, options: BedOptions): ShareBed {
  const { folder, ledger = memoryLedger(), judge = whole, isOpen = () => true } = options
  const offered: Offered[] = []
  const events: FolderEvent[] = []
  const bugs: unknown[] = []
  const log = recordingLog()
  const settings: FolderSettings = {
    role: 'face',
    path: folder,
    accepts: /^OQS.*\.xml$/,
    limitBytes: 1_000_000,
    spool: null,
    ...options.settings,
  }
  const share = openShare([settings], {
    ledger,
    async take(file, isFinal) {
      const seen = { name: file.name, text: Buffer.from(file.bytes).toString(), isFinal }
      offered.push(seen)
      const taking = await judge(seen)
      if (taking !== 'incomplete') ledger.record(file)
      return taking
    },
    clock: systemClock,
    log,
    observe: (event) => events.push(event),
    isOpen,
    onBug: (bug) => bugs.push(bug),
  })
  t.after(() => share.close())
  const scanner = share.folder(settings.role)
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      if (bugs.length > 0) throw bugs[0]
      await wait(5)
    }
  }
  return {
    folder,
    share,
    scanner,
    ledger,
    log,
    offered,
    events,
    bugs,
    names: () => offered.map(({ name }) => name),
    until,
    ready: () => until(() => ledger.firstAt(settings.role) !== undefined && isReached(scanner)),
  }
}

const isReached = (scanner: FolderScanner) => scanner.report().state === 'reachable'
