import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parse, type Received } from '../../../agent/sim/gateway/xml.ts'
import type { Chance } from '../random.ts'
import { faceOf } from './item.ts'
import type { PickedUp } from './told.ts'

/** A receipt computer that takes face files out of its folder: late, in bursts, and deletes them. */
export interface ReceiptComputer {
  readonly folder: string
  readonly files: readonly PickedUp[]
  counts(): { readonly looks: number; readonly absences: number }
  /** The folder stays where it is from now on. */
  calm(): void
  /** Takes what is left, and ends. */
  close(): Promise<void>
}

const LOOK_MS = 250
const BURST = 400
/** Of the looks: the share is away for a while. */
const AWAY = 0.03
const AWAY_MS = 300

export function startReceiptComputer(folder: string, chance: Chance): ReceiptComputer {
  const files: PickedUp[] = []
  const counts = { looks: 0, absences: 0 }
  const over = new AbortController()
  let isCalm = false
  mkdirSync(folder)
  const takeFiles = (most: number) => {
    for (const name of readdirSync(folder)
      .filter((one) => one.endsWith('.xml'))
      .slice(0, most)) {
      files.push(pickedUp(name, readFileSync(join(folder, name))))
      rmSync(join(folder, name))
    }
  }
  const run = async () => {
    while (!over.signal.aborted) {
      await wait(chance.below(LOOK_MS), undefined, { signal: over.signal }).catch(() => undefined)
      counts.looks += 1
      if (!isCalm && chance.happens(AWAY)) {
        counts.absences += 1
        await isAway(folder, chance)
      } else takeFiles(chance.below(BURST))
    }
    takeFiles(Number.POSITIVE_INFINITY)
  }
  const done = run()
  return {
    folder,
    files,
    counts: () => counts,
    calm: () => {
      isCalm = true
    },
    close: async () => {
      over.abort()
      await done
    },
  }
}

/** As where a share is not mounted; permissions would not keep root out. */
async function isAway(folder: string, chance: Chance): Promise<void> {
  const elsewhere = `${folder}-away`
  renameSync(folder, elsewhere)
  await wait(chance.below(AWAY_MS))
  if (existsSync(folder)) throw new Error('somebody made a folder in the place of the share')
  renameSync(elsewhere, folder)
}

/** What a file says, read by nothing of the agent. A broken one has no question. */
function pickedUp(name: string, bytes: Uint8Array): PickedUp {
  const parsed = parse(bytes)
  if (parsed.is === 'refused') return { name, question: `broken: ${parsed.reason}`, face: '' }
  const texts = (element: Received | undefined, wanted: string) =>
    element?.children.find((one) => one.name === wanted)?.text ?? ''
  const at = (element: Received | undefined, wanted: string) =>
    element?.children.find((one) => one.name === wanted)
  const body = at(parsed.root, 'MessageBody')
  const question = texts(at(parsed.root, 'MessageHeader'), 'ArbitraryFileIdentifier')
  const results = at(body, 'ResultList')?.children ?? []
  return {
    name,
    question,
    face: faceOf({
      question,
      status: texts(body, 'ProcessingResultStatus'),
      validity: texts(body, 'QualificationValidity'),
      results: results.map(({ children }) =>
        children.map(
          (one) => [one.name.charAt(0).toLowerCase() + one.name.slice(1), one.text] as const,
        ),
      ),
    }),
  }
}
