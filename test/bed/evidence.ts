import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Reply } from './client.ts'
import type { Printed } from './process.ts'

/** Everything that could hold what it must not, by where it was. */
export function openEvidence() {
  const places = new Map<string, Buffer[]>()
  const add = (place: string, ...bytes: readonly (Buffer | string)[]) => {
    places.set(place, [...(places.get(place) ?? []), ...bytes.map((one) => Buffer.from(one))])
  }
  return {
    places,
    add,
    reply: (place: string, { status, headers, bytes }: Reply) =>
      add(place, `${status} ${JSON.stringify([...headers])}`, bytes),
    printed: ({ stdout, stderr }: Printed) => add('what commands print', stdout, stderr),
    /** Copies every file of the agent's state as it is at this moment. */
    state: (folder: string) => {
      for (const name of readdirSync(folder)) {
        const path = join(folder, name)
        if (statSync(path).isFile()) add(`the file ${name}`, readFileSync(path))
      }
    },
  }
}
export type Evidence = ReturnType<typeof openEvidence>

/** The tokens of the gateway's sessions, as they come in at the simulator of this process. */
export function watchSessions(t: TestContext): Set<string> {
  const seen = new Set<string>()
  const channel = 'http.server.request.start'
  const look = (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('request' in message)) return
    const { request } = message
    if (typeof request !== 'object' || request === null || !('headers' in request)) return
    const [, token] = /"authorization":"Bearer ([^"]+)"/.exec(JSON.stringify(request.headers)) ?? []
    if (token !== undefined) seen.add(token)
  }
  subscribe(channel, look)
  t.after(() => void unsubscribe(channel, look))
  return seen
}
