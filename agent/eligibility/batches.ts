import type { TerminalGateway } from '../gateway/terminal.ts'
import type { CardFace } from '../kernel/card-face.ts'
import { AgentError, asFault } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import { uuidV7 } from '../kernel/ids.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import { toOfficialDate } from '../kernel/time.ts'
import type { BatchRecord, StoredBatch } from '../store/batches.ts'
import type { Claim } from '../store/claims.ts'
import type { Accepted, EndRecord } from '../store/questions.ts'
import type { Store } from '../store/store.ts'
import { type Asker, requestKey } from './asker.ts'
import { answersOf, type Ending } from './bulk-answer.ts'
import { type Line, linesToWrite, openAmong } from './bulk-writing.ts'
import { type EndingParts, endingOf } from './ending.ts'
import { couldNotLook, isNobodyAsked } from './outcome.ts'
import { type FaceQuestion, readQuestion } from './question.ts'
import { openTasks, type Stops, written } from './tasks.ts'

export interface BatchParts extends EndingParts {
  readonly store: EndingParts['store'] & Pick<Store, 'batches' | 'end'>
  readonly gateway: Pick<TerminalGateway, 'submitBulk' | 'fetchBulk'>
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

/**
 * Bulk questions over the official terminal: asked once, their result fetched until it is there, each
 * line ended in one verification. A terminal that does not pick up is waited for.
 */
export interface Batches extends Part {
  /**
   * On disk with all its lines once it resolves. `faces`: checked, at least one, all for one day.
   * Rejects with `IDEMPOTENCY_KEY_REUSED`, `SHUTTING_DOWN`, `STORE_*`.
   */
  add(faces: readonly CardFace[], asker: Asker): Promise<{ readonly id: string }>
  /**
   * Asks by itself for what the agent expects, each line for its claims; a line of which nothing is left
   * to ask for is left out. Null where no line is left. Rejects as `add`, but for the key.
   */
  addExpected(lines: readonly ExpectedLine[]): Promise<{ readonly id: string } | null>
  /** Goes on with what a stop interrupted; nobody is asked a second time. */
  resume(): void
}

export interface ExpectedLine {
  readonly face: CardFace
  readonly claims: readonly Claim[]
}

const MINUTE_MS = 60_000
/** Between two fetches, and between two tries at a terminal that does not pick up. */
const FIRST_PAUSE_MS = MINUTE_MS / 2
const LONGEST_PAUSE_MS = 5 * MINUTE_MS
/** A result that is not there by then will not come. */
const GIVE_UP_MS = 72 * 60 * MINUTE_MS
/** Fetches that may go wrong after they were asked: a result that cannot be read stays so. */
const FAILED_FETCHES = 10
/** Messages that are written before others have their turn. */
const AT_ONCE = 50
const BY_ITSELF: Asker = { consumerId: null, idempotencyKey: null }

export function openBatches(parts: BatchParts): Batches {
  const { store, clock, log } = parts
  const tasks = openTasks(parts)
  const begin = (batch: StoredBatch) =>
    tasks.begin(batch.id, (stops) => settle({ ...parts, ...stops }, batch))

  const recordOf = (
    lines: readonly { readonly face: CardFace; readonly claims?: readonly Claim[] }[],
    asker: Asker,
  ): BatchRecord => {
    if (tasks.isClosing()) throw new AgentError('SHUTTING_DOWN', 'the agent is stopping')
    const at = clock.now()
    const id = uuidV7(at)
    const faces = lines.map(({ face }) => face)
    return {
      id,
      at,
      confirmationDate: faces[0]?.qualificationConfirmationDate ?? toOfficialDate(at),
      lines: lines.map((line) => lineRecord(line, id, at)),
      key: requestKey(asker, JSON.stringify({ batch: faces })),
      actor: asker.consumerId ?? 'agent',
    }
  }
  const beginIfNew = ({ id, isNew }: Accepted) => {
    const batch = isNew ? store.batches.find(id) : undefined
    if (batch !== undefined) begin(batch)
    return { id }
  }
  const bare = (faces: readonly CardFace[]) => faces.map((face) => ({ face }))

  return {
    add: async (faces, asker) => beginIfNew(await store.batches.add(recordOf(bare(faces), asker))),

    async addExpected(lines) {
      const added = await store.batches.add(recordOf(lines, BY_ITSELF))
      return added.isNew ? beginIfNew(added) : null
    },

    resume() {
      const interrupted = store.batches.open()
      if (interrupted.length > 0) log.info({ batches: interrupted.length }, 'batches-resumed')
      for (const batch of interrupted) begin(batch)
    },

    close: tasks.close,
  }
}

function lineRecord(
  { face, claims }: { readonly face: CardFace; readonly claims?: readonly Claim[] },
  batch: string,
  at: number,
) {
  const question: FaceQuestion = { kind: 'card-face', face, supersedes: null, batch }
  return { id: uuidV7(at), body: JSON.stringify(question), ...(claims && { claims }) }
}

type Work = BatchParts & Stops

async function settle(work: Work, batch: StoredBatch): Promise<void> {
  const { store, log } = work
  const lines = store.batches.questions(batch.id).flatMap(({ body, ...stored }): Line[] => {
    const question = readQuestion(body)
    return question?.kind === 'card-face' ? [{ ...stored, question }] : []
  })
  if (lines.length < store.batches.items(batch.id).length) {
    log.warn({ batch: batch.id }, 'question-of-a-later-release')
    return
  }
  const asked = batch.receptionNumber === null ? await submit(work, batch, lines) : batch
  const ending =
    'receptionNumber' in asked ? await fetchResult(work, batch.id, numberOf(asked)) : asked
  await end(work, batch.id, lines, ending)
}

interface Receipt {
  readonly receptionNumber: string
  readonly askedAt: number
}

function numberOf({ receptionNumber, askedAt }: Receipt | StoredBatch): Receipt {
  if (receptionNumber === null || askedAt === null) throw new Error('it was not asked')
  return { receptionNumber, askedAt }
}

/** The first phase: at most one request reaches the terminal. */
async function submit(
  work: Work,
  { id, state, confirmationDate }: StoredBatch,
  lines: readonly Line[],
): Promise<Receipt | Ending> {
  const { store, gateway, clock, cut } = work
  let isRepeat = state === 'written'
  for (let tries = 0; ; tries += 1) {
    const infos = await linesToWrite(work, id, lines, isRepeat)
    if (infos.length === 0) return { fault: 'CONSENT_REVOKED' }
    try {
      const bulk = { id, confirmationDate, lines: infos, isRepeat }
      const { receptionNumber, answer, charset } = await gateway.submitBulk(bulk, cut)
      if (receptionNumber === null)
        return { header: answer.messageHeader ?? {}, units: [], charset }
      const askedAt = clock.now()
      await written(work, id, () =>
        store.batches.move({ id, to: 'asked', receptionNumber, at: askedAt }),
      )
      return { receptionNumber, askedAt }
    } catch (error) {
      const fault = faultOf(work, error)
      if (!isNobodyAsked(fault)) return { fault }
      isRepeat &&= couldNotLook(fault)
      if (!isRepeat) await written(work, id, () => store.batches.move({ id, to: 'waiting' }))
      await pause(work, id, fault, tries)
    }
  }
}

/** The second phase, again and again. */
async function fetchResult(work: Work, id: string, { receptionNumber, askedAt }: Receipt) {
  const { clock, stopping } = work
  let failed = 0
  for (let tries = 0; ; tries += 1) {
    stopping.throwIfAborted()
    const came = await fetchOnce(work, id, receptionNumber)
    if (came !== 'processing' && 'units' in came) return came
    const fault = came === 'processing' ? 'GATEWAY_TIMEOUT' : came.fault
    const isAsked = !isNobodyAsked(fault)
    if (isAsked && came !== 'processing') failed += 1
    if (failed >= FAILED_FETCHES || (isAsked && clock.now() - askedAt >= GIVE_UP_MS))
      return { fault }
    await pause(work, id, came === 'processing' ? 'processing' : fault, tries)
  }
}

async function fetchOnce(
  work: Work,
  id: string,
  receptionNumber: string,
): Promise<Ending | 'processing'> {
  try {
    const result = await work.gateway.fetchBulk({ id, receptionNumber }, work.cut)
    if (result.is === 'processing') return 'processing'
    const { messageHeader, messageBody } = result.answer
    const units = messageBody?.bulkConfirmUnit ?? []
    return { header: messageHeader ?? {}, units, charset: result.charset }
  } catch (error) {
    return { fault: faultOf(work, error) }
  }
}

/** What came of a stop says nothing; it is gone on with at the next start. */
function faultOf({ cut }: Work, error: unknown): FaultCode {
  cut.throwIfAborted()
  return asFault(error).code
}

async function pause({ clock, log, stopping }: Work, batch: string, why: string, tries: number) {
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS)
  log.info({ batch, why, pauseMs }, 'batch-waits')
  await clock.sleep(pauseMs, stopping)
  stopping.throwIfAborted()
}

async function end(work: Work, id: string, lines: readonly Line[], ending: Ending) {
  const { store, clock, log } = work
  const at = clock.now()
  const answers = answersOf(
    ending,
    lines.map(({ question }) => question.face.birthdate),
  )
  const judged = async () => {
    const ends: EndRecord[] = []
    const open = openAmong(work, id)
    for (const [index, line] of lines.entries()) {
      if (!open.has(line.id)) continue
      const { meaning, answered } = answers.of(index)
      ends.push(endingOf(work, line, meaning, answered, at))
      if (index % AT_ONCE === AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve))
    }
    return ends
  }
  // Some may be about the person of another line, or of somebody at the desk: they go by what is known then.
  const isEnded = async () => await store.batches.end({ id, at, ends: await judged() })
  while (!(await written(work, id, isEnded))) log.info({ batch: id }, 'judged-anew')
  if (answers.strays > 0) log.warn({ batch: id, units: answers.strays }, 'units-of-no-line')
  const fault = 'fault' in ending ? ending.fault : ''
  log.info({ batch: id, lines: lines.length, fault }, 'batch-ended')
}
