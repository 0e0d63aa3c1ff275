import { setTimeout as wait } from 'node:timers/promises'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { Dialect } from './dialect.ts'
import { ackFrame, encodeFrame, TO_CHIP } from './frame.ts'
import type { Link, Outcome } from './link.ts'
import { parseTargets, pollings, type Target } from './target.ts'

/** Commands. [NXP UM0701-02, table 12] */
const command = {
  diagnose: 0x00,
  getFirmwareVersion: 0x02,
  samConfiguration: 0x14,
  rfConfiguration: 0x32,
  inDataExchange: 0x40,
  inListPassiveTarget: 0x4a,
  inRelease: 0x52,
} as const

/** What involves no card. Assumed. */
const PLAIN_LIMIT_MS = 500
/** Three pollings of a field in which there may be anything; a card's activation. Assumed. */
const POLL_LIMIT_MS = 1_000
/** Longer than anyone here waits for a card: the chip has its own limit, by the card's word. */
const EXCHANGE_LIMIT_MS = 4_000
/** A card that is well says at once that it is there. Assumed. */
const LOOK_LIMIT_MS = 1_000
/** A card without a field for this long has lost its power. [ISO/IEC 14443-3: 5 ms] */
const FIELD_OFF_MS = 10

const RF_FIELD = 0x01
/** [UM0701-02, 7.2.1] */
const ATTENTION_REQUEST = 0x06
/** Every target that the chip knows. */
const ALL = 0x00
/** Bit of the target's number, and of the status: more follows. */
const MORE = 0x40
const STATUS_BITS = 0x3f
const TIMED_OUT = 0x01
/** What fits behind the code and the target's number. */
const PIECE_BYTES = 262
/** An answer of the card in more pieces has no end: 64 KiB. */
const PIECES_LIMIT = 256

/** In place of a status: an error frame came, or an answer without one. */
const REFUSED = 0x7f
const NO_STATUS = 0x3f
const none = new Uint8Array()

/** See `Dialect.look`. */
const GET_RESPONSE = Uint8Array.of(0x00, 0xc0, 0x00, 0x00, 0x00)

/** What a card said to an APDU. */
export type Said =
  | { readonly is: 'answer'; readonly apdu: Uint8Array }
  /** The card did not answer in its time. */
  | { readonly is: 'silent' }
  /** The contact to the card broke; `status` as the chip gives it. */
  | { readonly is: 'broken'; readonly status: number }
  /** The chip gave no answer, or was stopped. */
  | { readonly is: 'lost' }

/** The chip's commands, as far as a card is read with them. Each is bounded. */
export interface Chip {
  /** `PN532 1.6`. */
  readonly title: string
  /** What is in the field, of the first kind that is found there. Undefined: no answer came. */
  poll(): Promise<readonly Target[] | undefined>
  /** Whether a target with which APDUs are exchanged is still there. */
  isThere(target: Target): Promise<boolean>
  /** Whether it answers an APDU that changes nothing in it. */
  answers(target: Target): Promise<boolean>
  /** One C-APDU, in as many pieces as it takes. */
  exchange(target: Target, apdu: Uint8Array, stop?: AbortSignal): Promise<Said>
  /** Takes all power from what is in the field, so that it can be found again. */
  restartField(): Promise<void>
  /** Aborts what runs and leaves the field off; waits for no answer. */
  leave(): Promise<void>
}

/**
 * Wakes the chip and prepares it. Throws READER_GONE where nothing answers, or something that is
 * none of the dialect.
 */
