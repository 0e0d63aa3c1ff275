import { Worker } from 'node:worker_threads'
import type { FolderRole } from '../kernel/terminal.ts'
import { callFault } from './fault.ts'
import type { FolderSettings, Share, SharePorts } from './folder.ts'
import { openScanner, type Scanner } from './scanner.ts'
import {
  type Call,
  type CallResult,
  type FromThread,
  signs,
  stages,
  type ThreadStart,
  type ToThread,
} from './wire.ts'

/** How often the thread is looked after; it gives a sign of life at least as often. */
const WATCH_MS = 250
/**
 * So many times without a sign, 3 s. One system call on a share that lives takes less; a mount whose
 * server is gone takes minutes to answer with an error, and some never do.
 */
const SILENT_AFTER = 12
/** Longest that a caller waits, with somebody at the counter behind it. */
const CALL_MS = 5_000
const CLOSE_MS = 900

/** Looks at the folders of one share, in a thread of its own, until closed. */
export function openShare(folders: readonly FolderSettings[], ports: SharePorts): Share {
  const { clock, onBug } = ports
  const closing = new AbortController()
  const shared = new Int32Array(new SharedArrayBuffer(signs.count * 4))
  const lookedAt = new Float64Array(new SharedArrayBuffer(folders.length * 8))
  Atomics.store(shared, signs.isOpen, ports.isOpen() ? 1 : 0)
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: {
      folders,
      signs: shared.buffer,
      lookedAt: lookedAt.buffer,
    } satisfies ThreadStart,
  })
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const send = (message: ToThread) => worker.postMessage(message)
  const calls = openCalls(send)
  const scanners = new Map(
    folders.map((settings, at): [FolderRole, Scanner] => [
      settings.role,
      openScanner(settings, {
        ...ports,
        send,
        call: (call) => calls.run(settings.role, call),
        lookedAt: () => lookedAt[at] || null,
        signal: closing.signal,
      }),
    ]),
  )
  const scannerOf = (role: FolderRole) => {
    const found = scanners.get(role)
    if (found === undefined) throw new Error(`the share was opened without a folder ${role}`)
    return found
  }

  worker.on('error', onBug)
  worker.on('message', (message: FromThread) => {
    if (message.is === 'closed' || closing.signal.aborted) return
    if (message.is === 'called') calls.hear(message.id, message.result)
    else scannerOf(roleOf(message)).hear(message)
  })

  const watch = async () => {
    let beat = 0
    let missed = 0
    while (!closing.signal.aborted) {
      Atomics.store(shared, signs.isOpen, ports.isOpen() ? 1 : 0)
      await clock.sleep(WATCH_MS, closing.signal)
      const seen = Atomics.load(shared, signs.beat)
      missed = seen === beat ? missed + 1 : 0
      beat = seen
      if (missed === 0 || missed === SILENT_AFTER)
        for (const scanner of scanners.values()) scanner.setSilent(missed > 0)
    }
  }
  void watch().catch(onBug)
  for (const scanner of scanners.values()) void scanner.start().catch(onBug)

  const close = async () => {
    closing.abort()
    send({ is: 'close' })
    calls.close()
    const scannersEnd = Promise.all([...scanners.values()].map((scanner) => scanner.close()))
    const late = new AbortController()
    await Promise.race([Promise.all([ended, scannersEnd]), clock.sleep(CLOSE_MS, late.signal)])
    late.abort()
    // A thread that hangs in a system call ends when that returns: nobody waits for it.
    worker.unref()
    void worker.terminate()
  }
  let closed: Promise<void> | null = null
  return {
    folder: scannerOf,
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

type OfFolder = Exclude<FromThread, { is: 'called' | 'closed' }>

function roleOf(message: OfFolder): FolderRole {
  if (message.is === 'file') return message.offer.role
  if (message.is === 'event') return message.event.role
  return message.role
}

interface Waiter {
  readonly role: FolderRole
  readonly resolve: (isThere: boolean) => void
  readonly reject: (fault: unknown) => void
  readonly timer: NodeJS.Timeout
}

/** Calls into the thread, each bounded in time. */
function openCalls(send: (message: ToThread) => void) {
  const waiting = new Map<number, Waiter>()
  let lastId = 0
  const give = (id: number) => {
    const waiter = waiting.get(id)
    waiting.delete(id)
    clearTimeout(waiter?.timer)
    return waiter
  }
  const giveUp = (id: number, stage: Int32Array) => {
    const state = Atomics.compareExchange(stage, 0, stages.open, stages.givenUp)
    // It is done; the message is on its way.
    if (state === stages.finished) return
    const waiter = give(id)
    waiter?.reject(callFault(waiter.role, 'ETIMEDOUT'))
  }
  return {
    run(role: FolderRole, call: Call): Promise<boolean> {
      lastId += 1
      const id = lastId
      const stage = new Int32Array(new SharedArrayBuffer(4))
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => giveUp(id, stage), CALL_MS)
        waiting.set(id, { role, resolve, reject, timer })
        send({ is: 'call', role, id, call, stage: stage.buffer })
      })
    },
    hear(id: number, { found, errno }: CallResult): void {
      const waiter = give(id)
      if (errno === null) waiter?.resolve(found)
      else waiter?.reject(callFault(waiter.role, errno))
    },
    /** Nobody waits for an answer any more. */
    close(): void {
      for (const id of [...waiting.keys()]) {
        const waiter = give(id)
        waiter?.reject(callFault(waiter.role, 'ESHUTDOWN'))
      }
    },
  }
}
