import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { whyNoNet } from '../bed/net/namespaces.ts'
import { textOfHistories } from './histories/report.ts'
import { runHistories } from './histories/run.ts'
import { runKillTest } from './kill.ts'
import { runOutages, textOfOutages } from './lines/run.ts'
import { runReaders, textOfReaders } from './readers/run.ts'
import { textOf } from './report.ts'
import { runSchedules } from './schedules.ts'

const USAGE =
  'Usage: npm run torture [-- --kills N --schedules N --outages N --readers N --histories N --seed N]'

/**
 * `npm run torture`: exit 1 where there is a violation. kills: of the agent. schedules: of line
 * faults, in virtual time. outages: schedules of faults on real lines; one takes five seconds.
 * readers: how often each of them is unplugged, all at the same time; once takes a second.
 * histories: events to consumers of all kinds; a thousand, with one more kill, take five seconds.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    schedules: { type: 'string', default: '10000' },
    outages: { type: 'string', default: '50' },
    readers: { type: 'string', default: '1000' },
    histories: { type: 'string', default: '200000' },
    seed: { type: 'string', default: String(randomInt(2 ** 32)) },
  },
})
const [kills, schedules, outages, readers, histories, seed] = [
  Number(values.kills),
  Number(values.schedules),
  Number(values.outages),
  Number(values.readers),
  Number(values.histories),
  Number(values.seed),
]
/** sysexits(3). */
const EX_USAGE = 64

const say = (text: string) => process.stdout.write(`${text}\n`)
const counting = (every: number, what: string) => (count: number) => {
  if (count % every === 0) say(`  ${count} ${what}`)
}
const isCount = (count: number) => Number.isSafeInteger(count) && count >= 0
const counts = [kills, schedules, outages, readers, histories]
if (!counts.every(isCount) || !counts.some((count) => count > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write(`${USAGE}\n`)
  process.exit(EX_USAGE)
}
say(
  `torture: ${kills} kills, ${schedules} schedules, ${outages} outages, ${readers} unplugs, ${histories} events, seed ${seed}`,
)
let isBroken = false
if (kills > 0) {
  const report = await runKillTest({ kills, seed, onKill: counting(50, 'kills') })
  say(textOf(report))
  isBroken = report.violations.length > 0
}
if (schedules > 0) {
  const report = await runSchedules({
    schedules,
    seed,
    onSchedule: counting(1_000, 'schedules'),
  })
  say(report.text)
  isBroken ||= report.isBroken
}
if (outages > 0) {
  const reason = whyNoNet()
  if (reason !== undefined) throw new Error(reason)
  const report = await runOutages({ outages, seed, onOutage: counting(10, 'outages') })
  say(textOfOutages(report))
  isBroken ||= report.violations.length > 0
}
if (readers > 0) {
  const report = await runReaders({
    turns: readers,
    seed,
    onTurn: counting(500, 'mishaps of readers'),
  })
  say(textOfReaders(report))
  isBroken ||= report.violations.length > 0
}
if (histories > 0) {
  const report = await runHistories({
    events: histories,
    seed,
    onKill: counting(20, 'kills among the events'),
  })
  say(textOfHistories(report))
  isBroken ||= report.violations.length > 0
}
process.exitCode = isBroken ? 1 : 0
