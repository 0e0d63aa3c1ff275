import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'
import { AgentError } from '../../agent/kernel/errors.ts'
import { faults } from '../../agent/kernel/faults.ts'
import { pinFaults } from '../../agent/kernel/presentation.ts'
import { cardFaults, readerFaults } from '../driver.ts'

/**
 * A session of a driver with its device at the seam of `io.ts`, in order: what the driver did, what
 * came of it, and the events it made of that. A file of JSON lines, the head first.
 */

/** Raised by whatever changes the meaning of a line. */
const FORMAT = 1

const strict = { additionalProperties: false } as const
const Count = Type.Integer({ minimum: 0 })
const Text = Type.String({ maxLength: 500 })
/** Bytes, hexadecimal. */
const Hex = Type.String({ pattern: '^([0-9a-f]{2})*$' })
const Code = Type.Enum([...cardFaults, ...readerFaults, ...pinFaults, 'READER_HUNG'])
const Family = Type.Enum(['pcsc', 'serial', 'hid'])

export const Head = Type.Object(
  {
    recording: Type.Literal(FORMAT),
    /** Of the agent that recorded. */
    release: Text,
    driver: Text,
    /** As configured, without names that hold a serial number. */
    options: Type.Record(Type.String(), Type.Unknown()),
    /** What was plugged in for this driver; no serial numbers. */
    devices: Type.Array(Type.Object({ usb: Text, maker: Text, product: Text }, strict)),
  },
  strict,
)
export type Head = Static<typeof Head>

/** `at`: ms since the recording began. */
const entry = <Is extends string, Rest extends Record<string, TSchema>>(is: Is, rest: Rest) =>
  Type.Object({ at: Count, is: Type.Literal(is), ...rest }, strict)

/** What a driver told; of what was presented only the kind. */
const Told = Type.Object(
  {
    is: Type.Enum(['ready', 'presented', 'gone', 'card-fault', 'reader-fault']),
    kind: Type.Optional(Type.Enum(['my-number-card', 'other-card', 'not-a-card'])),
    name: Type.Optional(Text),
    pinPad: Type.Optional(Type.Boolean()),
    reason: Type.Optional(Type.Enum(['removed', 'two-cards'])),
    code: Type.Optional(Code),
  },
  strict,
)
export type Told = Static<typeof Told>

export const Entry = Type.Union([
  entry('not-loaded', { family: Family, code: Code }),

  entry('opened', { port: Count, family: Family }),
  entry('not-opened', { family: Family, code: Code }),
  entry('listed', {
    devices: Type.Array(Type.Object({ vendorId: Count, productId: Count, product: Text }, strict)),
  }),
  entry('wrote', { port: Count, bytes: Hex, code: Type.Optional(Code) }),
  entry('came', { port: Count, bytes: Hex }),
  entry('lost', { port: Count, code: Code }),
  entry('closed', { port: Count }),

  entry('connected', { client: Count }),
  entry('not-connected', { code: Code }),
  entry('slot', {
    client: Count,
    slot: Text,
    state: Type.Enum(['empty', 'card', 'mute', 'unplugged']),
    count: Count,
  }),
  entry('service-lost', { client: Count, code: Code }),
  entry('held', { client: Count, hold: Count, slot: Text, atr: Hex, pinPad: Type.Boolean() }),
  entry('not-held', { client: Count, slot: Text, code: Code }),
  entry('sent', { hold: Count, apdu: Hex }),
  entry('answered', { hold: Count, apdu: Hex }),
  entry('not-answered', { hold: Count, code: Code }),
  entry('released', { hold: Count }),
  entry('left', { client: Count }),

  entry('event', { told: Told }),
])
export type Entry = Static<typeof Entry>
/** What a part of the recorder says; the clock adds when. */
export type Noted = Entry extends infer Each
  ? Each extends Entry
    ? Omit<Each, 'at'>
    : never
  : never

export interface Recording {
  readonly head: Head
  readonly entries: readonly Entry[]
}

export const headOf = (facts: Omit<Head, 'recording'>): Head => ({ recording: FORMAT, ...facts })

export const linesOf = ({ head, entries }: Recording): string =>
  `${[head, ...entries].map((line) => JSON.stringify(line)).join('\n')}\n`

/** Throws REQUEST_INVALID with the first line that is not one of a recording. */
export function parseRecording(text: string): Recording {
  const [first, ...rest] = text.trimEnd().split('\n').map(lineValue)
  if (!Check(Head, first)) throw misfit(1)
  const entries = rest.map((value, at) => {
    if (Check(Entry, value)) return value
    throw misfit(at + 2)
  })
  return { head: first, entries }
}

function lineValue(line: string, at: number): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw misfit(at + 1)
  }
}

const misfit = (line: number) =>
  new AgentError('REQUEST_INVALID', `line ${line} is none of a recording of this release`)

/** The code of a fault, for an entry; what else went wrong is a bug and goes on. */
export function recordedCode(error: unknown): Static<typeof Code> {
  if (error instanceof AgentError && Check(Code, error.code)) return error.code
  throw error
}

/** The fault again, for a player. */
export const faultAgain = (code: Static<typeof Code>): AgentError =>
  new AgentError(code, `as recorded: ${faults[code].hint}`)
