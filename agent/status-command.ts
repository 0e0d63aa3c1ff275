import { loadConfig } from '../config/load.ts'
import { callControl } from './api/control-client.ts'

/** `onshi-agent status`: what the running agent says. */
export async function statusCommand(configPath: string): Promise<string> {
  const { socket } = loadConfig(configPath).control
  return `${JSON.stringify(await callControl(socket, 'GET', '/status'), null, 2)}\n`
}
