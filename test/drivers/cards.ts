import { type Card, type CardKind, makeCard } from '../../agent/sim/card/card.ts'
import { makeCardIssuer } from '../../agent/sim/card/identity.ts'

const issuer = makeCardIssuer()
const holder = { cardId: 'driver-test', cardExpires: 'in-years' } as const

/** Keys take long to make: one pair per certificate for a whole test file. */
export const identityOf = (expired = false) => issuer.identityOf(holder, expired)

export const myNumberCard = (expired = false): Card =>
  makeCard({ kind: 'my-number', identity: identityOf(expired) })

/** With a PIN of its own, null for a card without one, and fewer tries. */
export const cardWithPin = (pin: string | null, triesLeft = 3): Card =>
  makeCard({ kind: 'my-number', identity: identityOf(), pin, triesLeft })

export const otherCard = (kind: Exclude<CardKind, 'my-number'>): Card => makeCard({ kind })

/** Commands that one reading of a My Number card takes: two SELECTs, the head, the rest. */
export const readingApdus = (): number =>
  3 + Math.ceil((identityOf().authCertificate.length - 4) / 256)
