import { chanceOf } from '../random.ts'
import { mutations } from './mutations.ts'
import { look, lookWithoutChain, makeWorld, type World } from './world.ts'

export interface AuditReport {
  readonly changes: number
  /** Those that nobody found, told. */
  readonly missed: readonly string[]
  /** How many the control, which knows no chain, did not find. */
  readonly missedWithoutChain: number
  readonly byWay: ReadonlyMap<string, number>
  readonly text: string
}

/** One change after the other to a trail that is whole before each of them. */
export function runAudit({
  changes,
  seed,
  onChange,
}: {
  readonly changes: number
  readonly seed: number
  readonly onChange: (count: number) => void
}): AuditReport {
  const draw = chanceOf(seed).below
  const worlds = [makeWorld(false), makeWorld(true)]
  const missed: string[] = []
  const byWay = new Map<string, number>()
  let missedWithoutChain = 0
  for (let count = 0; count < changes; ) {
    const world = worlds[draw(worlds.length)]
    const way = mutations[draw(mutations.length)]
    if (world === undefined || way === undefined) throw new Error('nothing to draw from')
    const [name, mutation] = way
    const found = tried(world, () => mutation(world, draw))
    if (found === null) continue
    count += 1
    byWay.set(name, (byWay.get(name) ?? 0) + 1)
    if (!found.byChain) missed.push(`change ${count} of seed ${seed}: ${name}`)
    if (!found.byControl) missedWithoutChain += 1
    onChange(count)
  }
  for (const world of worlds) {
    const { isWhole, faults } = look(world)
    if (!isWhole) missed.push(`not whole after all was undone: ${JSON.stringify(faults)}`)
    world.db.close()
  }
  const text = `${changes} changes to the audit trail in ${byWay.size} ways, ${missed.length} not found; without the chain ${missedWithoutChain} would not have been`
  return {
    changes,
    missed,
    missedWithoutChain,
    byWay,
    text: [text, ...missed.slice(0, 20)].join('\n'),
  }
}

/** Changes, looks, and undoes; null: it came out as it was. */
function tried(
  world: World,
  change: () => boolean,
): { readonly byChain: boolean; readonly byControl: boolean } | null {
  const { anchor } = world
  const journals = [...world.journals]
  world.db.exec('SAVEPOINT change')
  try {
    if (!change()) return null
    return { byChain: !look(world).isWhole, byControl: !lookWithoutChain(world) }
  } finally {
    world.db.exec('ROLLBACK TO change; RELEASE change')
    world.anchor = anchor
    world.journals.splice(0, journals.length, ...journals)
  }
}
