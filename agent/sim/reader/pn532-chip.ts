import { describe, type Field, type InField } from './pn532-field.ts'

export const pn532Dialects = ['pn532', 'rcs620s'] as const
export type Pn532Dialect = (typeof pn532Dialects)[number]

/** What a command comes to. */
export type Result =
  /** Behind the response code; `afterMs` what a card took that said nothing. */
  | { readonly is: 'answer'; readonly data: Uint8Array; readonly afterMs: number }
  /** An error frame. */
  | { readonly is: 'refused' }
  /** Nothing ever: the chip waits, or sleeps. */
  | { readonly is: 'nothing' }

export interface ChipOptions {
  readonly dialect: Pn532Dialect
  /** A card's silence until the chip gives up, ms. */
  readonly cardLimitMs: number
  /** Longer answers of a card go out in pieces of so many bytes. */
  readonly pieceBytes: number
}

export interface Chip {
  wakeUp(): void
  run(code: number, parameters: Uint8Array): Result
  /** What the host should not have done, in its order. */
  readonly violations: readonly string[]
}

/** Error codes. [NXP UM0701-02, 7.1] */
const TIMED_OUT = 0x01
const WRONG_CONTEXT = 0x27
/** RC-S956 only: more than 260 bytes in an ISO-DEP chain. */
const CHAIN_TOO_LONG = 0x0c
const RCS956_CHAIN_BYTES = 260
const MORE = 0x40

/** Items of RFConfiguration without which this chip polls for ever. */
const preparations: Readonly<Record<Pn532Dialect, readonly number[]>> = {
  pn532: [0x05],
  rcs620s: [0x02, 0x05, 0x81],
}

/** The firmware of a PN532, or of the RC-S956 in a RC-S620/S, as far as cards are read with it. */
export function makeChip(field: Field, options: ChipOptions): Chip {
  const { dialect, cardLimitMs } = options
  const violations: string[] = []
  const prepared = new Set<number>()
  let targets: readonly InField[] = []
  let state: 'asleep' | 'awake' | 'configured' = dialect === 'pn532' ? 'asleep' : 'configured'
  let chained: number[] = []
  let pending: Uint8Array = new Uint8Array()

  const answer = (...data: readonly number[]): Result => ({
    is: 'answer',
    data: Uint8Array.from(data),
    afterMs: 0,
  })
  const silence = (): Result => ({
    is: 'answer',
    data: Uint8Array.of(TIMED_OUT),
    afterMs: cardLimitMs,
  })
  const violate = (what: string): Result => {
    violations.push(what)
    return { is: 'refused' }
  }
  const targetOf = (number: number): InField | undefined => targets[number - 1]

  const diagnose = ([test, ...rest]: Uint8Array): Result => {
    if (test === 0x00) return dialect === 'pn532' ? answer(0, ...rest) : answer(...rest)
    if (test !== 0x06 || dialect !== 'pn532') return violate('no such diagnosis')
    const [target] = targets
    if (target === undefined) return answer(WRONG_CONTEXT)
    return field.has(target) && !target.isHung ? answer(0) : silence()
  }
  const samConfiguration = ([mode]: Uint8Array): Result => {
    if (dialect !== 'pn532') return violate('SAMConfiguration on a chip without it')
    if (mode !== 1) return violate('SAMConfiguration of another mode than normal')
    state = 'configured'
    return answer()
  }
  const rfConfiguration = ([item = 0, ...values]: Uint8Array): Result => {
    const lengths: Readonly<Record<number, number>> = { 1: 1, 2: 3, 4: 1, 5: 3, 129: 1 }
    if (lengths[item] !== values.length) return violate('RFConfiguration of a wrong form')
    prepared.add(item)
    if (item === 1) {
      field.power(((values[0] ?? 0) & 1) === 1)
      targets = []
    }
    return answer()
  }
  const list = ([max = 0, polling = 0, ...initiator]: Uint8Array): Result => {
    const most = dialect === 'pn532' ? 2 : 1
    if (max < 1 || max > most) return violate(`InListPassiveTarget of ${max} targets`)
    const bytes = { 0: 0, 1: 5, 2: 5, 3: 1 }[polling]
    if (bytes !== initiator.length) return violate('InListPassiveTarget of a wrong form')
    if (!preparations[dialect].every((item) => prepared.has(item))) {
      violations.push('polling before RFConfiguration')
      return { is: 'nothing' }
    }
    targets = field.activate(polling, max)
    chained = []
    const entries = targets.flatMap((thing, index) => [...describe(index + 1, thing)])
    return answer(targets.length, ...entries)
  }
  const give = (): Result => {
    const piece = pending.subarray(0, options.pieceBytes)
    pending = pending.subarray(options.pieceBytes)
    return answer(pending.length > 0 ? MORE : 0, ...piece)
  }
  const exchange = ([number = 0, ...data]: Uint8Array): Result => {
    const target = targetOf(number & 0x3f)
    if (target === undefined) {
      violations.push('InDataExchange with a target that is not listed')
      return answer(WRONG_CONTEXT)
    }
    if (pending.length > 0) {
      if (data.length === 0) return give()
      violations.push('InDataExchange while an answer is unfinished')
      pending = new Uint8Array()
    }
    chained.push(...data)
    if ((number & MORE) !== 0) return answer(0)
    const apdu = Uint8Array.from(chained)
    chained = []
    if (apdu.length === 0) return violate('InDataExchange of nothing')
    if (target.radio.is === 'felica' || target.radio.is === 'type-a-memory')
      return violate('an APDU to a memory card')
    const reply = field.has(target) && !target.isHung ? target.card.transmit(apdu) : undefined
    if (reply === undefined) {
      target.isHung = true
      return silence()
    }
    if (dialect === 'rcs620s' && reply.length > RCS956_CHAIN_BYTES) return answer(CHAIN_TOO_LONG)
    pending = reply
    return give()
  }
  const release = (): Result => {
    for (const target of targets) target.state = 'halted'
    targets = []
    return answer(0)
  }
  const commands: Readonly<Record<number, (parameters: Uint8Array) => Result>> = {
    0: diagnose,
    2: () => (dialect === 'pn532' ? answer(0x32, 1, 6, 7) : answer(0x33, 1, 0x30, 7)),
    20: samConfiguration,
    50: rfConfiguration,
    64: exchange,
    74: list,
    82: release,
  }
  return {
    violations,
    wakeUp: () => {
      if (state === 'asleep') state = 'awake'
    },
    run: (code, parameters) => {
      if (state === 'asleep') {
        violations.push('a command before wake-up')
        return { is: 'nothing' }
      }
      if (state === 'awake' && code !== 0x14) return violate('a command before SAMConfiguration')
      return commands[code]?.(parameters) ?? violate('no such command')
    },
  }
}
