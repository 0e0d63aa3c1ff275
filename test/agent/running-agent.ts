import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openControl } from '../../agent/api/control.ts'
import { clinicFolder, good, writeConfig } from '../config/clinic.ts'
import { fakePorts } from '../fakes/api-ports.ts'

/** What commands find: a configuration, and the control socket of an agent that does what the ports say. */
export async function runningAgent(t: TestContext, ports = fakePorts()) {
  const folder = clinicFolder(t)
  const socket = join(folder, 'control.sock')
  const toml = good.replace('[store]', `[control]\nsocket = "${socket}"\n[store]`)
  const config = writeConfig(folder, toml)
  const control = await openControl({ socket, version: '0.1.0', urls: [], ...ports })
  t.after(() => control.close())
  return { ...ports, folder, config, control }
}
