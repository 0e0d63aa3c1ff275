import { setTimeout as wait } from 'node:timers/promises'
import { whyNoNet } from '../bed/net/namespaces.ts'
import { BACKUP, evenly, FIRST, type LinesBed, makeLinesBed, RTT_MS } from './lines-bed.ts'
import { figure, median, missingRow, quantile, type Row, ratioRow, rounds } from './row.ts'

const HEALTHY = { rounds: 200, budgetMs: 60_000 }
const CUT = { rounds: 60, budgetMs: 75_000 }
const KNOWN = { rounds: 40, budgetMs: 15_000 }
const UNLINK = { rounds: 25, budgetMs: 45_000 }
const NAIVE = { rounds: 3, budgetMs: 16_000 }

/** A cut comes so long after the question went out, and never after its answer has come. */
const CUT_AT_LEAST_MS = 5
const CUT_AT_MOST_MS = 60

/** Of the time in which a cut may come. */
const share = evenly(Math.sqrt(3))

/** What a line that dies costs, on lines of 20, 40 and 80 ms round trip to a gateway that thinks. */
export async function linesBench(): Promise<Row[]> {
  const reason = whyNoNet()
  if (reason !== undefined) return [missingRow('lines', '', `not measured: ${reason}`)]
  await using bed = await makeLinesBed()
  const healthy = await healthyRounds(bed)
  const cut = await cutRounds(bed)
  const known = await knownRounds(bed)
  const unlinked = await unlinkedRounds(bed)
  const warmth = await bed.warmth()
  const naive = await naiveRounds(bed)
  return [
    ...cutRows(cut),
    ratioRow({
      name: 'same by hand: 5 s time-out, then the backup, cold',
      ours: median(naive),
      baseline: median(cut.map(({ backupMs }) => backupMs)),
      unit: 'ms',
    }),
    healthy.row,
    ratioRow({
      name: 'line A known to be down, p50 / backup’s own',
      ours: median(known.ours),
      baseline: median(known.backup),
      unit: 'ms',
      limit: 1.1,
      note: `${known.ours.length} questions`,
    }),
    unlinkedRow(unlinked),
    shareRow(warmth),
    healthy.added,
  ]
}

/** After the question went out; before its answer, which takes a round trip and the thinking. */
function cutAfter(thinkingMs: number): number {
  const latest = Math.min(CUT_AT_MOST_MS, RTT_MS[FIRST] + thinkingMs - CUT_AT_LEAST_MS)
  return CUT_AT_LEAST_MS + share() * (latest - CUT_AT_LEAST_MS)
}

interface Cut {
  readonly tookMs: number
  readonly backupMs: number
  /** From the cut to the second sending. */
  readonly noticedMs: number
}

async function cutRounds(bed: LinesBed): Promise<Cut[]> {
  const line = bed.net.line(FIRST)
  const cuts: Cut[] = []
  for (const _ of rounds(CUT.rounds, CUT.budgetMs)) {
    const thinking = await bed.think()
    const backup = await bed.askBackup()
    const afterMs = cutAfter(thinking[FIRST])
    const asking = bed.ask()
    await wait(afterMs)
    await line.set({ hole: true })
    const asked = await asking
    await line.set({ hole: false })
    await bed.recovered(FIRST)
    const { tookMs, sentAtMs } = asked
    if (asked.line !== BACKUP) continue
    cuts.push({ tookMs, backupMs: backup.tookMs, noticedMs: (sentAtMs[1] ?? NaN) - afterMs })
  }
  return cuts
}

function cutRows(cuts: readonly Cut[]): Row[] {
  const ours = cuts.map(({ tookMs }) => tookMs)
  const backup = cuts.map(({ backupMs }) => backupMs)
  const noticed = cuts.map(({ noticedMs }) => noticedMs)
  const each = cuts.map(({ tookMs, backupMs }) => tookMs / backupMs)
  const at = (q: number, limit: number, note: string): Row =>
    ratioRow({
      name: `line A cut in mid-query, p${q * 100} / backup’s own`,
      ours: quantile(ours, q),
      baseline: quantile(backup, q),
      unit: 'ms',
      limit,
      note,
    })
  return [
    at(
      0.5,
      2,
      `${cuts.length} cuts; second sending ${figure(median(noticed), 'ms')} after the cut`,
    ),
    at(
      0.95,
      2.5,
      `p95 / p50 of the backup ${(quantile(ours, 0.95) / median(backup)).toFixed(2)}; round by round p50 ${median(each).toFixed(2)}, p95 ${quantile(each, 0.95).toFixed(2)}`,
    ),
  ]
}

