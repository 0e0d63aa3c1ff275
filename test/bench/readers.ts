import { setTimeout as wait } from 'node:timers/promises'
import type { Presented } from '../../agent/sim/card/presented.ts'
import { myNumberCard } from '../drivers/cards.ts'
import { type Desk, desks } from './readers-desks.ts'
import { figure, median, missingRow, type Row, ratioRow, rounds, spread } from './row.ts'

const TAPS = 20
const WARM_UP = 2
const BUDGET_MS = 12_000
/** What may come on top of the card's own time. */
const FLOOR_MS = 20
/** Taps at no fixed distance from a reader's looks. */
const PHASE_MS = 450

/** Type B at 106 kbit/s: ten bits a byte, and a little between them. [ISO/IEC 14443-3, 7.1] */
const MS_PER_BYTE = 0.1
/** What a card takes to work on a command. Assumed: no public measurement of a My Number card. */
const WORK_MS = 10

/**
 * A card put down, to the daemon's knowing it with its certificate, so that a question can be asked:
 * from the first APDU on, against the card's own times. How soon a reader finds a card is its own
 * doing and stands in a row of its own.
 */
export async function readersBench(): Promise<Row[]> {
  const rows: Row[] = []
  for (const desk of desks) rows.push(...(await rowsOf(desk)))
  return rows
}

async function rowsOf({ name, missing, finds, open }: Desk): Promise<Row[]> {
  const title = `tap to question, ${name} / its APDUs + ${FLOOR_MS} ms`
  if (missing !== undefined) return [missingRow(title, '<= 1', missing)]
  await using desk = await open()
  const taps: Tap[] = []
  for (const round of rounds(WARM_UP + TAPS, BUDGET_MS)) {
    await wait((round * 67) % PHASE_MS)
    const card = slow()
    const putAt = performance.now()
    const [readyAt] = await Promise.all([desk.next('presented'), desk.put(card.presented)])
    const { firstAt, spentMs, apdus } = card.spent()
    const tap = { foundMs: firstAt - putAt, tookMs: readyAt - firstAt, spentMs, apdus }
    if (round >= WARM_UP) taps.push(tap)
    await Promise.all([desk.next('gone'), desk.take()])
  }
  return shown(title, name, finds, taps)
}

interface Tap {
  /** From being put down to the first APDU. */
  readonly foundMs: number
  /** From there to the news. */
  readonly tookMs: number
  /** Of it: the card. */
  readonly spentMs: number
  readonly apdus: number
}

function shown(title: string, name: string, finds: string, taps: readonly Tap[]): Row[] {
  const ownMs = median(taps.map(({ spentMs }) => spentMs))
  const added = taps.map(({ tookMs, spentMs }) => tookMs - spentMs)
  const apdus = median(taps.map((tap) => tap.apdus))
  const found = taps.map(({ foundMs }) => foundMs)
  return [
    ratioRow({
      name: title,
      ours: median(taps.map(({ tookMs }) => tookMs)),
      baseline: ownMs + FLOOR_MS,
      unit: 'ms',
      limit: 1,
      note: `added ${spread(added)}, to ${apdus} APDUs of ${figure(ownMs, 'ms')}`,
    }),
    {
      ...missingRow(`put down to first APDU, ${name}`, '', `${spread(found)}; ${finds}`),
      ours: figure(median(found), 'ms'),
    },
  ]
}

/** A card that takes as long as a real one. The process waits with it: nothing else is to be done. */
function slow() {
  const card = myNumberCard()
  const clock = new Int32Array(new SharedArrayBuffer(4))
  let firstAt = 0
  let spentMs = 0
  let apdus = 0
  const presented: Presented = {
    atr: card.atr,
    reset: () => card.reset(),
    transmit: (apdu) => {
      const from = performance.now()
      if (apdus === 0) firstAt = from
      apdus += 1
      const answer = card.transmit(apdu)
      Atomics.wait(clock, 0, 0, WORK_MS + MS_PER_BYTE * (apdu.length + answer.length))
      spentMs += performance.now() - from
      return answer
    },
  }
  return { presented, spent: () => ({ firstAt, spentMs, apdus }) }
}
