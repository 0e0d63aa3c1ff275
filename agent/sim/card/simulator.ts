import { patientByNumber } from '../patients.ts'
import { startPn532Reader } from '../reader/pn532.ts'
import type { Pn532Dialect } from '../reader/pn532-chip.ts'
import { type Card, type CardKind, makeCard } from './card.ts'
import { type CardIssuer, makeCardIssuer } from './identity.ts'
import { startLink } from './link.ts'
import { openPad, type Pad } from './pad.ts'
import { type Presented, present } from './presented.ts'
import type { Tap } from './tap.ts'
import { attachToVpcd, type VpcdAttachment } from './vpcd.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** What stands on the reader and what was done to it. */
export interface CardState {
  /** Null: no card there. */
  readonly card: { readonly kind: CardKind; readonly patient: string | null } | null
  /** Taps since the start. */
  readonly taps: number
  /** Commands that the card on the reader, or else the last one, has got. */
  readonly apdus: number
  /** Applets and files that no clinic may touch and that were, over all cards. */
  readonly touched: readonly string[]
  /** The pad asks for a PIN now; absent where the reader has none. */
  readonly padAsks?: boolean
}

/** What carries the cards; at least one. */
export interface Carriers {
  /** `pad`: the reader has a PIN pad of its own. */
  readonly link?: Address & { readonly pad?: boolean }
  readonly vpcd?: Address
  readonly pn532?: Address & { readonly dialect: Pn532Dialect }
}

/** One reader's place, onto which cards are put, by each carrier that there is. */
export interface CardPlace {
  /** The link's port; null without a link. */
  readonly linkPort: number | null
  /** The serial line's port; null without one. */
  readonly pn532Port: number | null
  /** Puts a card there, in place of another. Rejects with the socket's error without a vpcd. */
  tap(tap: Tap): Promise<void>
  remove(): Promise<void>
  /** Null: the reader has none. */
  readonly pad: Pad | null
  state(): CardState
  close(): Promise<void>
}

interface Standing {
  readonly card: Card
  readonly patient: string | null
  readonly presented: Presented & { apdus(): number }
}

/** Opens the carriers and issues cards as they are wanted. */
export async function openCardPlace(options: Carriers): Promise<CardPlace> {
  const pad = options.link?.pad === true ? openPad() : null
  const { link, pn532 } = await startServers(options, pad)
  const cardOf = makeDrawer(makeCardIssuer())
  const touched: string[] = []
  let taps = 0
  let last: Standing | undefined
  let standing: Standing | undefined
  let attachment: VpcdAttachment | undefined
  let turn: Promise<unknown> = Promise.resolve()

  /** One at a time, in order. A failure is its caller's, not the next one's. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const mine = turn.then(act)
    turn = mine.catch(() => {})
    return mine
  }
  const takeAway = async () => {
    standing = undefined
    link?.remove()
    pn532?.remove()
    const attached = attachment
    attachment = undefined
    await attached?.remove()
  }
  const put = async (tap: Tap) => {
    await takeAway()
    const card = cardOf(tap)
    const presented = present(card, tap, () => {
      // At once: what follows on any wire finds no card.
      link?.remove()
      pn532?.remove()
      void inTurn(takeAway)
    })
    const seen = {
      ...presented,
      transmit: (apdu: Uint8Array) => {
        const before = card.touched.length
        const reply = presented.transmit(apdu)
        touched.push(...card.touched.slice(before))
        return reply
      },
    }
    if (options.vpcd !== undefined) attachment = await attachToVpcd({ ...options.vpcd, card: seen })
    link?.insert(seen)
    pn532?.insert(seen)
    taps += 1
    standing = { card, patient: tap.patient ?? null, presented }
    last = standing
  }

  return {
    linkPort: link?.port ?? null,
    pn532Port: pn532?.port ?? null,
    tap: (tap) => inTurn(() => put(tap)),
    remove: () => inTurn(takeAway),
    pad,
    state: () => ({
      card: standing === undefined ? null : { kind: standing.card.kind, patient: standing.patient },
      taps,
      apdus: last?.presented.apdus() ?? 0,
      touched: [...touched],
      ...(pad !== null && { padAsks: pad.isAsking() }),
    }),
    close: async () => {
      await inTurn(takeAway)
      await link?.close()
      await pn532?.close()
    },
  }
}

async function startServers({ link, pn532 }: Carriers, pad: Pad | null) {
  const started =
    link === undefined
      ? undefined
      : await startLink({ host: link.host, port: link.port, ...(pad !== null && { pad }) })
  try {
    return { link: started, pn532: pn532 === undefined ? undefined : await startPn532Reader(pn532) }
  } catch (error) {
    await started?.close()
    throw error
  }
}

/** Cards stay in the drawer between taps, so that a wrong PIN is remembered. */
function makeDrawer(issuer: CardIssuer): (tap: Tap) => Card {
  const cards = new Map<string, Card>()
  return ({ kind = 'my-number', patient = '', expired = false }) => {
    if (kind !== 'my-number') return makeCard({ kind })
    const name = `${patient} ${expired}`
    const known = cards.get(name)
    if (known !== undefined) return known
    const holder = patientByNumber(patient)
    if (holder === undefined) throw new RangeError('a My Number card is one of patients 01 to 40')
    const card = makeCard({ kind, identity: issuer.identityOf(holder, expired) })
    cards.set(name, card)
    return card
  }
}
