import { setTimeout as wait } from 'node:timers/promises'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { Answer, Command, Link } from './link.ts'

/**
 * The pass-through commands, by which the host talks to a card.
 * [NEO 2 Interface Developer's Guide 80139403-002 rev. 88.1, 3.2 and 8.12 to 8.17]
 */
const PASS_THROUGH = 0x2c
const subs = { startStop: 0x01, poll: 0x02, exchange: 0x13, nfc: 0x40 } as const
/** Which contact an exchange is with: 20 and above are slots. */
const CONTACTLESS = 0x00

/** [the guide, 2.1.5] */
const statuses = {
  ok: 0x00,
  notSupported: 0x06,
  notAllowed: 0x0b,
  subNotAllowed: 0x0c,
} as const

/** The reader does not understand, or is not in a state to: any other refusal is "no card". */
const troubles: readonly number[] = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x12, 0x1d]

/** What a poll finds. [the guide, 8.12.3; 00 is nothing, 01 A and 02 B with ISO 14443-4] */
const types = {
  none: 0x00,
  a: 0x01,
  b: 0x02,
  mifare: 0x03,
  ultralight: 0x04,
  otherA: 0x05,
} as const
/** "ISO 14443 Type A and Mifare (NFC phone)". */
const PHONE = 0x07
/** A MIFARE card or an A card without ISO 14443-4: knows no APDUs. */
const storage: readonly number[] = [types.mifare, types.ultralight, types.otherA]

/** "NFC Tag 3", that is FeliCa: only the NFC family of commands sees it. [the guide, 8.17.1] */
const FELICA = 0x0c
/** "Poll for a NFC tag", for one second, the shortest there is. */
const NFC_POLL = [0xff, 1] as const
const NFC_POLL_MS = 1_000

/** What PC/SC readers call a card that knows no APDUs, and a thing that is no card. */
const STORAGE_ATR = Uint8Array.from(Buffer.from('3b8f8001804f0ca0000003060300000000000068', 'hex'))
const FELICA_ATR = Uint8Array.from(Buffer.from('3b8f8001804f0ca0000003061100000000000078', 'hex'))
const PHONE_ATR = Uint8Array.of(0x3b, 0x80, 0x80, 0x01, 0x01)

/** PUPI, then application data and protocol info, as in an ATQB. [ISO/IEC 14443-3, 7.9] */
const PUPI_BYTES = 4
const NAME_BYTES = 7

/** A state may be asked for as often as that before the reader counts as lost. */
const STATE_TRIES = 3
/** Beyond what the reader itself waits for. */
const MARGIN_MS = 1_000
/** How long taking leave may take: a poll that found nothing just before it ends within. */
const STOP_MS = 300
/** Nobody waits longer for a card; the reader's own limit is below it for all but the slowest. */
const CARD_LIMIT_MS = 3_000

/** What a poll has found. Its serial number stays in the reader's answer and is never kept. */
export interface Thing {
  /** As a PC/SC reader would give it; empty where too little is known. */
  readonly atr: Uint8Array
  /** Whether it takes APDUs. */
  readonly talks: boolean
  /** Which of the two ways to look saw it. */
  readonly by: 'poll' | 'felica'
}

export interface PassThrough {
  /** Throws READER_GONE where the reader refuses. */
  start(): Promise<void>
  /**
   * The last command of all; turns the field off too. A reader that is still at work is told, and
   * not waited for.
   */
  stop(): Promise<void>
  /**
   * Looks for a card for `ms` (10 to 2550) and activates it anew: a card that was there before
   * forgets its session. Undefined where there is none. Throws READER_GONE.
   */
  poll(ms: number): Promise<Thing | undefined>
  /**
   * Looks for a FeliCa card, which `poll` does not see, for up to a second; ends as soon as anything
   * else comes. Always undefined on a reader that does not know how.
   */
  pollFelica(): Promise<Thing | undefined>
  /**
   * One APDU to the card that the last poll found; undefined where the card gave no answer. Never
   * sent twice. Throws CARD_UNREADABLE for an answer that was lost on the way or withheld,
   * CARD_UNRESPONSIVE where the reader stays silent, READER_GONE.
   */
  exchange(apdu: Uint8Array): Promise<Uint8Array | undefined>
}

