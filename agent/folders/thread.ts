/**
 * The thread in which every file of a share is touched, with calls that wait: a mount that hangs
 * stops this thread and nothing else, neither the daemon nor the pool that its own files need.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { FolderRole } from '../kernel/terminal.ts'
import type { Arrivals } from './arrivals.ts'
import { answerCall } from './calls.ts'
import { Look } from './look.ts'
import { hasFile, putFile, removeFile } from './put.ts'
import { type Call, type FromThread, signs, type ThreadStart, type ToThread } from './wire.ts'

/** A file that another program deletes a second after it came is seen in three looks. */
const LOOK_MS = 250
/** Outside the clinic's hours. */
const SELDOM_MS = 2_000

const port = parentPort
if (port === null) throw new Error('thread.ts runs as a worker thread')
const given: ThreadStart = workerData
const shared = new Int32Array(given.signs)
const lookedAt = new Float64Array(given.lookedAt)
const send = (message: FromThread, transfer: readonly ArrayBuffer[] = []) =>
  port.postMessage(message, transfer)
const beat = () => {
  Atomics.add(shared, signs.beat, 1)
}
const now = () => performance.now()

interface Folder {
  readonly look: Look
  readonly path: string
  /** Slot of `lookedAt`. */
  readonly at: number
  isStarted: boolean
}

const held = { bytes: 0 }
const folders = new Map(
  given.folders.map((settings, at): [FolderRole, Folder] => {
    const look = new Look(settings, { send, beat, held, now })
    return [settings.role, { look, path: settings.path, at, isStarted: false }]
  }),
)
const folderOf = (role: FolderRole) => {
  const found = folders.get(role)
  if (found === undefined) throw new Error(`no folder ${role}`)
  return found
}
let isClosing = false

function perform({ look, path }: Folder, call: Call, stage: Int32Array): boolean {
  if (call.is === 'has') return hasFile(path, call.name)
  if (call.is === 'put') putFile(path, call.name, call.bytes, stage)
  else if (!removeFile(path, call.name, call.sha256)) return false
  if (call.is === 'remove') look.arrivals.removed(call.name)
  return true
}

function start(folder: Folder, firstAt: number | null): void {
  folder.look.arrivals.start(firstAt)
  folder.isStarted = true
}

function close(): void {
  isClosing = true
  for (const { look } of folders.values()) look.close()
  process.exit()
}

function take(message: ToThread): void {
  if (message.is === 'close') {
    close()
    return
  }
  const folder = folderOf(message.role)
  if (message.is === 'call') answer(message)
  else if (message.is === 'look') start(folder, message.firstAt)
  else tell(folder.look.arrivals, message)
}

function answer({ role, id, call, stage }: ToThread & { is: 'call' }): void {
  const folder = folderOf(role)
  beat()
  const result = answerCall(stage, (state) => perform(folder, call, state))
  if (result !== null) send({ is: 'called', id, result })
}

function tell(
  arrivals: Arrivals,
  message: Exclude<ToThread, { is: 'close' | 'call' | 'look' }>,
): void {
  if (message.is === 'known') arrivals.learn(message.hashes)
  else if (message.is === 'begun') arrivals.begun()
  else if (message.is === 'verdict') arrivals.verdict(message.id, message.verdict)
  else if (message.is === 'claim') arrivals.claim(message.name)
  else arrivals.release(message.name)
}

/** True: more is waiting. */
async function lookAtAll(): Promise<boolean> {
  let isBusy = false
  for (const { look, at, isStarted } of folders.values()) {
    if (!isStarted || isClosing) continue
    beat()
    isBusy = (await look.look()) || isBusy
    lookedAt[at] = Date.now()
  }
  return isBusy
}

/** Whoever claims a name waits for it, whatever the hour. */
const hasClaims = () => [...folders.values()].some(({ look }) => look.arrivals.hasClaims())

port.on('message', take)
let dueAt = 0
while (!isClosing) {
  beat()
  const isOpen = Atomics.load(shared, signs.isOpen) === 1 || hasClaims()
  if (isOpen) dueAt = Math.min(dueAt, now())
  let isBusy = false
  if (now() >= dueAt) {
    const from = now()
    isBusy = await lookAtAll()
    dueAt = from + (isOpen ? LOOK_MS : SELDOM_MS)
  }
  await wait(isBusy ? 0 : Math.max(0, Math.min(LOOK_MS, dueAt - now())))
}