export async function openChip(link: Link, dialect: Dialect, name: string): Promise<Chip> {
  const plain = async (code: number, ...parameters: readonly number[]): Promise<Uint8Array> => {
    const ask = () => link.command(code, parameters, PLAIN_LIMIT_MS)
    const first = await ask()
    // None of these does harm when it is done twice.
    const outcome = first.is === 'lost' ? await ask() : first
    if (outcome.is === 'answer') return outcome.data
    const message = `what answers at ${name} does not work as a ${dialect.title}`
    throw new AgentError('READER_GONE', message, { facts: { command: code, outcome: outcome.is } })
  }
  const field = (on: 0 | 1) => plain(command.rfConfiguration, RF_FIELD, on)
  const restartField = async () => {
    await field(0)
    await wait(FIELD_OFF_MS)
    await field(1)
  }
  // Nobody answers it, and a port that takes no bytes shows at the first command.
  if (dialect.wakeUp.length > 0) void link.send(dialect.wakeUp).catch(() => undefined)
  if (dialect.samConfiguration !== null)
    await plain(command.samConfiguration, ...dialect.samConfiguration)
  await link.sync()
  const [, version = 0, revision = 0] = await plain(command.getFirmwareVersion)
  for (const item of dialect.rfConfigurations) await plain(command.rfConfiguration, ...item)
  // What an earlier process has left there.
  await plain(command.inRelease, ALL)
  await restartField()

  return {
    title: `${dialect.title} ${version.toString(16)}.${revision.toString(16)}`,
    restartField,
    poll: () => poll(link, dialect.targets),
    isThere: (target) => isThere(link, dialect, target),
    answers: (target) => answers(link, target),
    exchange: (target, apdu, stop) => exchange(link, target, apdu, EXCHANGE_LIMIT_MS, stop),
    leave: async () => {
      await link.send(ackFrame)
      await link.send(encodeFrame(TO_CHIP, Uint8Array.of(command.rfConfiguration, RF_FIELD, 0)))
    },
  }
}

/** A My Number card is of type B: where there is one, nothing else is looked for. */
async function poll(link: Link, atMost: number): Promise<readonly Target[] | undefined> {
  for (const { code, data, targets: most, parse } of [
    pollings.typeB,
    pollings.typeA,
    pollings.felica,
  ]) {
    const parameters = [Math.min(atMost, most), code, ...data]
    const outcome = await link.command(command.inListPassiveTarget, parameters, POLL_LIMIT_MS)
    if (outcome.is === 'lost') return undefined
    const targets = outcome.is === 'answer' ? parseTargets(outcome.data, parse) : []
    if (targets.length > 0) return targets
  }
  return []
}

const answers = async (link: Link, target: Target): Promise<boolean> =>
  (await exchange(link, target, GET_RESPONSE, LOOK_LIMIT_MS)).is === 'answer'

async function isThere(link: Link, dialect: Dialect, target: Target): Promise<boolean> {
  if (dialect.look === 'get-response') return answers(link, target)
  const test = [ATTENTION_REQUEST]
  const outcome = await link.command(command.diagnose, test, LOOK_LIMIT_MS)
  return outcome.is === 'answer' && outcome.data[0] === 0
}

async function exchange(
  link: Link,
  target: Target,
  apdu: Uint8Array,
  limitMs: number,
  stop?: AbortSignal,
): Promise<Said> {
  const send = (more: number, piece: Uint8Array) => {
    const parameters = Uint8Array.of(target.number | more, ...piece)
    return link.command(command.inDataExchange, parameters, limitMs, stop)
  }
  let rest = apdu
  while (rest.length > PIECE_BYTES) {
    const heard = readStatus(await send(MORE, rest.subarray(0, PIECE_BYTES)))
    if (heard.is !== 'piece') return heard
    rest = rest.subarray(PIECE_BYTES)
  }
  const pieces: Uint8Array[] = []
  while (pieces.length < PIECES_LIMIT) {
    const heard = readStatus(await send(0, pieces.length === 0 ? rest : none))
    if (heard.is !== 'piece') return heard
    pieces.push(heard.data)
    if (!heard.more) return { is: 'answer', apdu: Uint8Array.from(Buffer.concat(pieces)) }
  }
  return { is: 'broken', status: MORE }
}

type Piece = { readonly is: 'piece'; readonly data: Uint8Array; readonly more: boolean }

/** The status byte, and what stands behind it. [UM0701-02, 7.1] */
function readStatus(outcome: Outcome): Piece | Exclude<Said, { is: 'answer' }> {
  if (outcome.is === 'lost') return { is: 'lost' }
  if (outcome.is === 'refused') return { is: 'broken', status: REFUSED }
  const [status = NO_STATUS] = outcome.data
  const error = status & STATUS_BITS
  if (error === TIMED_OUT) return { is: 'silent' }
  if (error !== 0) return { is: 'broken', status: error }
  return { is: 'piece', data: outcome.data.subarray(1), more: (status & MORE) !== 0 }
}
