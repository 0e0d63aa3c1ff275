import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { writeClinic } from '../../agent/sim/clinic.ts'
import { patients } from '../../agent/sim/patients.ts'
import { makePki, writePki } from '../../agent/sim/pki.ts'
import { addConsumer } from '../bed/consumer.ts'
import { runCli } from '../bed/process.ts'
import { startHelper, unitFlags } from './helper.ts'
import { diskFolder } from './machine.ts'
import { openWire, requestText } from './wire.ts'

/** A configured agent with its own gateway process, in a folder that goes away with it. */
export interface Bed {
  readonly folder: string
  readonly configFile: string
  /** Of a consumer. */
  readonly token: string
  start(how?: StartOptions): Promise<Daemon>
  [Symbol.asyncDispose](): Promise<void>
}

export interface StartOptions {
  /** What it runs under: a command with its arguments that keeps its process id. */
  readonly under?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** The agent as a process of its own. */
export interface Daemon {
  readonly url: string
  readonly pid: number
  /** From the start of the process to the first 200 of /readyz. */
  readonly readyMs: number
  [Symbol.asyncDispose](): Promise<void>
}

const CLI = fileURLToPath(new URL('../../agent/cli.ts', import.meta.url))
const START_LIMIT_MS = 60_000

/** `readers`: further tables of the configuration. */
export async function makeBed(readers = ''): Promise<Bed> {
  await using undo = new AsyncDisposableStack()
  const folder = mkdtempSync(join(diskFolder(), 'onshi-bench-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const pki = join(folder, 'pki')
  const files = writePki(pki, makePki())
  const gateway = undo.use(await startHelper('gateway.ts', pki))
  const lines = [{ name: 'sim-line', gateway: gateway.hello }]
  const configFile = writeClinic({ folder, files, lines, tables: readers })
  const cli = (...args: readonly string[]) => runCli([...args, '--config', configFile])
  const { token } = await addConsumer({ cli }, 'bench', 'ehr')
  const owned = undo.move()
  return {
    folder,
    configFile,
    token,
    start: (how = {}) => startDaemon(configFile, how),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function startDaemon(
  configFile: string,
  { under = [], env = {} }: StartOptions,
): Promise<Daemon> {
  const { NODE_COMPILE_CACHE: _, ...inherited } = process.env
  const [command = process.execPath, ...args] = [
    ...under,
    process.execPath,
    ...unitFlags(),
    CLI,
    'run',
    '--config',
    configFile,
  ]
  const from = performance.now()
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...inherited, ...env },
  })
  const ended = once(child, 'exit')
  const late = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS)
  const ready = Promise.withResolvers<string>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, url] = /"event":"agent-ready".*"url":"([^" ]+)/.exec(line) ?? []
    if (url !== undefined) ready.resolve(url)
  })
  const url = await Promise.race([ready.promise, ended.then(() => undefined)])
  clearTimeout(late)
  if (url === undefined) throw new Error('the agent did not start')
  await using wire = await openWire(url)
  await wire.ask(requestText(`${url}/readyz`, {}))
  return {
    url,
    pid: child.pid ?? 0,
    readyMs: performance.now() - from,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

const authorization = ({ token }: Bed) => ({ authorization: `Bearer ${token}` })

/** A request for `path` in the consumer's name; a POST when there is a body. */
export const requestFor = (
  bed: Bed,
  { url }: Daemon,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: object,
) => requestText(url + path, { ...authorization(bed), ...headers }, body)

/** Everyone of whom the official side says “valid”. */
export const faces = patients
  .filter(({ outcome }) => outcome === 'valid')
  .map(({ cardFace }) => cardFace)

/** Asks about `count` people, so that there is a feed to read. The id of the last verification. */
export async function fillFeed(bed: Bed, daemon: Daemon, count: number): Promise<string> {
  await using wire = await openWire(daemon.url)
  let id = ''
  for (let n = 0; n < count; n += 1) {
    const { head } = await wire.ask(
      requestFor(bed, daemon, '/v1/verifications', {}, faces[n % faces.length]),
    )
    const [, location] = /\r\nlocation: \/v1\/verifications\/([0-9a-f-]+)/i.exec(head) ?? []
    if (location === undefined) throw new Error(`no verification: ${head}`)
    id = location
  }
  return id
}
