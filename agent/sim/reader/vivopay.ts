import type { Presented } from '../card/presented.ts'
import { openField } from './vivopay-field.ts'
import {
  type CommandCrc,
  openCollector,
  type Request,
  readCommand,
  writeAnswer,
} from './vivopay-wire.ts'

/** [NEO 2 Interface Developer's Guide 80139403-002 rev. 88.1, 2.1.5] */
const status = {
  ok: 0x00,
  header: 0x01,
  unknownCommand: 0x02,
  unknownSub: 0x03,
  crc: 0x04,
  wrongParameter: 0x05,
  notSupported: 0x06,
  length: 0x07,
  padding: 0x07,
  timeout: 0x08,
  failed: 0x0a,
  notAllowed: 0x0b,
} as const

const PING = 0x18
const PASS_THROUGH = 0x2c
const sub = { ping: 0x01, startStop: 0x01, poll: 0x02, exchange: 0x13, nfc: 0x40 } as const

export interface VivopayOptions {
  /** Takes each report of the reader, its id first. */
  readonly send: (report: Buffer) => void
  /** Which byte of the CRC of a pass-through command comes first; the guide prints both. */
  readonly passThroughCrc?: CommandCrc
  /** What a poll tells of a type B card: its PUPI only, or its ATQB from there on (the default). */
  readonly serial?: 'pupi' | 'atqb'
  /** Withholds what cards answer, as a reader for payments only does. */
  readonly secure?: boolean
  /** Whether it looks for NFC tags, and so for FeliCa cards (the default). */
  readonly knowsNfc?: boolean
  /** Stands between reader and host: gets the reports of one answer, gives those that arrive. */
  readonly tamper?: (reports: Buffer[], to: Request) => Buffer[]
}

/** A ViVOpay NEO reader at the level of HID reports. Strict: what a host may not do is noted. */
export interface VivopayReader {
  /** One report of the host. */
  take(report: Uint8Array): void
  /** `type`: of `pollTypes`. */
  put(card: Presented, type: number): void
  remove(): void
  /** Takes commands in and works on none of them until `resume`. */
  stall(): void
  resume(): void
  /** Forgets its mode and the card's session, as after a dip of its supply. */
  restart(): void
  /** What the host did against the rules. */
  readonly objections: readonly string[]
  /** Every whole command that came, in hex: command and sub-command, then the data. */
  readonly commands: readonly string[]
  /** How often a card was activated: each time ends its session. */
  activations(): number
  isPassingThrough(): boolean
  close(): void
}

type Reply = readonly [status: number, data?: Uint8Array]

export function openVivopayReader(options: VivopayOptions): VivopayReader {
  const { passThroughCrc = 'low-first', serial = 'atqb' } = options
  const objections: string[] = []
  const commands: string[] = []
  const object = (why: string) => void objections.push(why)
  const mode = openMode(openField(serial), options, object)
  const waiting: { readonly to: Request; readonly refused?: number }[] = []
  let stalled = false
  let busy = false

  const work = async () => {
    if (busy || stalled) return
    busy = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { to, refused } = next
      const [code, data = Buffer.alloc(0)] =
        refused === undefined ? await mode.answer(to) : [refused]
      const reports = writeAnswer(to.command, code, data)
      for (const report of options.tamper?.(reports, to) ?? reports) options.send(report)
      if (stalled) break
    }
    busy = false
  }
  const hear = (message: Buffer) => {
    const read = readCommand(message, (command) =>
      command === PASS_THROUGH ? passThroughCrc : 'low-first',
    )
    if (typeof read === 'string') {
      object(`a command with a wrong ${read}`)
      const to = { command: message.readUInt8(10), sub: message.readUInt8(11), data: message }
      waiting.push({ to, refused: status[read] })
    } else {
      commands.push(`${hex([read.command, read.sub])} ${read.data.toString('hex')}`.trim())
      if (busy && read.sub !== sub.ping) object('a command before the answer to the last one')
      waiting.push({ to: read })
    }
    void work()
  }

  return {
    take: openCollector(hear, object),
    put: mode.field.put,
    remove: mode.field.remove,
    stall: () => {
      stalled = true
    },
    resume: () => {
      stalled = false
      void work()
    },
    restart: mode.stop,
    objections,
    commands,
    activations: mode.field.activations,
    isPassingThrough: mode.isPassing,
    close: () => {
      stalled = true
      mode.field.close()
    },
  }
}

const hex = (bytes: readonly number[]) => Buffer.from(bytes).toString('hex')

/** What each command comes to. */
function openMode(
  field: ReturnType<typeof openField>,
  { secure = false, knowsNfc = true }: Pick<VivopayOptions, 'secure' | 'knowsNfc'>,
  object: (why: string) => void,
) {
  let passing = false
  const stop = () => {
    passing = false
    field.off()
  }
  const startStop = (data: Buffer): Reply => {
    const [wanted] = data
    if (data.length !== 1 || (wanted !== 0 && wanted !== 1)) return [status.wrongParameter]
    stop()
    passing = wanted === 1
    return [status.ok]
  }
  const poll = async (data: Buffer): Promise<Reply> => {
    const [seconds = 0, hundredths = 0] = data
    const ms = seconds * 1_000 + hundredths * 10
    if (data.length !== 2 || ms === 0) return [status.wrongParameter]
    const found = await field.poll(ms, 'cards')
    return found === undefined ? [status.timeout] : [status.ok, found]
  }
  const pollTags = async (data: Buffer): Promise<Reply> => {
    const [which, seconds = 0] = data
    if (data.length !== 2 || which !== 0xff || seconds === 0) return [status.wrongParameter]
    const found = await field.poll(seconds * 1_000, 'tags')
    return found === undefined ? [status.timeout] : [status.ok, found]
  }
  const exchange = async (data: Buffer): Promise<Reply> => {
    if (data.length < 5 || data[0] !== 0) return [status.wrongParameter]
    if (!field.talks()) {
      object('an APDU without an activated card that takes any')
      return [status.failed]
    }
    const reply = await field.exchange(Uint8Array.from(data.subarray(1)))
    if (reply === undefined) return [status.timeout]
    return secure ? [status.notSupported] : [status.ok, reply]
  }
  const ofCard = new Map<number, (data: Buffer) => Promise<Reply>>([
    [sub.poll, poll],
    [sub.exchange, exchange],
    ...(knowsNfc ? [[sub.nfc, pollTags] as const] : []),
  ])
  const passThrough = async (to: Request): Promise<Reply> => {
    if (to.sub === sub.startStop) return startStop(to.data)
    const answer = ofCard.get(to.sub)
    if (answer === undefined) return [status.unknownSub]
    if (passing) return await answer(to.data)
    object('a card command outside pass-through mode')
    return [status.notAllowed]
  }
  return {
    field,
    stop,
    isPassing: () => passing,
    answer: async (to: Request): Promise<Reply> => {
      if (to.command === PASS_THROUGH) return await passThrough(to)
      if (to.command !== PING) return [status.unknownCommand]
      return to.sub === sub.ping && to.data.length === 0 ? [status.ok] : [status.unknownSub]
    },
  }
}
