import {
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** What the machine itself takes and gives: processor time, memory, disk. Linux. */

/** Fields of /proc/PID/stat after the command's name. [proc(5)] */
const UTIME = 11
const STIME = 12
/** The kernel shows times to user space in this unit whatever its own is. */
const TICK_MS = 10

/** Processor time of a process with its threads, ms, in steps of 10. */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[UTIME]) + Number(fields[STIME])) * TICK_MS
}

/** Time in which a thread could have run and had no processor. */
export interface Waits {
  /** Since the thread began, ms; 0 for ever where the kernel does not count it. */
  ms(): number
  [Symbol.dispose](): void
}

const SCHEDSTAT = '/proc/thread-self/schedstat'
const LONGEST_SCHEDSTAT = 64
const NS_PER_MS = 1e6

/** Of the calling thread: what other work on the machine adds to its times. [sched-stats.rst of Linux] */
export function openWaits(): Waits {
  if (!existsSync(SCHEDSTAT)) return { ms: () => 0, [Symbol.dispose]() {} }
  const file = openSync(SCHEDSTAT, 'r')
  const text = Buffer.alloc(LONGEST_SCHEDSTAT)
  return {
    ms() {
      const size = readSync(file, text, 0, text.length, 0)
      const [, waitedNs] = text.toString('latin1', 0, size).split(' ')
      return Number(waitedNs) / NS_PER_MS
    },
    [Symbol.dispose]: () => closeSync(file),
  }
}

/** A process and all below it. */
export function family(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [
    pid,
    ...children
      .split(' ')
      .filter(Boolean)
      .flatMap((child) => family(Number(child))),
  ]
}

/** Proportional set size, MB: what is shared counts in parts. */
export function pssMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss: +(\d+) kB/m.exec(rollup)?.[1]) / 1_024
}

const TMPFS = 0x01021994

/** A folder on a disk: in /tmp, unless that is memory, where an fsync is nothing. */
export const diskFolder = () => (statfsSync(tmpdir()).type === TMPFS ? '/var/tmp' : tmpdir())

const PAGE = Buffer.alloc(4_096, 'p')
const PAGES = 256

/** The least that a durable commit can cost: pwrite of 4 KiB into an existing file, and fdatasync. */
export interface DiskFloor {
  /** Times of `count` of them, ms. */
  measure(count: number): number[]
  [Symbol.dispose](): void
}

export function openDiskFloor(folder: string): DiskFloor {
  const path = join(folder, 'floor')
  const file = openSync(path, 'w+')
  for (let n = 0; n < PAGES; n += 1) writeSync(file, PAGE, 0, PAGE.length, n * PAGE.length)
  fdatasyncSync(file)
  let at = 0
  const write = () => {
    at = (at + 1) % PAGES
    const from = performance.now()
    writeSync(file, PAGE, 0, PAGE.length, at * PAGE.length)
    fdatasyncSync(file)
    return performance.now() - from
  }
  return {
    measure: (count) => Array.from({ length: count }, write),
    [Symbol.dispose]() {
      closeSync(file)
      rmSync(path)
    },
  }
}

/** Whether strace is installed, for what only it can see or do. */
export const hasStrace = () =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'strace')))

export const NEEDS_STRACE = 'not measured: needs strace (apt-get install strace)'
