import { request as httpRequest } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { DEMO_ACCOUNT, startGatewaySimulator } from '../../agent/sim/gateway/server.ts'
import { makePki, serverTls } from '../../agent/sim/pki.ts'
import { type Client, clientOf, eventually, type Fetch } from '../bed/client.ts'
import { addConsumer } from '../bed/consumer.ts'
import { clinicFurniture } from '../bed/machine/clinic.ts'
import { readyPackage } from '../bed/machine/package.ts'
import type { Contents, Ending, Ran } from '../bed/machine.ts'
import { bootVirtual, HOST, type VirtualMachine } from './machine.ts'

/** Of the agent, as the machine itself names it. */
export const API = 'http://127.0.0.1:8480'
/** Limits of the unit that a processor at a twentieth of its speed would not keep; else it is the packaged one. */
export const UNHURRIED: Contents = {
  '/etc/systemd/system/onshi-agent.service.d/unhurried.conf':
    '[Service]\nTimeoutStartSec=1200\nWatchdogSec=900\nTimeoutAbortSec=60\n',
}
/** What takes a real machine seconds, and a look is not to be what keeps this one busy. */
const [LIMIT_MS, LOOK_MS] = [600_000, 1_000] as const
const START_LIMIT_MS = 1_500_000

/** Looks until there is something, or gives up with `what`. */
export const inTime = <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  const unhurried = async () => {
    const found = await look()
    if (found === undefined) await wait(LOOK_MS)
    return found
  }
  return eventually(what, unhurried, LIMIT_MS)
}

/**
 * Compiles the process of a reader once, as on a box that was switched on before: three at a time would
 * take this one ten minutes. With its flags (agent/intake/child.ts), which go into the key of what is kept.
 */
const COMPILE = `install -d -o onshi-agent -g onshi-agent -m 0700 /var/cache/onshi-agent
echo 'for (const one of ["host", "io/serial", "io/hid", "io/pcsc"]) await import("/usr/lib/onshi-agent/drivers/" + one + ".ts"); process.exit()' |
setpriv --reuid onshi-agent --regid onshi-agent --clear-groups env NODE_COMPILE_CACHE=/var/cache/onshi-agent \\
/usr/lib/onshi-agent/bin/node --max-old-space-size=64 --max-semi-space-size=1 --input-type=module -`

export interface VirtualClinic {
  readonly machine: VirtualMachine
  readonly client: Client
  /** Of the receipt computer. */
  readonly token: string
}

/**
 * A machine with the package as it is, started by its own unit. The official side is on this machine, which
 * is quicker at it. `booted` is called before the package is there. `readers`: tables of the configuration.
 */
export async function startVirtualClinic(
  t: Ending,
  readers: string,
  booted: (machine: VirtualMachine) => Promise<void> = async () => undefined,
): Promise<VirtualClinic> {
  const pki = makePki({ hosts: [HOST] })
  const gateway = await startGatewaySimulator({
    tls: serverTls(pki),
    account: DEMO_ACCOUNT,
    listen: { host: '127.0.0.1', port: 0 },
  })
  t.after(() => gateway.close())
  const url = `https://${HOST}:${new URL(gateway.url).port}`
  const { files, secrets } = clinicFurniture({ url, link: null, pki }, readers)
  const machine = await bootVirtual(t, {
    files: { ...files, ...UNHURRIED },
    secrets,
    debs: [readyPackage()],
  })
  await booted(machine)
  await machine.must('mv /etc/onshi-agent/agent.toml /root && dpkg -i /root/onshi-agent_*.deb')
  if (readers !== '') await machine.must(COMPILE)
  await machine.must('mv /root/agent.toml /etc/onshi-agent')
  await startAgent(machine)
  const cli = (...args: readonly string[]) => machine.run(`onshi-agent ${args.join(' ')}`)
  const { token } = await addConsumer({ cli }, 'receipt-computer', 'receipt-computer')
  const client = clientThrough(machine, token)
  await inTime('a line that is up', async () =>
    (await client.get('/v1/lines')).text.includes('"standing":"up"') ? true : undefined,
  )
  return { machine, token, client }
}

/**
 * Resolves when it is ready. On this processor now and then Node's own check of its code space ends it as it
 * starts (V8, `it->second.Size() > offset`): then its unit starts it anew, as it does after any crash.
 */
export async function startAgent(machine: VirtualMachine): Promise<void> {
  const isActive = 'systemctl --quiet is-active onshi-agent'
  await machine.must(
    `systemctl start --no-block onshi-agent; until ${isActive}; do sleep 1; done`,
    { timeoutMs: START_LIMIT_MS },
  )
}

/** As a shell says that SIGTRAP, which is how V8’s own checks end, or SIGSEGV ended a command. */
const NODE_DIED = [128 + 5, 128 + 11]
const TRIES = 5

/**
 * What a command answers that only reads. Where Node itself died, as `startAgent` says of it, there is no
 * answer: it is asked again, and the test says so.
 */
export async function answerOf(
  t: Pick<TestContext, 'diagnostic'>,
  machine: VirtualMachine,
  line: string,
  timeoutMs: number,
): Promise<Ran> {
  let ran = await machine.run(line, { timeoutMs })
  for (let n = 1; n < TRIES && NODE_DIED.includes(ran.code ?? 0); n++) {
    t.diagnostic(`Node died in “${line}” (${ran.code}); asked again`)
    ran = await machine.run(line, { timeoutMs })
  }
  return ran
}

/** A client of the machine’s agent that is no work for the machine. */
export const clientThrough = (machine: VirtualMachine, token: string): Client =>
  clientOf(API, token, fetchThrough(machine.ports.api))

/** `fetch` of the machine’s API through a port of this machine, which does not show in what is sent. */
const fetchThrough =
  (port: number): Fetch =>
  async (url, init = {}) => {
    const asked = new Request(url, init)
    const body = Buffer.from(await asked.arrayBuffer())
    const headers = { ...Object.fromEntries(asked.headers), host: new URL(url).host }
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const { pathname, search } = new URL(url)
    const request = httpRequest(
      { port, host: '127.0.0.1', method: asked.method, path: pathname + search, headers },
      (response) => {
        buffer(response).then((bytes) => {
          const status = response.statusCode ?? 0
          const kept = Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
            values.map((value): [string, string] => [name, value]),
          )
          resolve(new Response(status === 204 ? null : bytes, { status, headers: kept }))
        }, reject)
      },
    )
    request.on('error', reject)
    request.end(body)
    return promise
  }
