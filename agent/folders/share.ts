import { Worker } from 'node:worker_threads'
import type { FolderRole } from '../kernel/terminal.ts'
import { Calls } from './calls.ts'
import { endingOf } from './ending.ts'
import { callFault } from './fault.ts'
import type { FolderSettings, Share, SharePorts } from './folder.ts'
import { type Heard, Scanner } from './scanner.ts'
import { type Call, type FromThread, signs, type ThreadStart, type ToThread } from './wire.ts'

/** How often the thread is looked after; it gives a sign of life at least as often. */
const WATCH_MS = 250
/**
 * So many times without a sign, 3 s. One system call on a share that lives takes less; a mount whose
 * server is gone takes minutes to answer with an error, and some never do.
 */
const SILENT_AFTER = 12

/** Looks at the folders of one share, in a thread of its own, until closed. */
export function openShare(folders: readonly FolderSettings[], ports: SharePorts): Share {
  const { clock, onBug } = ports
  const closing = new AbortController()
  const shared = new Int32Array(new SharedArrayBuffer(signs.count * 4))
  const lookedAt = new Float64Array(new SharedArrayBuffer(folders.length * 8))
  const worker = startThread({ folders, signs: shared.buffer, lookedAt: lookedAt.buffer })
  const send = (message: ToThread) => worker.postMessage(message)
  const calls = new Calls<{ readonly role: FolderRole; readonly call: Call }, boolean>(
    ({ id, request, stage }) => send({ is: 'call', ...request, id, stage }),
    ({ role }, errno) => callFault(role, errno),
  )
  const scanners = new Map(
    folders.map((settings, at): [FolderRole, Scanner] => {
      const own = {
        send,
        call: (call: Call) => calls.run({ role: settings.role, call }),
        lookedAt: () => lookedAt[at] || null,
        signal: closing.signal,
      }
      return [settings.role, new Scanner(settings, { ...ports, ...own })]
    }),
  )
  const scannerOf = (role: FolderRole) => {
    const found = scanners.get(role)
    if (found === undefined) throw new Error(`the share was opened without a folder ${role}`)
    return found
  }

  worker.on('error', onBug)
  worker.on('message', (message: FromThread) => {
    if (closing.signal.aborted) return
    if (message.is === 'called') calls.hear(message.id, message.result)
    else scannerOf(roleOf(message)).hear(message)
  })
  for (const scanner of scanners.values()) void scanner.start().catch(onBug)
  void watchSigns(shared, ports, closing.signal, (isSilent) => {
    for (const scanner of scanners.values()) scanner.setSilent(isSilent)
  }).catch(onBug)

  const ending = endingOf(worker, clock, () => {
    closing.abort()
    send({ is: 'close' })
    calls.close()
    return [...scanners.values()].map((scanner) => scanner.close())
  })
  return { folder: scannerOf, ...ending }
}

const startThread = (start: ThreadStart) =>
  new Worker(new URL('./thread.ts', import.meta.url), { workerData: start })

/** Passes the clinic's hours to the thread, and tells when it falls silent and when it is back. */
async function watchSigns(
  shared: Int32Array,
  { clock, isOpen }: Pick<SharePorts, 'clock' | 'isOpen'>,
  signal: AbortSignal,
  onSilent: (isSilent: boolean) => void,
): Promise<void> {
  let beat = 0
  let missed = 0
  while (!signal.aborted) {
    Atomics.store(shared, signs.isOpen, isOpen() ? 1 : 0)
    await clock.sleep(WATCH_MS, signal)
    const seen = Atomics.load(shared, signs.beat)
    missed = seen === beat ? missed + 1 : 0
    beat = seen
    if (missed === 0 || missed === SILENT_AFTER) onSilent(missed > 0)
  }
}

function roleOf(message: Heard): FolderRole {
  if (message.is === 'file') return message.offer.role
  if (message.is === 'event') return message.event.role
  return message.role
}
