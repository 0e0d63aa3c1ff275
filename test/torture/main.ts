import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { whyNoMachine } from '../bed/machine/root.ts'
import { whyNoNet } from '../bed/net/namespaces.ts'
import { whyNoDisk } from '../bed/power/disk.ts'
import { runAudit } from './audit/run.ts'
import { textOfHistories } from './histories/report.ts'
import { runHistories } from './histories/run.ts'
import { runKillTest } from './kill.ts'
import { runOutages, textOfOutages } from './lines/run.ts'
import { runPowerCuts, textOfCuts } from './power/run.ts'
import { runReaders, textOfReaders } from './readers/run.ts'
import { textOf } from './report.ts'
import { runSchedules } from './schedules.ts'
import { runSoak, textOfSoak } from './soak/run.ts'
import { runUpgrades, textOfUpgrades } from './upgrades/run.ts'

const USAGE =
  'Usage: npm run torture [-- --kills N --schedules N --outages N --readers N --histories N --audits N --power-cuts N --soak-minutes N --upgrades N --seed N]'

/**
 * `npm run torture`: exit 1 where there is a violation. kills: of the agent. schedules: of line
 * faults, in virtual time. outages: schedules of faults on real lines; one takes five seconds.
 * readers: how often each of them is unplugged, all at the same time; once takes a second.
 * audits: changes to the audit trail, each of which must be found.
 * histories: events to consumers of all kinds; a thousand, with one more kill, take five seconds.
 * power-cuts: of the disk below the agent; one takes two seconds, and every tenth is made once more with
 * an agent that does not wait for its disk, which must be found out. soak-minutes: one agent for so long,
 * 50 lookups a second over lines that fail, with a picture of what it uses. upgrades: of the package in a
 * Debian machine, each killed once at a step, taken in turn; one takes half a minute.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    schedules: { type: 'string', default: '10000' },
    outages: { type: 'string', default: '50' },
    readers: { type: 'string', default: '1000' },
    histories: { type: 'string', default: '200000' },
    audits: { type: 'string', default: '100000' },
    'power-cuts': { type: 'string', default: '200' },
    'soak-minutes': { type: 'string', default: '20' },
    upgrades: { type: 'string', default: '24' },
    seed: { type: 'string', default: String(randomInt(2 ** 32)) },
  },
})
const [kills, schedules, outages, readers, histories, audits, cuts, soakMinutes, upgrades, seed] = [
  Number(values.kills),
  Number(values.schedules),
  Number(values.outages),
  Number(values.readers),
  Number(values.histories),
  Number(values.audits),
  Number(values['power-cuts']),
  Number(values['soak-minutes']),
  Number(values.upgrades),
  Number(values.seed),
]
/** sysexits(3). */
const EX_USAGE = 64

const say = (text: string) => process.stdout.write(`${text}\n`)
const counting = (every: number, what: string) => (count: number) => {
  if (count % every === 0) say(`  ${count} ${what}`)
}
const isCount = (count: number) => Number.isSafeInteger(count) && count >= 0
const counts = [kills, schedules, outages, readers, histories, audits, cuts, soakMinutes, upgrades]
if (!counts.every(isCount) || !counts.some((count) => count > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write(`${USAGE}\n`)
  process.exit(EX_USAGE)
}
say(
  `torture: ${kills} kills, ${schedules} schedules, ${outages} outages, ${readers} unplugs, ${histories} events, ${audits} changes to the audit, ${cuts} power cuts, ${soakMinutes} min of soak, ${upgrades} upgrades, seed ${seed}`,
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
if (audits > 0) {
  const report = runAudit({ changes: audits, seed, onChange: counting(10_000, 'changes') })
  say(report.text)
  isBroken ||= report.missed.length > 0
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
if (cuts > 0) {
  const reason = whyNoDisk()
  if (reason !== undefined) throw new Error(reason)
  const report = await runPowerCuts({ cuts, seed, onCut: counting(50, 'power cuts') })
  say(textOfCuts(report))
  const control = await runPowerCuts({ cuts: Math.ceil(cuts / 10), seed, isCareless: true })
  say(`control, synchronous = OFF: ${control.violations.length} violations`)
  isBroken ||= report.violations.length > 0 || control.violations.length === 0
}
if (upgrades > 0) {
  const why = whyNoMachine()
  if (why !== undefined) throw new Error(`--upgrades ${why}`)
  const onUpgrade = (count: number, what: string) => say(`  upgrade ${count}: ${what}`)
  const report = await runUpgrades({ upgrades, seed, onUpgrade })
  say(textOfUpgrades(report))
  isBroken ||= report.violations.length > 0
}
if (soakMinutes > 0) {
  const onMinute = counting(10, 'minutes')
  const report = await runSoak({ minutes: soakMinutes, perSecond: 50, seed, onMinute })
  say(textOfSoak(report))
  isBroken ||= report.violations.length > 0
}
process.exitCode = isBroken ? 1 : 0
