import { readStoreKey } from '../config/files.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { shownConsumer } from './api/control.ts'
import { callControl } from './api/control-client.ts'
import { AgentError } from './kernel/errors.ts'
import type { Log } from './kernel/ports.ts'
import type { ConsumerRegistry } from './store/consumers.ts'

/** `onshi-agent consumer …`: through the running agent, or on the database when none holds it. */
export async function consumerCommand(
  configPath: string,
  args: readonly string[],
): Promise<string> {
  const [verb, name, ...rest] = args
  if (rest.length > 0 || (verb === 'list') !== (name === undefined)) throw usage()
  const config = loadConfig(configPath)
  const call = caller(config)
  switch (verb) {
    case 'add':
      return added(
        await call('POST', '/consumers', { name }, async (consumers) => {
          const { consumer, token } = await consumers.add(name ?? '')
          return { consumer: shownConsumer({ ...consumer, revokedAt: null }), token }
        }),
      )
    case 'list':
      return pretty(
        await call('GET', '/consumers', undefined, async (consumers) => ({
          items: consumers.list().map(shownConsumer),
        })),
      )
    case 'revoke':
      return pretty(
        await call(
          'DELETE',
          `/consumers/${encodeURIComponent(name ?? '')}`,
          undefined,
          async (consumers) => shownConsumer(await consumers.revoke(name ?? '')),
        ),
      )
    default:
      throw usage()
  }
}

/** `onshi-agent status` and `readers`: what the running agent says. */
export async function askAgent(configPath: string, path: '/status' | '/readers'): Promise<string> {
  return pretty(await callControl(loadConfig(configPath).control.socket, 'GET', path))
}

const usage = () => new AgentError('USAGE', 'onshi-agent consumer add NAME | list | revoke NAME')

const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** The answer stays JSON for whoever reads it by program. */
function added(answer: unknown): string {
  process.stderr.write('This token is shown once. このトークンは一度だけ表示されます。\n')
  return pretty(answer)
}

/** Calls the running agent; where none runs, does it on the database itself. */
function caller(config: Config) {
  return async (
    method: string,
    path: string,
    body: unknown,
    offline: (consumers: ConsumerRegistry) => Promise<unknown>,
  ): Promise<unknown> => {
    try {
      return await callControl(config.control.socket, method, path, body)
    } catch (error) {
      if (!(error instanceof AgentError) || error.code !== 'AGENT_NOT_RUNNING') throw error
      return onDatabase(config, offline)
    }
  }
}

const silent: Log = { info() {}, warn() {}, error() {} }

async function onDatabase(
  { store }: Config,
  work: (consumers: ConsumerRegistry) => Promise<unknown>,
): Promise<unknown> {
  const { openStore } = await import('./store/store.ts')
  const opened = await openStore({
    path: store.path,
    key: readStoreKey(store.key_file),
    clock: { now: () => Date.now() },
    log: silent,
    observe: () => {},
    onBug: (error) => {
      throw error
    },
  })
  try {
    return await work(opened.consumers)
  } finally {
    await opened.close()
  }
}
