import { Check } from 'typebox/value'
import { loadConfig } from '../config/load.ts'
import { accessTo, type Found, lastingName, readersAmong, usbDevices } from '../drivers/discover.ts'
import { usbId } from '../drivers/models.ts'
import { callControl } from './api/control-client.ts'
import { ReaderList } from './api/readers.ts'
import { configOption, parsedArgs, pretty } from './command-line.ts'
import { AgentError, asFault } from './kernel/errors.ts'
import {
  nameOf,
  type Plugged,
  type ReadersView,
  readersText,
  remarkOf,
  tomlBlocks,
} from './readers-text.ts'

/** Where the machine shows its devices. */
export interface Places {
  readonly sysfs: string
  /** Socket of pcscd. [pcsc-lite, pcsclite.h; PCSCLITE_CSOCK_NAME] */
  readonly pcscd: string
  readonly serialNames: string
}

const places: Places = {
  sysfs: '/sys',
  pcscd: process.env['PCSCLITE_CSOCK_NAME'] ?? '/run/pcscd/pcscd.comm',
  serialNames: '/dev/serial/by-id',
}

const USAGE = 'onshi-agent readers [--json] [--config FILE] | record NAME --out FILE [--seconds N]'
const usage = () => new AgentError('USAGE', USAGE)

/**
 * `onshi-agent readers …`: what is plugged in, without opening it, and the readers of the running
 * agent; or a recording of one reader. Gives what to print. A configuration or an agent that is not
 * there is told and stops nothing. Throws `USAGE`, and what `recordReader` throws.
 */
export async function readersCommand(
  args: readonly string[],
  { sysfs, pcscd, serialNames }: Places = places,
): Promise<string> {
  const { values, positionals } = parsed(args)
  const [verb, name, ...rest] = positionals
  if (verb === 'record' && name !== undefined && rest.length === 0)
    return (await import('./record-command.ts')).recordCommand(name, values)
  if (verb !== undefined || values.out !== undefined || values.seconds !== undefined) throw usage()
  const found = readersAmong(await usbDevices(sysfs))
  const plugged = await Promise.all(found.map((one) => pluggedIn(one, pcscd, serialNames)))
  const view = { plugged, ...(await configured(values.config)) }
  return values.json ? pretty(readersData(view)) : readersText(view)
}

const options = {
  ...configOption,
  json: { type: 'boolean', default: false },
  out: { type: 'string' },
  seconds: { type: 'string' },
} as const

const parsed = (args: readonly string[]) =>
  parsedArgs({ args: [...args], allowPositionals: true, options }, USAGE)

async function pluggedIn(found: Found, pcscd: string, serialNames: string): Promise<Plugged> {
  const nodes = found.driver === 'pcsc' ? [pcscd] : found.nodes
  const access = await Promise.all(nodes.map(async (node) => ({ node, is: await accessTo(node) })))
  const [tty] = found.nodes
  const isPort = found.connection === 'usb-serial' && tty !== undefined
  return { found, access, port: isPort ? await lastingName(tty, serialNames) : null }
}

/** The configuration and the agent may both be missing where readers are only being set up. */
async function configured(path: string): Promise<Pick<ReadersView, 'taken' | 'agent'>> {
  let taken: readonly string[] = []
  try {
    const { readers, control } = loadConfig(path)
    taken = readers.map(({ name }) => name)
    const answer = await callControl(control.socket, 'GET', '/readers')
    if (Check(ReaderList, answer)) return { taken, agent: { is: 'running', readers: answer.items } }
    throw new AgentError('INTERNAL', 'the running agent is of another release: restart it')
  } catch (error) {
    const { code, message } = asFault(error)
    return { taken, agent: { is: 'unknown', code, message } }
  }
}

/** For programs. `items` are the readers of the running agent, as `GET /v1/readers` has them. */
function readersData({ plugged, taken, agent }: ReadersView) {
  const isRunning = agent.is === 'running'
  return {
    devices: plugged.map(deviceData),
    toml: tomlBlocks(plugged, taken).join('\n'),
    agent: isRunning ? null : { code: agent.code, message: agent.message },
    items: isRunning ? agent.readers : [],
  }
}

function deviceData({ found, access, port }: Plugged) {
  const { device, model, adapter, connection, driver } = found
  return {
    name: nameOf(found),
    usb: usbId(device.vendorId, device.productId),
    maker: device.maker,
    product: device.product,
    serialNumber: device.serialNumber,
    connection,
    driver,
    isAdapter: adapter !== undefined,
    bus: device.bus,
    nodes: access,
    port,
    conformity: model?.conformity.is ?? 'unknown',
    availability: model?.availability ?? 'unknown',
    source: model?.source ?? null,
    remark: remarkOf(found) ?? null,
  }
}
