import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { lineInfoOf } from '../../agent/eligibility/bulk-lines.ts'
import type { CardFace } from '../../agent/kernel/card-face.ts'
import { dayAfter, inJapan } from '../../agent/kernel/time.ts'
import { crowdByCardFace, crowdPatient } from '../../agent/sim/patients/crowd.ts'
import { decodeMessage, encodeMessage } from '../../agent/xmlmsg/codec.ts'
import { clientOf } from '../bed/client.ts'
import { addConsumer } from '../bed/consumer.ts'
import { makeTerminalBed } from '../bed/terminal.ts'
import { type Clinic, handOver, type Took, watchBulk } from './bulk-list.ts'
import { figure, median, quantile, type Row, ratioRow, rounds } from './row.ts'

const PEOPLE = 500
const NIGHTS = 5
const BUDGET_MS = 60_000
const BARE = 15
const BARE_WARM_UP = 3
/** A bulk answer of so many is far below it. */
const LIMIT_BYTES = 16 * 1024 * 1024

/**
 * A bulk list of 500 from its hand-over to the morning list, with a real agent beside a terminal on a
 * local disk; the time that the two requests lay at the terminal is taken off. Against the same 500
 * lines encoded, flushed to the same disk and their answer decoded, with nothing around it.
 */
export async function bulkBench(): Promise<Row[]> {
  const nights: Night[] = []
  for (const _ of rounds(NIGHTS, BUDGET_MS)) nights.push(await night())
  const bareMs = median(nights.flatMap((one) => one.bareMs))
  const row = (name: string, lists: readonly Took[]) =>
    ratioRow({
      name: `${name} / bare`,
      ours: median(lists.map(ownMs)),
      baseline: bareMs,
      unit: 'ms',
      note: noteOn(lists),
    })
  return [
    row(
      `bulk list of ${PEOPLE} to morning list`,
      nights.map(({ again }) => again),
    ),
    row(
      'the same, all new, agent just started',
      nights.map(({ first }) => first),
    ),
  ]
}

const PHASES = [
  ['hand over', 'handOver'],
  ['ask', 'ask'],
  ['fetch', 'fetch'],
  ['judge and commit', 'judge'],
  ['morning list', 'list'],
] as const satisfies readonly (readonly [string, keyof Took])[]

const ownMs = (took: Took) => PHASES.reduce((sum, [, phase]) => sum + took[phase], 0)

function noteOn(lists: readonly Took[]): string {
  const own = lists.map(ownMs)
  const of = (phase: keyof Took) => median(lists.map((took) => took[phase])).toFixed(0)
  return [
    `${figure(median(own) / PEOPLE, 'ms')} a line, slowest list ${figure(quantile(own, 1), 'ms')}`,
    `${PHASES.map(([title, phase]) => `${title} ${of(phase)}`).join(', ')} ms`,
    `processor of the agent ${of('processor')} ms`,
    `taken off for the terminal ${of('terminal')} ms`,
  ].join('; ')
}

interface Night {
  /** An agent that has just started, and people whom it does not know. */
  readonly first: Took
  /** The same agent and people, most of them as they were. */
  readonly again: Took
  readonly bareMs: readonly number[]
}

async function night(): Promise<Night> {
  await using undo = new AsyncDisposableStack()
  const bed = await makeTerminalBed(
    { after: (step) => undo.defer(step) },
    {
      terminal: { pendingFetches: 0, alsoKnown: crowdByCardFace },
      tables: '[jobs]\nappointments = ""\n',
    },
  )
  const { url, pid } = await bed.start()
  const { token } = await addConsumer(bed, 'bench', 'billing')
  const terminal = undo.use(watchBulk(bed.root))
  const clinic: Clinic = { client: clientOf(url, token), pid, terminal }
  // A run by hand is for today and tomorrow, and asks nobody twice.
  const [today = ''] = inJapan(Date.now()).split('T')
  const first = await handOver(clinic, today, listOf(wasHere), {})
  const again = await handOver(clinic, dayAfter(today), listOf(orNumberAlone), WORTH_A_LOOK)
  const answer = readFileSync(join(bed.root, 'res', terminal.lastAnswer()))
  return { first, again, bareMs: bareTimes(bed.folder, people().map(isNow), answer) }
}

const people = () => Array.from({ length: PEOPLE }, (_, at) => at + 1)

/** Undefined: the clinic sends the patient’s number alone. */
type CardOf = (person: number) => CardFace | undefined
/** Of ten cards that the crowd has one after the other, eight are valid. */
const CARDS = { valid: 8, failed: 8, invalid: 9, all: 10 } as const
const wasHere = (person: number) => crowdPatient(person, person % CARDS.valid).cardFace
/** Of twenty: sixteen as before, two with a new employer, one without an answer, one no longer insured. */
const isNow = (person: number) => {
  const kind = person % 20
  if (kind < 16) return wasHere(person)
  if (kind < 18) return crowdPatient(person, (person % CARDS.valid) + CARDS.all).cardFace
  return crowdPatient(person, kind === 18 ? CARDS.failed : CARDS.invalid).cardFace
}
const orNumberAlone: CardOf = (person) => (person % 20 < 8 ? undefined : isNow(person))
const WORTH_A_LOOK = { changed: PEOPLE / 10, unknown: PEOPLE / 20, invalid: PEOPLE / 20 }

const two = (n: number) => String(n).padStart(2, '0')
const listOf = (cardOf: CardOf) =>
  people().map((person) => {
    const cardFace = cardOf(person)
    return {
      time: `${two(9 + Math.floor(person / 60))}:${two(person % 60)}`,
      patientNumber: String(person).padStart(5, '0'),
      ...(cardFace !== undefined && { cardFace }),
    }
  })

/** Times of the same without an agent, ms. */
function bareTimes(folder: string, faces: readonly CardFace[], answer: Uint8Array): number[] {
  const path = join(folder, 'bare')
  const lines = faces.map(lineInfoOf)
  const once = () => {
    const from = performance.now()
    const body = { qualificationConfirmSearchInfo: lines }
    const request = encodeMessage('bulkRequest', { messageBody: body }, 'UTF-8')
    const file = openSync(path, 'w')
    writeSync(file, request)
    fdatasyncSync(file)
    closeSync(file)
    const { message } = decodeMessage('bulkAnswer', answer, { limitBytes: LIMIT_BYTES })
    const tookMs = performance.now() - from
    if (message.messageBody?.bulkConfirmUnit?.length !== faces.length)
      throw new Error('the answer is of others')
    return tookMs
  }
  const times = Array.from({ length: BARE_WARM_UP + BARE }, once).slice(BARE_WARM_UP)
  rmSync(path)
  return times
}
