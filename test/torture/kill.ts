import { setTimeout as wait } from 'node:timers/promises'
import { addConsumer } from '../bed/consumer.ts'
import { runCli } from '../bed/process.ts'
import type { World } from './asking.ts'
import { type Violation, violationsIn } from './checker.ts'
import { runClient } from './clients.ts'
import { killAllOf, type Life, livingOf } from './daemon.ts'
import { runDesk } from './desk.ts'
import { openLedger } from './ledger.ts'
import { isBefore, type Lives, openLives } from './lives.ts'
import { startPoller, wholeFeed } from './poller.ts'
import { type Chance, chanceOf } from './random.ts'
import { type Report, reportOf } from './report.ts'
import { type Power, type Stage, setStage } from './stage.ts'
import { wireOf } from './wire.ts'

export interface KillOptions {
  /** How often the agent is killed; a tenth of them before its first start has come to an end. */
  readonly kills: number
  readonly seed: number
  readonly onKill?: (kill: number) => void
  /** The power of the agent's disk is cut each time. */
  readonly power?: Power
}

const CLIENTS = 6
const FRESH_SHARE = 0.1
/** Everything that was sent is answered by then, or never. */
const FINISH_LIMIT_MS = 30_000
/** An orphan notices the loss of its parent at once, and bounds its own closing to 1 s. */
const ORPHAN_LIMIT_MS = 5_000
const ORPHAN_LOOK_MS = 50

/**
 * Clients look up, a desk taps and confirms, a poller polls, while the agent is killed (SIGKILL) at
 * random moments, or until it ends or falls silent by itself; then everything that was sent is
 * compared with everything that is there. The folder is left where there is a violation.
 */
export async function runKillTest({
  kills,
  seed,
  onKill = () => {},
  power,
}: KillOptions): Promise<Report> {
  const chance = chanceOf(seed)
  const stage = await setStage(chance.fork(), power)
  const lives = openLives(stage, chance.fork())
  let isRight = false
  try {
    const from = performance.now()
    const fresh = Math.ceil(kills * FRESH_SHARE)
    for (let kill = 1; kill <= fresh; kill += 1) {
      await lives.stillbirth()
      onKill(kill)
    }
    const crowd = openCrowd(stage, lives, chance.fork(), await tokenFor(stage))
    try {
      let kill = fresh
      while (kill < kills && lives.faults.length === 0 && !crowd.isBroken()) {
        await lives.liveAndDie()
        kill += 1
        onKill(kill)
      }
      const tookMs = performance.now() - from
      const last = await lives.last()
      const { feed, ...seen } = await crowd.finish()
      const faults = [...seen.faults, ...(await endOf(last, stage))]
      const evidence = { sent: seen.sent, polled: seen.polled, feed, file: stage.examine() }
      const violations = [
        ...[...lives.faults, ...faults].map((what): Violation => ({ is: 'agent', what })),
        ...violationsIn(evidence),
      ]
      isRight = violations.length === 0
      return reportOf({
        seed,
        kills: kill,
        earlyKills: lives.earlyKills(),
        tookMs,
        firstAnswersMs: lives.firstAnswersMs,
        putOff: seen.putOff,
        gateway: stage.gateway.stats(),
        evidence,
        violations,
        folder: isRight ? null : stage.folder,
      })
    } finally {
      await crowd.close()
    }
  } finally {
    killAllOf(stage.folder)
    await stage.close(!isRight)
  }
}

/** Through the CLI, on the file that the killed ones left. */
async function tokenFor({ configFile }: Stage): Promise<string> {
  const cli = (...args: readonly string[]) => runCli([...args, '--config', configFile])
  return (await addConsumer({ cli }, 'torture', 'ehr')).token
}

/** Everyone who uses the agent, from now on. */
function openCrowd(stage: Stage, lives: Lives, chance: Chance, token: string) {
  const leaving = new AbortController()
  const { signal } = leaving
  const ledger = openLedger()
  const wire = wireOf(stage.url, token, signal)
  const putOff: number[] = []
  const world: World = {
    wire,
    witness: lives.witness,
    putOff: (status) => void putOff.push(status),
    signal,
  }
  let isOver = false
  const poller = startPoller(wire, signal)
  const desk = { world, ledger, card: stage.card, chance: chance.fork() }
  const asking = Promise.all([
    runDesk(desk, () => isOver || signal.aborted),
    ...Array.from({ length: CLIENTS }, (_, n) =>
      runClient(`client-${n + 1}`, world, ledger, chance.fork(), () => isOver || signal.aborted),
    ),
  ])

  let isBroken = false
  Promise.all([asking, poller.done]).catch(() => {
    isBroken = true
  })

  return {
    /** One of them met what it does not understand; `finish` and `close` say what. */
    isBroken: () => isBroken,
    /** Lets everyone come to an end. What was sent and is not answered then stays so. */
    async finish() {
      isOver = true
      const faults: string[] = []
      if (!(await isBefore(FINISH_LIMIT_MS, [asking]))) faults.push('not all were answered')
      const feed = await wholeFeed(wire)
      if (feed === undefined) faults.push('the feed cannot be read')
      const newest = feed?.at(-1)?.eventId
      if (newest !== undefined && !(await isBefore(FINISH_LIMIT_MS, [poller.reached(newest)])))
        faults.push('the poller did not reach the end of the feed')
      const { polled, refusals } = poller
      faults.push(...refusals)
      return { sent: ledger.entries(), feed: feed ?? [], polled, putOff, faults }
    },
    async close() {
      leaving.abort()
      await Promise.all([asking, poller.done])
    },
  }
}

/** Stops the last agent in good order, and looks for processes that the killed ones left. */
async function endOf(last: Life, { folder }: Stage): Promise<string[]> {
  last.kill('SIGTERM')
  const how = await last.ended
  const faults = how === '0' ? [] : [`SIGTERM ended the agent with ${how}`]
  const until = performance.now() + ORPHAN_LIMIT_MS
  let left = livingOf(folder)
  while (left.length > 0 && performance.now() < until) {
    await wait(ORPHAN_LOOK_MS)
    left = livingOf(folder)
  }
  return left.length === 0 ? faults : [...faults, `${left.length} readers’ processes are left`]
}
