import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CardSimulator, startCardSimulator } from '../card/command.ts'
import { startPcscd, whyNoPcscd } from '../card/pcscd.ts'
import { type TableKeys, writeClinic } from '../clinic.ts'
import { DEMO_ACCOUNT, type GatewaySimulator, startGatewaySimulator } from '../gateway/server.ts'
import { makePki, serverTls, writePki } from '../pki.ts'
import { LINE_NAMES } from './cut.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { type Relay, startRelay } from './relay.ts'

/** Everything around the agent, and the agent itself as a process of its own. */
export interface Stage {
  readonly folder: string
  readonly configFile: string
  readonly gateway: GatewaySimulator
  /** What the first of two lines is made of; null: there is one, straight to the gateway. */
  readonly firstLine: Relay | null
  readonly card: CardSimulator
  /** `pcsc`: real pcscd with a virtual card. `sim`: no PC/SC here, `why` says what is missing. */
  readonly reader: { readonly driver: 'pcsc' | 'sim'; readonly why: string | null }
  readonly daemon: Daemon
  /** Epoch ms to readiness. */
  readonly startedInMs: number
  close(): Promise<void>
}

type Undo = (() => Promise<void> | void)[]

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
export async function setStage(
  { twoLines }: { readonly twoLines: boolean },
  signal: AbortSignal,
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-demo-'))
  const undo: Undo = [() => rmSync(folder, { recursive: true, force: true })]
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
    const { lines, tables, firstLine } = await layLines(gateway.url, twoLines, undo)
    const listen = `${LOOPBACK}:${await freePort(8480)}`
    const reader = { driver, options }
    const configFile = writeClinic({ folder, files, listen, lines, reader, tables })
    const from = performance.now()
    const daemon = await startDaemon(configFile, env, signal)
    undo.push(() => daemon.close())
    const startedInMs = performance.now() - from
    return {
      folder,
      configFile,
      gateway,
      firstLine,
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

interface Lines {
  readonly lines: readonly TableKeys[]
  readonly tables: string
  readonly firstLine: Relay | null
}

/** One line straight to the gateway, or two that can be cut: IPv6 and IPv4, each from its own address. */
async function layLines(gateway: string, twoLines: boolean, undo: Undo): Promise<Lines> {
  if (!twoLines) return { lines: [{ name: 'sim-line', gateway }], tables: '', firstLine: null }
  const to = { host: LOOPBACK_IPV6, port: Number(new URL(gateway).port) }
  const firstLine = await startRelay(LOOPBACK_IPV6, to)
  undo.push(() => firstLine.close())
  const second = await startRelay(LOOPBACK, to)
  undo.push(() => second.close())
  return {
    lines: [
      {
        name: LINE_NAMES.first,
        gateway: `https://[${LOOPBACK_IPV6}]:${firstLine.port}`,
        source_address: LOOPBACK_IPV6,
      },
      {
        name: LINE_NAMES.second,
        gateway: `https://${LOOPBACK}:${second.port}`,
        source_address: LOOPBACK,
      },
    ],
    tables: '[failover]\nprove_seconds = 1\nprobe_seconds = 1\n',
    firstLine,
  }
}

async function placeCard(undo: Undo) {
  const control = { host: LOOPBACK, port: 0 }
  const why = whyNoPcscd() ?? null
  const pcscd = await startPcscd()
  if (pcscd !== undefined) {
    undo.push(() => pcscd.stop())
    const card = await startCardSimulator({ vpcd: { host: LOOPBACK, port: pcscd.port() }, control })
    undo.push(() => card.close())
    return {
      card,
      driver: 'pcsc',
      why,
      options: { reader: 'Virtual PCD' },
      env: pcscd.env,
    } as const
  }
  const card = await startCardSimulator({ link: { host: LOOPBACK, port: 0 }, control })
  undo.push(() => card.close())
  const options = { port: card.linkPort ?? 0 }
  return { card, driver: 'sim', why, options, env: {} } as const
}

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