export function openPassThrough(link: Link): PassThrough {
  let stopping = false
  const ask = async (sub: number, data: readonly number[], limitMs: number) => {
    if (stopping) throw new AgentError('READER_GONE', 'the reader is being closed')
    return await link.ask(commandOf(sub, data), limitMs)
  }
  /** What has no effect on a card is asked again when its answer is lost. */
  const askState = async (sub: number, data: readonly number[], limitMs: number) => {
    for (let turn = 0; turn < STATE_TRIES; turn++) {
      const answer = await ask(sub, data, limitMs)
      if (answer.is === 'answer') return answer
    }
    throw new AgentError('READER_GONE', 'the reader does not answer as it should')
  }
  const start = async () => {
    const { status } = await askState(subs.startStop, [1], MARGIN_MS)
    if (status !== statuses.ok) throw refused(status)
  }
  const pollOnce = (ms: number) => {
    const time = [0, Math.round(ms / 10)]
    return askState(subs.poll, time, ms + MARGIN_MS)
  }

  let knowsNfc = true

  return {
    start,
    stop: async () => {
      stopping = true
      const command = commandOf(subs.startStop, [0])
      const late = wait(STOP_MS, 'late')
      if ((await Promise.race([link.ask(command, STOP_MS), late])) === 'late')
        await link.tell(command)
    },
    poll: async (ms) => {
      let answer = await pollOnce(ms)
      // A reader that has restarted by itself is in no mode.
      if (isNotAllowed(answer.status)) {
        await start()
        answer = await pollOnce(ms)
      }
      if (isNotAllowed(answer.status) || troubles.includes(answer.status))
        throw refused(answer.status)
      return answer.status === statuses.ok ? thingOf(answer.data) : undefined
    },
    pollFelica: async () => {
      if (!knowsNfc) return undefined
      const { status, data } = await askState(subs.nfc, NFC_POLL, NFC_POLL_MS + MARGIN_MS)
      knowsNfc = !troubles.includes(status)
      if (status !== statuses.ok || data[0] !== FELICA) return undefined
      return { talks: false, atr: FELICA_ATR, by: 'felica' }
    },
    exchange: async (apdu) =>
      apduOf(await ask(subs.exchange, [CONTACTLESS, ...apdu], CARD_LIMIT_MS)),
  }
}

const commandOf = (sub: number, data: readonly number[]): Command => ({
  command: PASS_THROUGH,
  sub,
  data: Uint8Array.from(data),
})

const isNotAllowed = (status: number) =>
  status === statuses.notAllowed || status === statuses.subNotAllowed

const refused = (status: number) =>
  new AgentError('READER_GONE', `the reader refuses to look for cards (status ${hex(status)})`, {
    facts: { status: hex(status) },
  })

const hex = (status: number) => status.toString(16).padStart(2, '0')

/** Any status but these two says that the card gave none. */
function apduOf(answer: Answer): Uint8Array | undefined {
  if (answer.is === 'damaged')
    throw new AgentError('CARD_UNREADABLE', 'the answer was damaged between reader and host')
  if (answer.is === 'silent')
    throw new AgentError('CARD_UNRESPONSIVE', 'the reader gave no answer of the card')
  if (answer.status === statuses.ok) return answer.data
  if (answer.status !== statuses.notSupported) return undefined
  throw new AgentError('CARD_UNREADABLE', 'the reader withholds the answer (secure pass-through)')
}

function thingOf([type = types.none, ...serial]: Uint8Array): Thing | undefined {
  if (type === types.none) return undefined
  const by = 'poll'
  if (type === types.b) return { talks: true, atr: atrOf(serial), by }
  if (type === types.a) return { talks: true, atr: new Uint8Array(), by }
  if (type === PHONE) return { talks: false, atr: PHONE_ATR, by }
  return { talks: false, atr: storage.includes(type) ? STORAGE_ATR : new Uint8Array(), by }
}

/**
 * The guide promises a type B card's serial number, that is its PUPI, and no more. Whether a reader
 * goes on with the rest of the ATQB is not confirmed; where one does, the rest names the card.
 */
function atrOf(serial: readonly number[]): Uint8Array {
  const name = serial.slice(PUPI_BYTES, PUPI_BYTES + NAME_BYTES)
  if (name.length < NAME_BYTES) return new Uint8Array()
  // [PC/SC part 3, 3.1.3.2.3.1; no higher layer response, so no MBLI]
  const atr = [0x88, 0x80, 0x01, ...name, 0x00]
  return Uint8Array.of(
    0x3b,
    ...atr,
    atr.reduce((sum, byte) => sum ^ byte, 0),
  )
}
