import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { runKillTest } from './kill.ts'
import { textOf } from './report.ts'
import { runSchedules } from './schedules.ts'

/** `npm run torture [-- --kills N --schedules N --seed N]`: exit 1 where there is a violation. */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    schedules: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(randomInt(2 ** 32)) },
  },
})
const [kills, schedules, seed] = [
  Number(values.kills),
  Number(values.schedules),
  Number(values.seed),
]
const SAY_EVERY = 50
const SAY_EVERY_SCHEDULES = 1_000
/** sysexits(3). */
const EX_USAGE = 64

const say = (text: string) => process.stdout.write(`${text}\n`)
const isCount = (count: number) => Number.isSafeInteger(count) && count >= 0
if (
  !isCount(kills) ||
  !isCount(schedules) ||
  kills + schedules < 1 ||
  !Number.isSafeInteger(seed)
) {
  process.stderr.write('Usage: npm run torture [-- --kills N --schedules N --seed N]\n')
  process.exit(EX_USAGE)
}
say(`torture: ${kills} kills, ${schedules} schedules of line faults, seed ${seed}`)
let isBroken = false
if (kills > 0) {
  const report = await runKillTest({
    kills,
    seed,
    onKill: (kill) => {
      if (kill % SAY_EVERY === 0) say(`  ${kill} kills`)
    },
  })
  say(textOf(report))
  isBroken = report.violations.length > 0
}
if (schedules > 0) {
  const report = await runSchedules({
    schedules,
    seed,
    onSchedule: (count) => {
      if (count % SAY_EVERY_SCHEDULES === 0) say(`  ${count} schedules`)
    },
  })
  say(report.text)
  isBroken ||= report.isBroken
}
process.exitCode = isBroken ? 1 : 0
