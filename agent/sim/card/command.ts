import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type Pn532Dialect, pn532Dialects } from '../reader/pn532-chip.ts'
import { EXIT, serveCommand } from '../serve-command.ts'
import { startControl } from './control.ts'
import {
  type Address,
  type CardPlace,
  type CardState,
  type Carriers,
  openCardPlace,
} from './simulator.ts'
import { parseLine, type Tap } from './tap.ts'

export interface CardSimulator {
  /** The link's port; null without a link. */
  readonly linkPort: number | null
  /** The PN532's port; null without one. */
  readonly pn532Port: number | null
  /** `http://127.0.0.1:PORT`, with `POST /tap`, `POST /remove`, `GET /state`. */
  readonly controlUrl: string
  tap(tap: Tap): Promise<void>
  remove(): Promise<void>
  /** Null: the reader has none. */
  readonly pad: CardPlace['pad']
  state(): CardState
  close(): Promise<void>
}

/**
 * Starts a place for cards with its control server. Port 0 picks a free one. Rejects with the
 * socket's error where an address cannot be used, and with a RangeError where control would not be
 * on loopback.
 */
export async function startCardSimulator(
  options: Carriers & { readonly control: Address },
): Promise<CardSimulator> {
  const place = await openCardPlace(options)
  try {
    const control = await startControl(options.control, place)
    return {
      ...place,
      controlUrl: control.url,
      close: async () => {
        await control.close()
        await place.close()
      },
    }
  } catch (error) {
    await place.close()
    throw error
  }
}

const USAGE = `Usage: onshi-agent sim card [--link HOST:PORT] [--vpcd HOST:PORT] [--control HOST:PORT]
                            [--pn532 HOST:PORT [--dialect pn532|rcs620s]] [--pad]

  --link     cards for the driver "sim", no hardware needed (127.0.0.1:35970 unless --vpcd or
             --pn532 is given)
  --vpcd     cards on pcscd's virtual reader: 127.0.0.1:35963 for vpcd as installed
  --pn532    the serial line of a PN532, for the driver "pn532"; socat makes a port of it:
             socat pty,link=/tmp/onshi-pn532,raw,echo=0 tcp:HOST:PORT
  --dialect  rcs620s: that of a Sony RC-S620/S
  --pad      the reader of --link has a PIN pad; the cards' PIN is 1234
  --control  POST /tap {"patient":"01"}, POST /remove, POST /pad {"pin":"1234"} or
             {"cancel":true}, GET /state (127.0.0.1:35971)

Keyboard: tap 01 · tap 01 expired · tap 01 pull=3 · tap driving-licence · remove · pin 1234 · cancel
`

const DEFAULT_LINK = '127.0.0.1:35970'

/** Throws a TypeError, as `parseArgs` does for what it does not know. */
function parseAddress(option: string, text: string): Address {
  const [, host, port] = /^\[?([^[\]]+?)\]?:(\d{1,5})$/.exec(text) ?? []
  if (host === undefined || Number(port) > 65_535) throw new TypeError(`${option} is HOST:PORT`)
  return { host, port: Number(port) }
}

/** Throws a TypeError for an unknown dialect, and for one without a reader. */
function parseReader(address: string | undefined, dialect: string | undefined): Carriers {
  const known: Pn532Dialect | undefined = pn532Dialects.find((name) => name === dialect)
  if (dialect !== undefined && known === undefined)
    throw new TypeError(`--dialect is one of ${pn532Dialects.join(', ')}`)
  if (address !== undefined)
    return { pn532: { ...parseAddress('--pn532', address), dialect: known ?? 'pn532' } }
  if (dialect !== undefined) throw new TypeError('--dialect belongs to --pn532')
  return {}
}

function read(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...argv],
    options: {
      link: text,
      vpcd: text,
      pn532: text,
      dialect: text,
      pad: { type: 'boolean' },
      control: text,
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) return USAGE
  const { vpcd, pn532 } = values
  const { link = vpcd === undefined && pn532 === undefined ? DEFAULT_LINK : undefined } = values
  const options = {
    control: parseAddress('--control', values.control ?? '127.0.0.1:35971'),
    ...(link !== undefined && {
      link: { ...parseAddress('--link', link), pad: values.pad === true },
    }),
    ...(vpcd !== undefined && { vpcd: parseAddress('--vpcd', vpcd) }),
    ...parseReader(pn532, values.dialect),
  }
  return () => start(options)
}

async function start(options: Carriers & { readonly control: Address }) {
  const simulator = await startCardSimulator(options)
  const keyboard = createInterface({ input: process.stdin })
  keyboard.on('line', (line) => {
    follow(line, simulator).then(say, (error: unknown) =>
      say(`no card put: ${error instanceof Error ? error.message : 'unknown'}`),
    )
  })
  return {
    banner: addresses(options, simulator).map(said),
    close: async () => {
      keyboard.close()
      process.stdin.destroy()
      await simulator.close()
    },
  }
}

/**
 * `onshi-agent sim card`: runs until SIGINT or SIGTERM, or until `signal` aborts. The exit code:
 * 0, 64 for a wrong option, 69 where an address cannot be used.
 */
export function cardCommand(argv: readonly string[], signal?: AbortSignal): Promise<number> {
  const exitOf = () => EXIT.unavailable
  return serveCommand({ name: 'card', usage: USAGE, read, exitOf }, argv, signal)
}

function addresses({ link, vpcd, pn532 }: Carriers, simulator: CardSimulator): string[] {
  const lines = []
  if (link !== undefined) lines.push(`link     ${link.host}:${simulator.linkPort}`)
  if (vpcd !== undefined) lines.push(`vpcd     ${vpcd.host}:${vpcd.port}`)
  if (pn532 !== undefined) {
    const line = `${pn532.host.includes(':') ? `[${pn532.host}]` : pn532.host}:${simulator.pn532Port}`
    lines.push(`${pn532.dialect.padEnd(8)} ${line}`)
    lines.push(`a port of it: socat pty,link=/tmp/onshi-pn532,raw,echo=0 tcp:${line}`)
  }
  return [...lines, `control  ${simulator.controlUrl}`]
}

const said = (line: string) => `sim card: ${line}`

const say = (line: string) => {
  process.stdout.write(`${said(line)}\n`)
}

async function follow(line: string, simulator: CardSimulator): Promise<string> {
  const keyed = onPad(line, simulator)
  if (keyed !== undefined) return keyed
  const typed = parseLine(line)
  if ('refused' in typed) return typed.refused
  if (typed.is === 'remove') {
    await simulator.remove()
    return 'removed'
  }
  await simulator.tap(typed.tap)
  return `there is ${typed.tap.kind ?? 'my-number'} ${typed.tap.patient ?? ''}`.trimEnd()
}

/** What was typed as on the reader's pad: `pin 1234`, `cancel`. */
function onPad(line: string, { pad }: CardSimulator): string | undefined {
  const [, pin] = /^\s*pin\s+(\d+)\s*$/.exec(line) ?? []
  if (pin === undefined && line.trim() !== 'cancel') return undefined
  if (pad === null) return 'this reader has no pad: --pad'
  const isTaken = pin === undefined ? pad.cancel() : pad.type(pin)
  return isTaken ? 'keyed in' : 'the pad asks for nothing, or for another number of digits'
}
