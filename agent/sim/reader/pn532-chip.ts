import type { Field } from './pn532-field.ts'
import { answer, makeTargets, type Result, type TargetOptions } from './pn532-targets.ts'

export const pn532Dialects = ['pn532', 'rcs620s'] as const
export type Pn532Dialect = (typeof pn532Dialects)[number]

export interface ChipOptions extends TargetOptions {
  readonly dialect: Pn532Dialect
}

export interface Chip {
  wakeUp(): void
  isAsleep(): boolean
  /** Notes what the host should not have done. */
  violate(what: string): Result
  run(code: number, parameters: Uint8Array): Result
  /** What the host should not have done, in its order. */
  readonly violations: readonly string[]
}

const RF_FIELD = 0x01
/** Values that each item of RFConfiguration has, by its number. */
const itemBytes: Readonly<Record<number, number>> = { 1: 1, 2: 3, 4: 1, 5: 3, 129: 1 }
/** What each polling of InListPassiveTarget needs to know. */
const initiatorBytes: Readonly<Record<number, number>> = { 0: 0, 1: 5, 2: 5, 3: 1 }

/** Items of RFConfiguration without which this chip polls for ever. */
const preparations: Readonly<Record<Pn532Dialect, readonly number[]>> = {
  pn532: [0x05],
  rcs620s: [0x02, 0x05, 0x81],
}

/** The firmware of a PN532, or of the RC-S956 in a RC-S620/S, as far as cards are read with it. */
export function makeChip(field: Field, options: ChipOptions): Chip {
  const { dialect } = options
  const violations: string[] = []
  const prepared = new Set<number>()
  const violate = (what: string): Result => {
    violations.push(what)
    return { is: 'refused' }
  }
  const cards = makeTargets(field, options, violate)
  let state: 'asleep' | 'awake' | 'configured' = dialect === 'pn532' ? 'asleep' : 'configured'

  const diagnose = ([test, ...rest]: Uint8Array): Result => {
    if (test === 0x00) return dialect === 'pn532' ? answer(0, ...rest) : answer(...rest)
    if (test !== 0x06 || dialect !== 'pn532') return violate('no such diagnosis')
    return cards.attend()
  }
  const samConfiguration = ([mode]: Uint8Array): Result => {
    if (dialect !== 'pn532') return violate('SAMConfiguration on a chip without it')
    if (mode !== 1) return violate('SAMConfiguration of another mode than normal')
    state = 'configured'
    return answer()
  }
  const rfConfiguration = ([item = 0, ...values]: Uint8Array): Result => {
    if (itemBytes[item] !== values.length) return violate('RFConfiguration of a wrong form')
    prepared.add(item)
    if (item === RF_FIELD) cards.power(((values[0] ?? 0) & 1) === 1)
    return answer()
  }
  const list = ([max = 0, polling = 0, ...initiator]: Uint8Array): Result => {
    if (max < 1 || max > (dialect === 'pn532' ? 2 : 1))
      return violate(`InListPassiveTarget of ${max} targets`)
    if (initiatorBytes[polling] !== initiator.length)
      return violate('InListPassiveTarget of a wrong form')
    if (preparations[dialect].every((item) => prepared.has(item))) return cards.list(max, polling)
    violations.push('polling before RFConfiguration')
    return { is: 'nothing' }
  }
  const commands: Readonly<Record<number, (parameters: Uint8Array) => Result>> = {
    0: diagnose,
    2: () => (dialect === 'pn532' ? answer(0x32, 1, 6, 7) : answer(0x33, 1, 0x30, 7)),
    20: samConfiguration,
    50: rfConfiguration,
    64: (parameters) => cards.exchange(parameters),
    74: list,
    82: () => cards.release(),
  }
  return {
    violations,
    violate,
    isAsleep: () => state === 'asleep',
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