async function healthyRounds(bed: LinesBed) {
  const ours: number[] = []
  const bare: number[] = []
  let elsewhere = 0
  const before = await bed.requests()
  for (const _ of rounds(HEALTHY.rounds, HEALTHY.budgetMs)) {
    await bed.think()
    const { tookMs, line } = await bed.ask()
    ours.push(tookMs)
    if (line !== FIRST) elsewhere += 1
    bare.push(await bed.bare(FIRST))
  }
  const questions = ours.length
  const sendings = (await bed.requests()) - before - bare.length
  const each = ours.map((ms, at) => ms - (bare[at] ?? Number.NaN))
  const addedMs = median(each)
  const allowedMs = RTT_MS[FIRST] / 10 + 1
  return {
    row: {
      name: 'questions sent per question asked, healthy',
      ours: String(sendings),
      baseline: String(questions),
      ratio: (sendings / questions).toFixed(3),
      aim: '<= 1.05',
      isMet: sendings <= 1.05 * questions,
      note: `as the gateway counts; ${elsewhere} were answered over another line`,
    },
    added: {
      name: 'added to a bare HTTPS request, healthy',
      ours: figure(addedMs, 'ms'),
      baseline: figure(allowedMs, 'ms'),
      ratio: (addedMs / allowedMs).toFixed(2),
      aim: '<= 1',
      isMet: addedMs <= allowedMs,
      note: `baseline: a tenth of the round trip + 1 ms; bare p50 ${figure(median(bare), 'ms')}`,
    },
  }
}

async function knownRounds(bed: LinesBed) {
  const line = bed.net.line(FIRST)
  await line.set({ hole: true })
  await bed.until(FIRST, 'down')
  const ours: number[] = []
  const backup: number[] = []
  for (const _ of rounds(KNOWN.rounds, KNOWN.budgetMs)) {
    await bed.think()
    ours.push((await bed.ask()).tookMs)
    backup.push((await bed.askBackup()).tookMs)
  }
  await line.set({ hole: false })
  await bed.recovered(FIRST)
  return { ours, backup }
}

interface Gone {
  readonly againMs: number
  readonly toldMs: number
}

async function unlinkedRounds(bed: LinesBed): Promise<Gone[]> {
  const line = bed.net.line(FIRST)
  const gone: Gone[] = []
  for (const _ of rounds(UNLINK.rounds, UNLINK.budgetMs)) {
    const thinking = await bed.think()
    const { asked, unlinkedAtMs, toldMs } = await bed.askAndUnlink(FIRST, cutAfter(thinking[FIRST]))
    await line.linkUp()
    await bed.recovered(FIRST)
    const [, again] = asked.sentAtMs
    if (again !== undefined) gone.push({ againMs: again - unlinkedAtMs, toldMs })
  }
  return gone
}

const WITHIN_MS = 50

function unlinkedRow(gone: readonly Gone[]): Row {
  const again = gone.map(({ againMs }) => againMs)
  const slow = quantile(again, 0.95)
  return {
    name: 'link down in mid-query: asked again, p95',
    ours: figure(slow, 'ms'),
    baseline: figure(WITHIN_MS, 'ms'),
    ratio: (slow / WITHIN_MS).toFixed(2),
    aim: '<= 1',
    isMet: slow <= WITHIN_MS,
    note: `${gone.length} times; p50 ${figure(median(again), 'ms')}, most ${figure(Math.max(...again), 'ms')}; a bare ip monitor tells it after ${figure(median(gone.map(({ toldMs }) => toldMs)), 'ms')}`,
  }
}

const WARM_SHARE = 0.99

function shareRow({
  questions,
  warmQuestions,
}: Readonly<Record<'questions' | 'warmQuestions', number>>): Row {
  const share = warmQuestions / questions
  return {
    name: 'sendings that found a warm connection',
    ours: String(warmQuestions),
    baseline: String(questions),
    ratio: share.toFixed(3),
    aim: `>= ${WARM_SHARE}`,
    isMet: share >= WARM_SHARE,
    note: 'of all rounds above, the cuts too',
  }
}

async function naiveRounds(bed: LinesBed): Promise<number[]> {
  const line = bed.net.line(FIRST)
  const took: number[] = []
  for (const _ of rounds(NAIVE.rounds, NAIVE.budgetMs)) {
    const thinking = await bed.think()
    await bed.bare(FIRST)
    const asking = bed.naive()
    await wait(cutAfter(thinking[FIRST]))
    await line.set({ hole: true })
    took.push(await asking)
    await line.set({ hole: false })
    await bed.recovered(FIRST)
  }
  return took
}
