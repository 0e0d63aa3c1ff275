import type { BulkLine } from '../gateway/terminal-requests.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import type { Store } from '../store/store.ts'
import { lineInfoOf } from './bulk-lines.ts'
import { type EndingParts, endingOf } from './ending.ts'
import { meaningOfFault } from './outcome.ts'
import type { FaceQuestion } from './question.ts'
import { written } from './tasks.ts'

/** A line of a bulk question as it is on disk. */
export interface Line {
  readonly id: string
  readonly acceptedAt: number
  readonly question: FaceQuestion
}

interface WritingParts extends EndingParts {
  readonly store: EndingParts['store'] & Pick<Store, 'batches' | 'end'>
  readonly clock: Clock
  readonly log: Log
  readonly cut: AbortSignal
}

/**
 * What the request of a bulk question holds; nothing where nobody may be asked about any more.
 * Unless it may have been written before, who may not be has an end first, and the batch is
 * `written`. Each line keeps the number that it has among all.
 */
export async function linesToWrite(
  parts: WritingParts,
  batchId: string,
  lines: readonly Line[],
  isRepeat: boolean,
): Promise<BulkLine[]> {
  if (!isRepeat) await beginWriting(parts, batchId, lines)
  const open = openAmong(parts, batchId)
  return lines.flatMap(({ id, question }, index) =>
    open.has(id) ? [{ searchInfo: lineInfoOf(question.face, index) }] : [],
  )
}

/** Ids of the lines that have not ended. */
export const openAmong = (
  { store }: { readonly store: Pick<Store, 'batches'> },
  batchId: string,
): ReadonlySet<string> =>
  new Set(
    store.batches
      .items(batchId)
      .flatMap(({ verificationId, outcome }) => (outcome === null ? [verificationId] : [])),
  )

async function beginWriting(
  parts: WritingParts,
  batchId: string,
  lines: readonly Line[],
): Promise<void> {
  const { store, clock, log } = parts
  const begun = async () => {
    let withdrawn: readonly string[] = []
    await written(parts, batchId, async () => {
      withdrawn = await store.batches.beginWriting(batchId)
    })
    return withdrawn
  }
  for (let gone = await begun(); gone.length > 0; gone = await begun()) {
    for (const line of lines.filter(({ id }) => gone.includes(id))) {
      const revoked = meaningOfFault('CONSENT_REVOKED')
      const isEnded = () => store.end(endingOf(parts, line, revoked, null, clock.now()))
      while (!(await written(parts, batchId, isEnded))) log.info({ batch: batchId }, 'judged-anew')
    }
    log.info({ batch: batchId, lines: gone.length }, 'batch-lines-withdrawn')
  }
}
