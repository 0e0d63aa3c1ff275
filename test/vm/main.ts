import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { readyImage } from './image.ts'
import { startMachine } from './machine.ts'
import { installTools, Missing } from './tools.ts'

const USAGE = 'Usage: npm run test:vm [-- [--cycles N] [WORD]]'

/**
 * `npm run test:vm`: readers on a real kernel, in a virtual machine that this builds, boots and
 * throws away. Runs the files of test/vm/guest/ whose name holds WORD. cycles: unplugs and replugs
 * of each device. Exit 1 where a test fails or the machine does not come to an end, 69 where
 * something is missing.
 */
const EXIT = { failed: 1, usage: 64, unavailable: 69 } as const
/** Of the whole run in the machine, besides what each cycle takes. */
const LIMIT_MS = 20 * 60_000
const CYCLE_LIMIT_MS = 20_000

const say = (text: string) => process.stdout.write(`${text}\n`)

function parse() {
  try {
    const { values, positionals } = parseArgs({
      options: { cycles: { type: 'string', default: '100' } },
      allowPositionals: true,
    })
    const [only = ''] = positionals
    if (/^\d{1,6}$/.test(values.cycles) && positionals.length < 2 && /^[\w-]*$/.test(only))
      return { cycles: Number(values.cycles), only }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  return undefined
}

/** What the steps took, to be told at the end. */
function openLaps() {
  const laps: string[] = []
  let lastAt = performance.now()
  return {
    laps,
    lap: (step: string) => {
      const now = performance.now()
      laps.push(`${((now - lastAt) / 1000).toFixed(1).padStart(7)} s  ${step}`)
      say(laps.at(-1) ?? '')
      lastAt = now
    },
  }
}

async function prepare(lap: (step: string) => void) {
  try {
    installTools()
    return await readyImage(lap)
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    process.stderr.write(`test:vm: ${error.message}\n`)
    return undefined
  }
}

async function main(): Promise<number> {
  const options = parse()
  if (options === undefined) {
    process.stderr.write(`${USAGE}\n`)
    return EXIT.usage
  }
  const { laps, lap } = openLaps()
  const image = await prepare(lap)
  if (image === undefined) return EXIT.unavailable
  const tree = dirname(dirname(import.meta.dirname))
  const limitMs = LIMIT_MS + options.cycles * CYCLE_LIMIT_MS
  const machine = await startMachine(image, tree, {
    CYCLES: `${options.cycles}`,
    ONLY: options.only,
    SLOWER_BY: '5',
    LIMIT_S: `${limitMs / 1000}`,
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void machine.stop())
  const timer = setTimeout(() => void machine.stop(), limitMs + 60_000)
  let last = ''
  for await (const line of machine.lines) {
    if (line.startsWith('booted')) lap('boot')
    else say(line)
    last = line
  }
  clearTimeout(timer)
  await machine.stop()
  lap('tests in the machine')
  const verdict = /^(\d+) passed, (\d+) failed$/.exec(last)
  if (verdict === null) say(`The machine came to no end. Its console:\n${machine.console()}`)
  say(`\n${laps.join('\n')}\n${verdict?.[0] ?? '0 passed, 1 failed'}`)
  return verdict !== null && verdict[1] !== '0' && verdict[2] === '0' ? 0 : EXIT.failed
}

process.exitCode = await main()
