import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Bed, fillFeed } from './bed.ts'

const WARM_UP = 5
const COUNTED = 40

/** How often a lookup makes the agent wait for the disk, by the system calls of a real one. */
export async function countFsyncs(bed: Bed): Promise<number> {
  const trace = join(bed.folder, 'fsyncs')
  const seen = () => readFileSync(trace, 'utf8').match(/ (fsync|fdatasync)\(/g)?.length ?? 0
  const daemon = await bed.start({ under: underStrace(trace) })
  try {
    await fillFeed(bed, daemon, WARM_UP)
    const before = seen()
    await fillFeed(bed, daemon, COUNTED)
    return (seen() - before) / COUNTED
  } finally {
    await daemon[Symbol.asyncDispose]()
    rmSync(trace)
  }
}

/**
 * Runs a command so that its fsyncs are traced, and each takes `extraMs` longer. The tracer is a
 * grandchild, so the command keeps the process id that was spawned.
 */
export const underStrace = (output: string, extraMs = 0): string[] => [
  'strace',
  '-D',
  '-f',
  '--seccomp-bpf',
  '-qq',
  '-o',
  output,
  '-e',
  'trace=fsync,fdatasync',
  ...(extraMs === 0 ? [] : ['-e', `inject=fsync,fdatasync:delay_exit=${extraMs * 1_000}`]),
]
