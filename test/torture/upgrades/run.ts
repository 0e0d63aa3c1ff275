import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { eventually } from '../../bed/client.ts'
import {
  NEVER_READY,
  ONE_CONDITION_MORE,
  ONE_MIGRATION_MORE,
  openReleases,
  type Releases,
} from '../../bed/machine/releases.ts'
import { type Box, bootBox, RELEASES } from '../../bed/machine/upgrading.ts'
import type { Ending, Machine } from '../../bed/machine.ts'
import { type Chance, chanceOf } from '../random.ts'

export interface UpgradesReport {
  readonly seed: number
  readonly upgrades: number
  /** `STEP MANNER`: how often it was killed there. */
  readonly killed: Readonly<Record<string, number>>
  readonly stayed: number
  readonly wentBack: number
  readonly acknowledged: number
  /** From each kill until the agent answered again. */
  readonly awayMs: { readonly worst: number; readonly median: number }
  readonly tookMs: number
  readonly violations: readonly string[]
}

export interface UpgradesOptions {
  readonly upgrades: number
  readonly seed: number
  readonly onUpgrade?: (count: number, what: string) => void
}

const PHASE_FILE = '/var/lib/onshi-agent-upgrade/phase'
const inPhase = (phase: string) => `[ "$(cat ${PHASE_FILE} 2>/dev/null)" = ${phase} ]`

interface Step {
  /** A line of sh that is true in it. */
  readonly seen: string
  /** It lasts about so long. */
  readonly lastsMs: number
  readonly isOfDpkg: boolean
}

const STEPS: Readonly<Record<string, Step>> = {
  preinst: { seen: 'pgrep -f onshi.*preinst.upgrade', lastsMs: 700, isOfDpkg: true },
  unpack: { seen: inPhase('unpacking'), lastsMs: 4_000, isOfDpkg: true },
  postinst: { seen: 'pgrep -f onshi-agent.postinst', lastsMs: 700, isOfDpkg: true },
  restart: { seen: inPhase('configured'), lastsMs: 1_500, isOfDpkg: false },
  watch: { seen: inPhase('watching'), lastsMs: 8_000, isOfDpkg: false },
  'roll-back': { seen: inPhase('rolling-back'), lastsMs: 2_000, isOfDpkg: false },
}

const WATCH_SECONDS = 8
const VERSIONS = { good: '9.1', hung: '9.2', wrong: '9.3' } as const
type Kind = keyof typeof VERSIONS

/**
 * Upgrades, each of which is killed once at a step, taken in turn: dpkg with its scripts, the service
 * that watches, or everything. It is then ended as an operator would, and must end as the release deserves.
 */
export async function runUpgrades(options: UpgradesOptions): Promise<UpgradesReport> {
  const { upgrades, seed, onUpgrade } = options
  const chance = chanceOf(seed)
  const undo: (() => Promise<void>)[] = []
  const ending: Ending = { after: (one) => undo.push(one) }
  const releases = openReleases()
  try {
    makeAll(releases)
    const box = await bootBox(ending, releases.folder, WATCH_SECONDS)
    const begun = performance.now()
    const tally = newTally()
    for (let count = 1; count <= upgrades; count++)
      onUpgrade?.(count, await upgradeOnce(box, count - 1, chance, tally))
    const { killed, awayMs, violations, stayed, wentBack } = tally
    const sorted = awayMs.toSorted((a, b) => a - b)
    return {
      ...{ seed, upgrades, killed, stayed, wentBack, violations },
      acknowledged: box.asker.acknowledged.size,
      awayMs: { worst: sorted.at(-1) ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0 },
      tookMs: performance.now() - begun,
    }
  } finally {
    for (const one of undo.reverse()) await one()
    releases.close()
  }
}

function makeAll(releases: Releases): void {
  releases.make(VERSIONS.good, [ONE_MIGRATION_MORE])
  releases.make(VERSIONS.hung, [ONE_MIGRATION_MORE, NEVER_READY])
  releases.make(VERSIONS.wrong, [ONE_MIGRATION_MORE, ONE_CONDITION_MORE])
}

const newTally = () => {
  const killed: Record<string, number> = {}
  const awayMs: number[] = []
  const violations: string[] = []
  return { killed, awayMs, violations, stayed: 0, wentBack: 0 }
}
type Tally = ReturnType<typeof newTally>

