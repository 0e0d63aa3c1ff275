import { describe, type Field, type InField } from './pn532-field.ts'

/** What a command comes to. */
export type Result =
  /** Behind the response code; `afterMs` what a card took that said nothing. */
  | { readonly is: 'answer'; readonly data: Uint8Array; readonly afterMs: number }
  /** An error frame. */
  | { readonly is: 'refused' }
  /** Nothing ever: the chip waits, or sleeps. */
  | { readonly is: 'nothing' }

export interface TargetOptions {
  /** A card's silence until the chip gives up, ms. */
  readonly cardLimitMs: number
  /** Longer answers of a card go out in pieces of so many bytes. */
  readonly pieceBytes: number
  /** Of a card's answer; the RC-S956 takes no more. */
  readonly answerLimitBytes: number
}

/** Error codes. [NXP UM0701-02, 7.1; for 0C: nfcpy, clf/rcs956.py] */
const TIMED_OUT = 0x01
const CHAIN_TOO_LONG = 0x0c
const WRONG_CONTEXT = 0x27
const MORE = 0x40

export const answer = (...data: readonly number[]): Result => ({
  is: 'answer',
  data: Uint8Array.from(data),
  afterMs: 0,
})

/** The targets that the chip has listed, and what goes to and fro. */
export function makeTargets(
  field: Field,
  { cardLimitMs, pieceBytes, answerLimitBytes }: TargetOptions,
  violate: (what: string) => Result,
) {
  let targets: readonly InField[] = []
  let chained: number[] = []
  let pending: Uint8Array = new Uint8Array()

  const forget = () => {
    targets = []
    chained = []
    pending = new Uint8Array()
  }
  const silence = (): Result => ({
    is: 'answer',
    data: Uint8Array.of(TIMED_OUT),
    afterMs: cardLimitMs,
  })
  const give = (): Result => {
    const piece = pending.subarray(0, pieceBytes)
    pending = pending.subarray(pieceBytes)
    return answer(pending.length > 0 ? MORE : 0, ...piece)
  }
  const transmit = (target: InField): Result => {
    const apdu = Uint8Array.from(chained)
    chained = []
    if (apdu.length === 0) return violate('InDataExchange of nothing')
    if (target.radio.is === 'felica' || target.radio.is === 'type-a-memory')
      return violate('an APDU to a memory card')
    const reply = field.has(target) && !target.isHung ? target.card.transmit(apdu) : undefined
    target.isHung = reply === undefined
    if (reply === undefined) return silence()
    if (reply.length > answerLimitBytes) return answer(CHAIN_TOO_LONG)
    pending = reply
    return give()
  }
  return {
    power: (on: boolean) => {
      field.power(on)
      forget()
    },
    list: (max: number, polling: number): Result => {
      forget()
      targets = field.activate(polling, max)
      const entries = targets.flatMap((thing, index) => [...describe(index + 1, thing)])
      return answer(targets.length, ...entries)
    },
    /** The empty block to which a card that is there says something. */
    attend: (): Result => {
      const [target] = targets
      if (target === undefined) return answer(WRONG_CONTEXT)
      return field.has(target) && !target.isHung ? answer(0) : silence()
    },
    exchange: ([number = 0, ...data]: Uint8Array): Result => {
      const target = targets[(number & 0x3f) - 1]
      if (target === undefined) {
        violate('InDataExchange with a target that is not listed')
        return answer(WRONG_CONTEXT)
      }
      if (pending.length > 0 && data.length === 0) return give()
      if (pending.length > 0) violate('InDataExchange while an answer is unfinished')
      pending = new Uint8Array()
      chained.push(...data)
      return (number & MORE) !== 0 ? answer(0) : transmit(target)
    },
    release: (): Result => {
      for (const target of targets) target.state = 'halted'
      forget()
      return answer(0)
    },
  }
}
