import { fileURLToPath } from 'node:url'
import { Type } from 'typebox'
import { checked } from '../client.ts'
import type { NetBed } from './bed.ts'
import type { LineName } from './plan.ts'

const Opened = Type.Object({ connection: Type.Number(), tookMs: Type.Number() })
const Said = Type.Union([Type.String(), Type.Null()])
const Heard = Type.Object({ datagrams: Type.Number(), resets: Type.Number() })

/** A TCP connection to the echo beyond a line. */
export interface Connection {
  /** How long connecting took. */
  readonly tookMs: number
  /** What came back; null: nothing within `patienceMs`. Rejects when the connection breaks. */
  say(text: string, patienceMs?: number): Promise<string | null>
}

/** Traffic that is no agent's, to look at the lines themselves. */
export interface Talk {
  /** From the line's own address unless another is given; rejects with the system's `code`. */
  connect(line: LineName, from?: string): Promise<Connection>
  /** Sends datagrams to the echo. */
  flood(line: LineName, count: number): Promise<void>
  /** The addresses of a name, by the line's own DNS server. Rejects with c-ares' `code`. */
  resolve(line: LineName, name: string, timeoutMs?: number): Promise<string[]>
  /** What the echo noticed. */
  heard(): Promise<{ readonly datagrams: number; readonly resets: number }>
}

const PATIENCE_MS = 60_000
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export async function startTalk(bed: NetBed): Promise<Talk> {
  const echo = bed.callee('upstream', file('echo.ts'))
  const talker = bed.callee('clinic', file('talker.ts'))
  await echo.call('start')
  const ends = (line: LineName) => {
    const { source, gateway } = bed.line(line).plan()
    return { from: source, to: gateway }
  }
  return {
    async connect(line, from = ends(line).from) {
      const opened = await talker.call('open', { from, to: ends(line).to })
      const { connection, tookMs } = checked(Opened, opened)
      return {
        tookMs,
        say: async (text, patienceMs = PATIENCE_MS) =>
          checked(Said, await talker.call('say', { connection, text, patienceMs })),
      }
    },
    flood: async (line, count) => void (await talker.call('flood', { ...ends(line), count })),
    async resolve(line, name, timeoutMs = 5_000) {
      const { source: from, dns: server } = bed.line(line).plan()
      const found = await talker.call('resolve', { from, server, name, timeoutMs })
      return checked(Type.Array(Type.String()), found)
    },
    heard: async () => checked(Heard, await echo.call('heard')),
  }
}