async function upgradeOnce(box: Box, index: number, chance: Chance, tally: Tally): Promise<string> {
  const [name, step] = Object.entries(STEPS)[index % Object.keys(STEPS).length] ?? NO_STEP
  const kind = kindFor(name, chance)
  const deb = `${RELEASES}/onshi-agent_${VERSIONS[kind]}.deb`
  const before = await box.running()
  const isSeen = await installUntil(box.machine, deb, step.seen)
  await wait(chance.below(step.lastsMs))
  const manner = chance.happens(1 / 3) ? 'power' : step.isOfDpkg ? 'dpkg' : 'service'
  await kill(box.machine, manner)
  const what = `${name} ${manner} ${kind}`
  const wrong = (how: string) => tally.violations.push(`${index + 1}: ${what}: ${how}`)
  if (!isSeen) wrong('the step was never seen')
  tally.killed[`${name} ${manner}`] = (tally.killed[`${name} ${manner}`] ?? 0) + 1
  const from = performance.now()
  await eventually('an agent that answers', async () => {
    const reply = await box.client.get('/readyz').catch(() => undefined)
    return reply?.status === 200 ? true : undefined
  })
  tally.awayMs.push(Math.round(performance.now() - from))
  if ((await box.asker.lost()).length > 0) wrong('acknowledged and lost after the kill')
  await finish(box, deb)
  const end = await box.ended()
  for (const one of await wrongAtTheEnd(box, { kind, end, before })) wrong(one)
  if (end === 'stays') tally.stayed++
  else tally.wentBack++
  return `${what}: ${end}`
}

const NO_STEP: readonly [string, Step] = ['', { seen: 'true', lastsMs: 1, isOfDpkg: true }]

/** Whether it was seen in the step. */
async function installUntil(machine: Machine, deb: string, seen: string): Promise<boolean> {
  const group = `echo $$ >/root/installing; exec dpkg -i ${deb}`
  await machine.must(`setsid sh -c '${group}' >/root/installed.log 2>&1 &`)
  const look = `until ${seen} >/dev/null; do i=$((i+1)); [ $i -lt 6000 ] || exit 1; sleep 0.005; done`
  return (await machine.run(`i=0; ${look}`)).code === 0
}

async function kill(machine: Machine, manner: 'power' | 'dpkg' | 'service'): Promise<void> {
  // What has ended by itself meanwhile is no fault.
  if (manner === 'power') await machine.powerCut()
  else if (manner === 'dpkg') await machine.run('kill -KILL -- -$(cat /root/installing)')
  else await machine.run('systemctl kill --signal=KILL onshi-agent-upgrade')
}

interface End {
  readonly kind: Kind
  readonly end: 'stays' | 'rolled-back'
  readonly before: string
}

async function wrongAtTheEnd(box: Box, { kind, end, before }: End): Promise<readonly string[]> {
  const isGood = kind === 'good'
  const runs = await box.running()
  const isRight = isGood ? runs.startsWith(VERSIONS.good) : runs === before
  const { code } = await box.machine.run('onshi-agent verify')
  const lost = await box.asker.lost()
  return [
    ...((end === 'stays') === isGood ? [] : [`it ended as ${end}`]),
    ...(isRight ? [] : [`${runs} runs, before ${before}`]),
    ...(code === 0 ? [] : ['not whole']),
    ...(lost.length === 0 ? [] : ['acknowledged and lost at the end']),
  ]
}

/** Only a bad release is rolled back; of the others, half are good. */
function kindFor(step: string, chance: Chance): Kind {
  if (step !== 'roll-back' && chance.happens(0.5)) return 'good'
  return chance.happens(0.5) ? 'hung' : 'wrong'
}

/** As an operator does: what dpkg left half done is done, by what dpkg says. */
async function finish({ machine }: Box, deb: string): Promise<void> {
  await eventually('the end of dpkg', async () =>
    (await machine.run('pgrep -x dpkg')).code === 1 ? true : undefined,
  )
  const { stdout } = await machine.run('dpkg --audit')
  if (stdout.trim() === '' && (await machine.run(`grep -qv unpacking ${PHASE_FILE}`)).code === 0)
    return
  const installed = await machine.must("dpkg-query -W -f '$'{Version} onshi-agent")
  if (stdout.trim() === '' && deb.includes(`_${installed}.deb`)) return
  await machine.must(`dpkg --configure -a >/root/finished.log 2>&1; dpkg -i ${deb}`)
}

export function textOfUpgrades(report: UpgradesReport): string {
  const { upgrades, seed, killed, stayed, wentBack, acknowledged, awayMs, tookMs } = report
  const where = Object.entries(killed).map(([what, count]) => `${what} ${count}`)
  return [
    `${upgrades} upgrades, each killed once, in ${Math.round(tookMs / 1_000)} s (seed ${seed}): ${stayed} stayed, ${wentBack} went back`,
    `  killed: ${where.join(', ')}`,
    `  ${acknowledged} questions acknowledged; after a kill it answered within ${awayMs.median} ms (median), ${awayMs.worst} ms (worst)`,
    ...report.violations.map((one) => `  VIOLATION ${one}`),
  ].join('\n')
}
