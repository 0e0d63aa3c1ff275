import { loadConfig } from '../config/load.ts'
import { shownConsumer } from './api/control.ts'
import { callControl } from './api/control-client.ts'
import { caller } from './caller.ts'
import { AgentError } from './kernel/errors.ts'

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
        await call('POST', '/consumers', { name }, async ({ consumers }) => {
          const { consumer, token } = await consumers.add(name ?? '')
          return { consumer: shownConsumer({ ...consumer, revokedAt: null }), token }
        }),
      )
    case 'list':
      return pretty(
        await call('GET', '/consumers', undefined, async ({ consumers }) => ({
          items: consumers.list().map(shownConsumer),
        })),
      )
    case 'revoke':
      return pretty(
        await call(
          'DELETE',
          `/consumers/${encodeURIComponent(name ?? '')}`,
          undefined,
          async ({ consumers }) => shownConsumer(await consumers.revoke(name ?? '')),
        ),
      )
    default:
      throw usage()
  }
}

/** `onshi-agent status`: what the running agent says. */
export async function askAgent(configPath: string): Promise<string> {
  return pretty(await callControl(loadConfig(configPath).control.socket, 'GET', '/status'))
}

const usage = () => new AgentError('USAGE', 'onshi-agent consumer add NAME | list | revoke NAME')

const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** The answer stays JSON for whoever reads it by program. */
function added(answer: unknown): string {
  process.stderr.write('This token is shown once. このトークンは一度だけ表示されます。\n')
  return pretty(answer)
}
