import type { CardFault, Sign } from '../../drivers/driver.ts'
import { AgentError } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import { uuidV7 } from '../kernel/ids.ts'
import type { Clock, Part } from '../kernel/ports.ts'
import type { Presented, WaitingPresentation } from '../kernel/presentation.ts'

/** What a confirmed tap is used with. Nothing of it may outlive `use`. */
export interface ConfirmedCard {
  readonly presentationId: string
  readonly reader: string
  /** When the card was tapped, epoch ms. */
  readonly at: number
  /** 利用者証明用電子証明書, DER. */
  readonly certificate: Uint8Array
  /** At the time of the tap. A fact, never a reason to refuse. */
  readonly certificateExpired: boolean
  /** End of the certificate, epoch ms. Only how far away it is may be kept. */
  readonly certificateNotAfter: number
  /** See `Sign` of the driver seam; throws CARD_GONE once the card has left. */
  readonly sign: Sign
}

/** By sight, or by PIN entry in the reader's own pad. */
export type Confirming = 'visual' | 'pin'

export interface WaitingRoom<T> extends Part {
  /** `pinPad`: the reader has one, so that `sign` can succeed. */
  presented(reader: string, presented: Presented, sign: Sign, pinPad: boolean): void
  unreadable(reader: string, fault: CardFault): void
  /** What stood on the reader has left, is withdrawn, or is no longer known to stand there. */
  left(reader: string, reason: 'removed' | 'two-cards' | 'lost'): void
  /** Oldest first; lapsed ones are not in it. */
  list(): WaitingPresentation[]
  /**
   * Uses a waiting tap; it is confirmed once `use` resolves, and waits on when it rejects. A tap is
   * used once: who confirms it again, or meanwhile, gets what the first one gets; but a person who
   * confirms by sight while a PIN is entered is heard when that fails. Throws PRESENTATION_GONE for one
   * that lapsed, was withdrawn, never was, or is no My Number card.
   */
  confirm(id: string, how: Confirming, use: (card: ConfirmedCard) => Promise<T>): Promise<T>
  close(): void
}

interface Entry<T> {
  shown: WaitingPresentation
  /** Only while it may be confirmed. */
  card: Pick<ConfirmedCard, 'certificate' | 'certificateNotAfter' | 'sign'> | undefined
  use: Promise<T> | undefined
  how: Confirming | undefined
}

/** A contact that bounces must not fill the list: the oldest news go first. */
const NEWS_LIMIT = 20

/** Where taps wait for 本人認証, in memory only. `T`: what a confirmation comes to. */
export function openWaitingRoom<T>(clock: Clock, lapseMs: number): WaitingRoom<T> {
  const entries = new Map<string, Entry<T>>()
  const stop = new AbortController()

  const forget = () => {
    const now = clock.now()
    for (const [id, entry] of entries) {
      if (!inUse(entry) && now >= entry.shown.lapsesAt) entries.delete(id)
    }
  }
  const lapse = async () => {
    await clock.sleep(lapseMs, stop.signal)
    forget()
  }
  const show = (reader: string, what: Shown, card?: Entry<T>['card']) => {
    for (const id of superseded(entries, reader)) entries.delete(id)
    const at = clock.now()
    const id = uuidV7(at)
    const shown = { id, reader, at, lapsesAt: at + lapseMs, ...plain, ...what }
    entries.set(id, { shown, card, use: undefined, how: undefined })
    void lapse()
  }
  const prolong = (id: string) => {
    const entry = entries.get(id)
    if (entry === undefined || entry.shown.state !== 'waiting') return
    entry.shown = { ...entry.shown, lapsesAt: clock.now() + lapseMs }
    void lapse()
  }

  return {
    presented: (reader, presented, sign, pinPad) => {
      if (presented.kind === 'other-card')
        show(reader, { kind: presented.kind, name: presented.name ?? null })
      if (presented.kind === 'not-a-card') show(reader, { kind: presented.kind })
      if (presented.kind === 'my-number-card')
        show(
          reader,
          {
            kind: presented.kind,
            certificateExpired: presented.notAfter < clock.now(),
            pin: pinPad ? 'possible' : 'none',
          },
          { certificate: presented.certificate, certificateNotAfter: presented.notAfter, sign },
        )
    },
    unreadable: (reader, fault) => {
      const there = fault !== 'CARD_GONE'
      show(reader, {
        kind: 'unreadable',
        fault,
        cardPresent: there,
        ...(there ? {} : { state: 'gone' }),
      })
    },
    left: (reader, reason) => {
      for (const entry of entries.values()) {
        if (entry.shown.reader === reader && entry.shown.cardPresent) leave(entry, reason)
      }
    },
    list: () => {
      forget()
      return [...entries.values()].map(({ shown }) => shown)
    },
    confirm: async (id, how, use) => {
      forget()
      try {
        return await confirm(entries.get(id), how, use)
      } finally {
        // An entry takes its time, and whoever failed at it may have another try.
        if (how === 'pin') prolong(id)
        forget()
      }
    },
    close: () => {
      stop.abort()
      entries.clear()
    },
  }
}

