import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Charset, documented, shuffled } from '../gateway/write.ts'
import { type Endpoint, LOOPBACK } from '../listen.ts'
import { DEMO_INSTITUTION_CODE } from '../pki.ts'
import { type Behaviour, openBehaviours } from './behaviour.ts'
import { startControl } from './control.ts'
import { type Inbox, openInbox } from './inbox.ts'
import { openMemory } from './memory.ts'
import { answer, type Happened, type Office, present } from './office.ts'
import { openTally, type Tally, type TerminalStats } from './stats.ts'

export interface TerminalSimulatorOptions {
  /** Gets `req`, `res`, `face` and `trash`. */
  readonly root: string
  /** Default `DEMO_INSTITUTION_CODE`. */
  readonly institutionCode?: string
  /** Of the answers; default utf-8. */
  readonly charset?: Charset
  /** Between looks into `req`; default 500. */
  readonly pollMs?: number
  /** How long a request may lie there without its end; default 10 s. */
  readonly incompleteMs?: number
  /** Default `127.0.0.1`, a free port. */
  readonly control?: Endpoint
  /** Bulk results come as ZIP. */
  readonly zip?: boolean
  /** Fetches that find a bulk question still processing; default 1. */
  readonly pendingFetches?: number
  /** The identifier inside a request has to be that of its file name; a public sample’s is not. */
  readonly sameIdentifier?: boolean
  /** Whether answers come in a random element order (default), and its seed. */
  readonly shuffle?: boolean
  readonly seed?: number
  /** People beside the forty, by their card face. */
  readonly alsoKnown?: Office['alsoKnown']
  /** The terminal's clock, epoch ms. */
  readonly now?: () => number
  readonly onHappened?: (happened: Happened) => void
}

export interface TerminalSimulator {
  readonly folders: Office['folders']
  /** `http://127.0.0.1:port` */
  readonly controlUrl: string
  stats(): TerminalStats
  /** What `POST /behaviour` does. Throws `BehaviourError` on a behaviour that cannot be had. */
  behave(behaviour: Behaviour): void
  /**
   * The patient ("01" to "40") is checked at the card reader. Resolves with the name of the file
   * once it stands in `face`. Rejects with a `BehaviourError` for a patient who is not known, and
   * with the system's error where the folder takes no file.
   */
  face(patient: string): Promise<string>
  /** Ends at once what is delayed. Can be called again. */
  close(): Promise<void>
}

const POLL_MS = 500
const INCOMPLETE_MS = 10_000
const PENDING_FETCHES = 1

const isAbort = (error: unknown) => error instanceof Error && error.name === 'AbortError'
/** The folder is gone, full or not to be written: what a share does, and no bug. */
const isSystemError = (error: unknown) =>
  error instanceof Error && 'syscall' in error && 'code' in error

/** Work that nobody waits for, until the end. */
const openChores = (tally: Tally) => {
  const chores = new Set<Promise<void>>()
  return {
    keep: (work: Promise<void>): void => {
      const chore = work
        .catch((error: unknown) => {
          if (isAbort(error)) return
          if (!isSystemError(error)) throw error
          tally.add('failures')
        })
        .finally(() => chores.delete(chore))
      chores.add(chore)
    },
    finished: async (): Promise<void> => {
      await Promise.all(chores)
    },
  }
}

const look = async (inbox: Inbox, office: Office, keep: (work: Promise<void>) => void) => {
  office.tally.add('polls')
  try {
    await inbox.look((one) => keep(answer(one, office)))
  } catch (error) {
    if (!isSystemError(error)) throw error
    office.tally.add('failures')
  }
}

const makeFolders = async (root: string): Promise<Office['folders']> => {
  const folders = {
    req: join(root, 'req'),
    res: join(root, 'res'),
    face: join(root, 'face'),
    trash: join(root, 'trash'),
  }
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true })
  return folders
}

const openOffice = (
  options: TerminalSimulatorOptions,
  folders: Office['folders'],
  signal: AbortSignal,
): Office => ({
  folders,
  building: options.root,
  signal,
  zip: options.zip ?? false,
  now: options.now ?? Date.now,
  institutionCode: options.institutionCode ?? DEMO_INSTITUTION_CODE,
  style: {
    charset: options.charset ?? 'utf-8',
    arrange: options.shuffle === false ? documented : shuffled(options.seed ?? 1),
  },
  memory: openMemory(options.pendingFetches ?? PENDING_FETCHES),
  alsoKnown: options.alsoKnown ?? (() => undefined),
  behaviours: openBehaviours(),
  tally: openTally(),
  happened: options.onHappened ?? (() => undefined),
})

/**
 * Starts the stand-in for the official software of a 資格確認端末 on a folder: answers requests, and
 * writes results of the card reader. It knows the forty patients of `patients.ts`, and those of
 * `alsoKnown`, who have no card to be read. Rejects when the folders cannot be made or the control
 * port is taken.
 */
export const startTerminalSimulator = async (
  options: TerminalSimulatorOptions,
): Promise<TerminalSimulator> => {
  const closing = new AbortController()
  const { signal } = closing
  const folders = await makeFolders(options.root)
  const office = openOffice(options, folders, signal)
  const chores = openChores(office.tally)
  const steered = {
    stats: () => office.tally.read(),
    behave: (behaviour: Behaviour) => office.behaviours.set(behaviour),
    face: async (patient: string) => {
      const { file, work } = present(patient, office)
      chores.keep(work)
      return file
    },
  }
  const control = await startControl(options.control ?? LOOPBACK, steered)
  const inbox = openInbox({
    req: folders.req,
    trash: folders.trash,
    expected: {
      institutionCode: office.institutionCode,
      sameIdentifier: options.sameIdentifier ?? false,
    },
    incompleteMs: options.incompleteMs ?? INCOMPLETE_MS,
    tally: office.tally,
    onTrash: (request, reason) =>
      office.happened({ request, became: `trash (${reason})`, mode: 'normal' }),
  })
  const watch = async () => {
    while (!signal.aborted) {
      if (!office.behaviours.isAsleep()) await look(inbox, office, chores.keep)
      await sleep(options.pollMs ?? POLL_MS, undefined, { signal })
    }
  }
  chores.keep(watch())
  const close = async () => {
    closing.abort()
    await control.close()
    await chores.finished()
  }
  let closed: Promise<void> | undefined
  return {
    folders,
    controlUrl: control.url,
    ...steered,
    close: () => {
      closed ??= close()
      return closed
    },
  }
}
