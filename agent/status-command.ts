import { loadConfig } from '../config/load.ts'
import { callControl } from './api/control-client.ts'
import { pretty } from './command-line.ts'

/** `onshi-agent status`: what the running agent says. */
export async function statusCommand(configPath: string): Promise<string> {
  const { socket } = loadConfig(configPath).control
  return pretty(await callControl(socket, 'GET', '/status'))
}
