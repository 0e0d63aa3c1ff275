import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type Pn532Dialect, pn532Dialects } from '../reader/pn532-chip.ts'
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

/** Exit codes of sysexits(3). */
const EXIT = { ok: 0, usage: 64, unavailable: 69 } as const

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

function parseOptions(argv: readonly string[]) {
  const text = { type: 'string' } as const
  try {
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
    if (values.help === true) return { is: 'help' } as const
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
    return { is: 'start', options } as const
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { is: 'wrong', why: error.message } as const
  }
}

/**
 * `onshi-agent sim card`: runs until SIGINT or SIGTERM, or until `signal` aborts. The exit code:
 * 0, 64 for a wrong option, 69 where an address cannot be used.
 */
export async function cardCommand(argv: readonly string[], signal?: AbortSignal): Promise<number> {
  const parsed = parseOptions(argv)
  if (parsed.is === 'help') {
    process.stdout.write(USAGE)
    return EXIT.ok
  }
  if (parsed.is === 'wrong') {
    process.stderr.write(`${parsed.why}\n\n${USAGE}`)
    return EXIT.usage
  }
  const { options } = parsed
  const simulator = await startCardSimulator(options).catch((error: unknown) => {
    process.stderr.write(`sim card: ${error instanceof Error ? error.message : 'cannot start'}\n`)
  })
  if (simulator === undefined) return EXIT.unavailable
  sayAddresses(options, simulator)
  const keyboard = createInterface({ input: process.stdin })
  keyboard.on('line', (line) => {
    follow(line, simulator).then(say, (error: unknown) =>
      say(`no card put: ${error instanceof Error ? error.message : 'unknown'}`),
    )
  })
  await stopAsked(signal)
  keyboard.close()
  process.stdin.destroy()
  await simulator.close()
  return EXIT.ok
}

function sayAddresses({ link, vpcd, pn532 }: Carriers, simulator: CardSimulator): void {
  if (link !== undefined) say(`link     ${link.host}:${simulator.linkPort}`)
  if (vpcd !== undefined) say(`vpcd     ${vpcd.host}:${vpcd.port}`)
  if (pn532 !== undefined) {
    const line = `${pn532.host.includes(':') ? `[${pn532.host}]` : pn532.host}:${simulator.pn532Port}`
    say(`${pn532.dialect.padEnd(8)} ${line}`)
    say(`a port of it: socat pty,link=/tmp/onshi-pn532,raw,echo=0 tcp:${line}`)
  }
  say(`control  ${simulator.controlUrl}`)
}

const say = (line: string) => {
  process.stdout.write(`sim card: ${line}\n`)
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

function stopAsked(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    if (signal?.aborted === true) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
