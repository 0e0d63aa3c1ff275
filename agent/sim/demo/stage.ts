import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CardSimulator, startCardSimulator } from '../card/command.ts'
import { startPcscd, whyNoPcscd } from '../card/pcscd.ts'
import { DEMO_ACCOUNT, type GatewaySimulator, startGatewaySimulator } from '../gateway/server.ts'
import { DEMO_INSTITUTION_CODE, makePki, type PkiFiles, serverTls, writePki } from '../pki.ts'
import { type Daemon, startDaemon } from './daemon.ts'

/** Everything around the agent, and the agent itself as a process of its own. */
export interface Stage {
  readonly folder: string
  readonly configFile: string
  readonly gateway: GatewaySimulator
  readonly card: CardSimulator
  /** `pcsc`: real pcscd with a virtual card. `sim`: no PC/SC here, `why` says what is missing. */
  readonly reader: { readonly driver: 'pcsc' | 'sim'; readonly why: string | null }
  readonly daemon: Daemon
  /** Epoch ms to readiness. */
  readonly startedInMs: number
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'
const LOOPBACK_IPV6 = '::1'

/** Why the demo cannot run here; undefined where it can. The gateway is reached over IPv6 only. */
export async function whyNoStage(): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen(0, LOOPBACK_IPV6)
    await once(server, 'listening')
    return undefined
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT') throw error
    return 'the demo needs IPv6 on the loopback interface (::1): sysctl -w net.ipv6.conf.lo.disable_ipv6=0, and in a container start it with --sysctl net.ipv6.conf.all.disable_ipv6=0'
  } finally {
    server.close()
  }
}

/**
 * Sets everything up in a throw-away folder; nothing outside it is touched. Rejects with the
 * signal's reason on abort; what stood by then is undone.
 */
export async function setStage(signal = new AbortController().signal): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-demo-'))
  const undo: (() => Promise<void> | void)[] = [
    () => rmSync(folder, { recursive: true, force: true }),
  ]
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const pki = makePki()
    const files = writePki(folder, pki)
    const gateway = await startGatewaySimulator({
      tls: serverTls(pki),
      listen: { host: LOOPBACK_IPV6, port: 0 },
      account: DEMO_ACCOUNT,
    })
    undo.push(() => gateway.close())
    signal.throwIfAborted()
    const { card, driver, why, options, env } = await placeCard(undo)
    const configFile = join(folder, 'agent.toml')
    writeSecret(folder, 'store.key', randomBytes(32).toString('hex'))
    writeSecret(folder, 'password', DEMO_ACCOUNT.password)
    const listen = `${LOOPBACK}:${await freePort(8480)}`
    writeFileSync(
      configFile,
      configText({ folder, files, gateway: gateway.url, listen, driver, options }),
    )
    const from = performance.now()
    const daemon = await startDaemon(configFile, env, signal)
    undo.push(() => daemon.close())
    const startedInMs = performance.now() - from
    return {
      folder,
      configFile,
      gateway,
      card,
      reader: { driver, why },
      daemon,
      startedInMs,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function placeCard(undo: (() => Promise<void> | void)[]) {
  const control = { host: LOOPBACK, port: 0 }
  const why = whyNoPcscd() ?? null
  const pcscd = await startPcscd()
  if (pcscd !== undefined) {
    undo.push(() => pcscd.stop())
    const card = await startCardSimulator({ vpcd: { host: LOOPBACK, port: pcscd.port() }, control })
    undo.push(() => card.close())
    return { card, driver: 'pcsc', why, options: 'reader = "Virtual PCD"', env: pcscd.env } as const
  }
  const card = await startCardSimulator({ link: { host: LOOPBACK, port: 0 }, control })
  undo.push(() => card.close())
  return { card, driver: 'sim', why, options: `port = ${card.linkPort}`, env: {} } as const
}

function writeSecret(folder: string, name: string, value: string): void {
  writeFileSync(join(folder, name), value, { mode: 0o600 })
}

interface ConfigWords {
  readonly folder: string
  readonly files: PkiFiles
  readonly gateway: string
  readonly listen: string
  readonly driver: string
  readonly options: string
}

const configText = ({ folder, files, gateway, listen, driver, options }: ConfigWords) => `\
# Written by \`onshi-agent demo\`: every key, certificate and person here is invented.
[institution]
code = "${DEMO_INSTITUTION_CODE}"

[store]
path = "${folder}/agent.db"
key_file = "${folder}/store.key"

[control]
socket = "${folder}/control.sock"

[[listen]]
address = "${listen}"

[[lines]]
name = "sim-line"
kind = "simulator"
gateway = "${gateway}"

[gateway]
simulator = true
certificate_file = "${files.clientPkcs12}"
passphrase_file = "${files.passphrase}"
ca_file = "${files.ca}"

[gateway.account]
user = "${DEMO_ACCOUNT.user}"
password_file = "${folder}/password"

[[readers]]
name = "desk-1"
driver = "${driver}"
options = { ${options} }
`

/** The usual port where it is free, so that the printed commands look as they will later. */
async function freePort(wanted: number): Promise<number> {
  const server = createServer()
  try {
    server.listen(wanted, LOOPBACK)
    await once(server, 'listening')
    return wanted
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return 0
    throw error
  } finally {
    server.close()
  }
}
