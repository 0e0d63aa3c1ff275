import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { runKillTest } from './kill.ts'
import { textOf } from './report.ts'

/** `npm run torture [-- --kills N --seed N]`: exit 1 where there is a violation. */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(randomInt(2 ** 32)) },
  },
})
const [kills, seed] = [Number(values.kills), Number(values.seed)]
const SAY_EVERY = 50
/** sysexits(3). */
const EX_USAGE = 64

const say = (text: string) => process.stdout.write(`${text}\n`)
if (!Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write('Usage: npm run torture [-- --kills N --seed N]\n')
  process.exit(EX_USAGE)
}
say(`torture: ${kills} kills, seed ${seed}`)
const report = await runKillTest({
  kills,
  seed,
  onKill: (kill) => {
    if (kill % SAY_EVERY === 0) say(`  ${kill} kills`)
  },
})
say(textOf(report))
process.exitCode = report.violations.length === 0 ? 0 : 1
