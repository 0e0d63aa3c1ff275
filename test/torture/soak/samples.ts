import { readdirSync, readFileSync } from 'node:fs'

/** The agent at one moment, as its machine sees it. */
export interface Sample {
  /** Since the first one. */
  readonly atMs: number
  readonly memoryMiB: number
  readonly descriptors: number
  readonly threads: number
  /** How late the event loop was at most since the sample before; null where it does not say. */
  readonly loopDelayMs: number | null
  /** From the request to the answer of `/livez`; null: none came. */
  readonly livezMs: number | null
}

const KIB_PER_MIB = 1_024
const MS_PER_S = 1_000
/** The longest that may be waited for an answer that tells nothing but life. */
const LIMIT_MS = 5_000

/** Takes a sample of the process that serves `url`; undefined where it is gone. */
export async function takeSample(
  pid: number,
  url: string,
  fromMs: number,
): Promise<Sample | undefined> {
  const process = readProcess(pid)
  if (process === undefined) return undefined
  const asked = performance.now()
  const alive = await textOf(`${url}/livez`)
  const livezMs = alive === undefined ? null : performance.now() - asked
  const loopDelayMs = loopDelayIn((await textOf(`${url}/metrics`)) ?? '')
  return { atMs: asked - fromMs, ...process, loopDelayMs, livezMs }
}

/** Whether the agent that serves `url` answers. */
export const isLive = async (url: string) => (await textOf(`${url}/livez`)) !== undefined

/** `proc_pid_status(5)`. */
function readProcess(pid: number) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const number = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1])
    return {
      memoryMiB: number('VmRSS') / KIB_PER_MIB,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      threads: number('Threads'),
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function loopDelayIn(metrics: string): number | null {
  const [, seconds] = /^\w*event_?loop_(?:delay|lag)_max_seconds (\S+)$/m.exec(metrics) ?? []
  return seconds === undefined ? null : Number(seconds) * MS_PER_S
}

async function textOf(url: string): Promise<string | undefined> {
  try {
    return await (await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) })).text()
  } catch (error) {
    if (error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError'))
      return undefined
    throw error
  }
}
