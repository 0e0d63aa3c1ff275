import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { callControl } from './api/control-client.ts'
import { AgentError, asFault } from './kernel/errors.ts'
import { contentOf, makeFolder, writeWhole } from './ops/setup/files.ts'
import type { RunProgram, Service } from './ops/setup/parts.ts'
import type { SetupPlaces } from './setup-places.ts'
import { unitCredentials } from './unit-credentials.ts'

/** A slow box migrates its store at the first start. */
const READY_MS = 120_000
/** How often the socket is tried. */
const TRY_MS = 200
const UNIT = 'onshi-agent.service'

const Status = Type.Object({
  ready: Type.Boolean(),
  pid: Type.Integer(),
  urls: Type.Array(Type.String()),
})
type Status = Static<typeof Status>

/** Where the API of the running agent listens on this machine. Throws as `callControl`. */
export async function urlsOf(socket: string): Promise<Status> {
  const answer = await callControl(socket, 'GET', '/status')
  if (Check(Status, answer)) return answer
  throw new AgentError('INTERNAL', 'the running agent is of another release: restart it')
}

/** The unit, under systemd. Throws `SERVICE_NOT_READY`, `CREDENTIAL_UNWRITABLE`. */
export function openUnit(
  { socket }: SetupPlaces,
  run: RunProgram,
  handOver = unitCredentials().handOver,
): Service {
  const systemctl = async (...args: readonly string[]) => {
    const ran = await run('systemctl', args, READY_MS)
    if (ran?.code !== 0) throw notReady(`systemctl ${args.join(' ')}`, ran?.output ?? 'no answer')
  }
  const up = async (verb: 'restart' | 'start') => {
    // What a person put among the secrets by hand, as told after a restore.
    handOver()
    await systemctl('daemon-reload')
    await systemctl('enable', UNIT)
    await systemctl(verb, UNIT)
    await ready(socket, async () => {
      const state = await run('systemctl', ['is-failed', UNIT])
      return state?.code === 0 ? 'the unit failed' : null
    })
  }
  return {
    isForNow: false,
    start: () => up('restart'),
    ensure: async () => ((await isReady(socket)) ? undefined : up('start')),
    async close() {},
  }
}

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url))

/** Without systemd: the agent runs for as long as setup does, so that it can be tried. */
export function openProcess({ socket, config, forNow }: SetupPlaces): Service {
  let child: ReturnType<typeof spawn> | null = null
  const close = async () => {
    const running = child
    child = null
    if (running === null) return
    if (running.exitCode === null) {
      running.kill('SIGTERM')
      await once(running, 'exit')
    }
    rmSync(forNow, { force: true })
  }
  const start = async () => {
    await close()
    await endLeftOver(socket, forNow)
    makeFolder(dirname(socket), 0o750)
    const said: string[] = []
    const started = spawn(process.execPath, [CLI, 'run', '--config', config], {
      // Ctrl-C is for setup, which then ends this one.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child = started
    writeWhole(forNow, String(started.pid), 0o600)
    started.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
    await ready(socket, async () => (started.exitCode === null ? null : said.join('')))
  }
  return {
    isForNow: true,
    start,
    ensure: async () => ((await isReady(socket)) ? undefined : start()),
    close,
  }
}

/** A setup that was killed left its agent behind. One that somebody else runs is left alone. */
async function endLeftOver(socket: string, forNow: string): Promise<void> {
  const left = Number(contentOf(forNow)?.toString() ?? '')
  if (!(await isReady(socket))) return
  const { pid } = await urlsOf(socket)
  if (pid !== left)
    throw new AgentError('SERVICE_NOT_READY', `an agent runs already, process ${pid}: end it first`)
  process.kill(pid, 'SIGTERM')
  while (await isReady(socket)) await wait(TRY_MS)
}

/** `ended` gives what it said, once it has. */
async function ready(socket: string, ended: () => Promise<string | null>): Promise<void> {
  const until = performance.now() + READY_MS
  for (;;) {
    if (await isReady(socket)) return
    const last = await ended()
    if (last !== null) throw notReady('the agent ended', last)
    if (performance.now() > until) throw notReady('the agent', 'not ready in two minutes')
    await wait(TRY_MS)
  }
}

async function isReady(socket: string): Promise<boolean> {
  try {
    return (await urlsOf(socket)).ready
  } catch (error) {
    if (asFault(error).code === 'AGENT_NOT_RUNNING') return false
    throw error
  }
}

const notReady = (what: string, said: string) =>
  new AgentError('SERVICE_NOT_READY', `${what}: ${said.trim().slice(-600)}`)
