import { controlSocketOf } from '../config/control-socket.ts'
import { callControl } from './api/control-client.ts'
import { pretty } from './command-line.ts'

/** `onshi-agent status`: what the running agent says. Loads little: it is for a look, many times a day. */
export async function statusCommand(configPath: string): Promise<string> {
  return pretty(await callControl(await controlSocketOf(configPath), 'GET', '/status'))
}
