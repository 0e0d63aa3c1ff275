import { AgentError } from '../agent/kernel/errors.ts'
import type { HeldCard } from './io/io.ts'

/**
 * A card's longest legal silence is about 5 s, but those read here answer in under 0.2 s; a person
 * who waits at a counter gives up earlier. Assumed.
 */
const ANSWER_LIMIT_MS = 3_000

/** A card for the time of one dialogue. */
export type Talk = Pick<HeldCard, 'atr' | 'transmit' | 'pinPad'>

/**
 * Holds a card for one dialogue, and lets it go after it. Every answer is bounded in time, but what
 * a person enters at a pad: that ends by itself, or when the card has left, which `left` tells.
 * Throws CARD_GONE, CARD_UNRESPONSIVE, and what `hold` and `talk` throw.
 */
export async function dialogue<T>(
  standing: { hold(): Promise<HeldCard> },
  left: AbortSignal,
  talk: (card: Talk) => Promise<T>,
): Promise<T> {
  stillThere(left)
  const card = await standing.hold()
  const { atr, pinPad } = card
  try {
    return await talk({
      atr,
      transmit: async (apdu) => {
        stillThere(left)
        return something(await withinLimit(card.transmit(apdu)))
      },
      ...(pinPad !== undefined && {
        pinPad: {
          verify: async (...entry) => {
            stillThere(left)
            return something(await unlessLeft(left, pinPad.verify(...entry)))
          },
        },
      }),
    })
  } finally {
    await card.release()
  }
}

export const hasLeft = () => new AgentError('CARD_GONE', 'the card has left')

function stillThere(left: AbortSignal): void {
  if (left.aborted) throw hasLeft()
}

function something(answer: Uint8Array): Uint8Array {
  if (answer.length === 0) throw new AgentError('CARD_GONE', 'the contact broke')
  return answer
}

/** A pad may wait on for a card that is known to have left. */
async function unlessLeft<T>(left: AbortSignal, answer: Promise<T>): Promise<T> {
  const { promise: gone, reject } = Promise.withResolvers<never>()
  const onLeft = () => reject(hasLeft())
  left.addEventListener('abort', onLeft, { once: true })
  try {
    return await Promise.race([answer, gone])
  } finally {
    left.removeEventListener('abort', onLeft)
  }
}

async function withinLimit<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new AgentError('CARD_UNRESPONSIVE', `no answer within ${ANSWER_LIMIT_MS} ms`))
    }, ANSWER_LIMIT_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
