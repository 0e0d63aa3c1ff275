import { existsSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import { callControl } from './api/control-client.ts'
import { AgentError } from './kernel/errors.ts'
import type { Log } from './kernel/ports.ts'
import type { Store } from './store/store.ts'

export type Call = (
  method: string,
  path: string,
  body: unknown,
  offline: (store: Store) => Promise<unknown>,
) => Promise<unknown>

/** Calls the running agent; where none runs, does it on the database itself. */
export function caller(config: Config): Call {
  return async (method, path, body, offline) => {
    try {
      return await callControl(config.control.socket, method, path, body)
    } catch (error) {
      if (!(error instanceof AgentError) || error.code !== 'AGENT_NOT_RUNNING') throw error
      // What only reads makes no database, which would belong to whoever reads.
      if (method === 'GET' && !existsSync(config.store.path)) throw error
      return onDatabase(config, offline)
    }
  }
}

/** For commands, which print what came of them. */
export const silent: Log = { info() {}, warn() {}, error() {} }

/** Work on the database itself, which no agent holds. Throws `STORE_*`. */
export async function onDatabase<T>(
  { store }: Config,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const [{ openStore }, { storeKeyOf }] = await Promise.all([
    import('./store/store.ts'),
    import('./store-key.ts'),
  ])
  const opened = await openStore({
    path: store.path,
    key: storeKeyOf(store),
    clock: { now: () => Date.now() },
    log: silent,
    observe: () => {},
    onBug: (error) => {
      throw error
    },
  })
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}