type Shown = Pick<WaitingPresentation, 'kind'> &
  Partial<
    Pick<
      WaitingPresentation,
      'name' | 'fault' | 'certificateExpired' | 'cardPresent' | 'state' | 'pin'
    >
  >

const plain = {
  state: 'waiting',
  cardPresent: true,
  pin: 'none',
  certificateExpired: null,
  name: null,
  fault: null,
} as const

const inUse = <T>({ use, shown }: Entry<T>): boolean =>
  use !== undefined && shown.state !== 'confirmed'

/**
 * What a newer event on the same reader makes pointless: news of things that have left. Taps stay:
 * two patients may tap one after the other before anyone confirms.
 */
function superseded<T>(entries: ReadonlyMap<string, Entry<T>>, reader: string): string[] {
  const news = [...entries.values()]
    .map(({ shown }) => shown)
    .filter(({ kind }) => kind !== 'my-number-card')
  const stale = news.filter((shown) => shown.reader === reader && !shown.cardPresent)
  return [...stale, ...news.slice(0, -NEWS_LIMIT)].map(({ id }) => id)
}

/** 目視確認 may be done with the card in the hand, so a tap outlives the card's leaving. */
function leave<T>(entry: Entry<T>, reason: 'removed' | 'two-cards' | 'lost'): void {
  const { state } = entry.shown
  const withdrawn = entry.card === undefined || reason === 'two-cards'
  const next = state === 'waiting' && withdrawn ? 'gone' : state
  const pin = entry.shown.pin === 'unusable' ? entry.shown.pin : 'none'
  entry.shown = { ...entry.shown, cardPresent: false, state: next, pin }
  if (withdrawn) entry.card = undefined
}

async function confirm<T>(
  entry: Entry<T> | undefined,
  how: Confirming,
  use: (card: ConfirmedCard) => Promise<T>,
): Promise<T> {
  while (entry?.use !== undefined) {
    if (entry.how === how || entry.shown.state === 'confirmed') return await entry.use
    const isDone = await entry.use.then(
      () => true,
      () => false,
    )
    if (isDone) return await entry.use
  }
  if (entry === undefined) throw gone('the tap lapsed, or never was')
  if (entry.card === undefined) throw gone(whyNot(entry.shown))
  const { id, reader, at, certificateExpired } = entry.shown
  const card = {
    presentationId: id,
    reader,
    at,
    certificateExpired: certificateExpired === true,
    certificate: entry.card.certificate,
    certificateNotAfter: entry.card.certificateNotAfter,
    sign: entering(entry, entry.card.sign),
  }
  try {
    entry.use = use(card)
    entry.how = how
    const result = await entry.use
    entry.shown = { ...entry.shown, state: 'confirmed' }
    entry.card = undefined
    return result
  } finally {
    if (entry.shown.state !== 'confirmed') entry.use = undefined
  }
}

/** While the holder enters the PIN that shows, and afterwards whether it can be tried again. */
function entering<T>(entry: Entry<T>, sign: Sign): Sign {
  const show = (pin: WaitingPresentation['pin']) => {
    entry.shown = { ...entry.shown, pin }
  }
  return async (digest) => {
    const before = entry.shown.pin
    if (before !== 'none') show('entering')
    try {
      const signature = await sign(digest)
      show(before)
      return signature
    } catch (error) {
      show(error instanceof AgentError && UNUSABLE.has(error.code) ? 'unusable' : before)
      throw error
    }
  }
}

const UNUSABLE = new Set<FaultCode>(['CARD_PIN_BLOCKED', 'CARD_PIN_LAST_TRY', 'CARD_PIN_UNUSABLE'])

function whyNot({ kind, state }: WaitingPresentation): string {
  if (kind === 'my-number-card') return state === 'gone' ? 'the tap was withdrawn' : 'it was used'
  return kind === 'unreadable'
    ? 'this card could not be read'
    : 'this is no My Number card; there is nothing to confirm'
}

const gone = (message: string) => new AgentError('PRESENTATION_GONE', message)
