import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { runAll } from './guest/tally.ts'
import { readyImage } from './image.ts'
import { installTools, Missing } from './tools.ts'

const USAGE = 'Usage: npm run test:vm [-- [--cycles N] [--cuts N] [WORD]]'

/**
 * `npm run test:vm`: the package, its unit and readers on a stock kernel with a systemd, in virtual
 * machines that this builds, boots and throws away, one after the other. Runs test/vm/*.vm.ts whose name
 * holds WORD, or else test/vm/guest/*.guest.ts, inside. cycles: unplugs and replugs of each device there;
 * cuts: of the power. Exit 1 where a test fails or is skipped, 69 where something is missing.
 */
const EXIT = { usage: 64, unavailable: 69 } as const
/** An emulated processor may have to share its real one with others. */
const FILE_LIMIT_MS = 6 * 3_600_000

const say = (text: string) => process.stdout.write(`${text}\n`)

function parse() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        cycles: { type: 'string', default: '100' },
        cuts: { type: 'string', default: '10' },
      },
      allowPositionals: true,
    })
    const { cycles, cuts } = values
    const [word = ''] = positionals
    const isCount = (text: string) => /^\d{1,6}$/.test(text)
    if (isCount(cycles) && isCount(cuts) && positionals.length < 2 && /^[\w-]*$/.test(word))
      return { cycles, cuts, word }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  return undefined
}

/** What the steps took, as they end. */
function openLaps() {
  let lastAt = performance.now()
  return (step: string) => {
    const now = performance.now()
    say(`${((now - lastAt) / 1_000).toFixed(1).padStart(7)} s  ${step}`)
    lastAt = now
  }
}

/** Files to run, and the word that is left for those inside. */
function selected(word: string): { readonly files: readonly string[]; readonly inside: string } {
  const all = globSync(join(import.meta.dirname, '*.vm.ts')).sort()
  const files = all.filter((file) => basename(file).includes(word))
  if (files.length > 0) return { files, inside: '' }
  return { files: all.filter((file) => basename(file) === 'guest.vm.ts'), inside: word }
}

async function main(): Promise<void> {
  const options = parse()
  if (options === undefined) {
    process.stderr.write(`${USAGE}\n`)
    process.exitCode = EXIT.usage
    return
  }
  try {
    installTools()
    await readyImage(openLaps())
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    process.stderr.write(`test:vm: ${error.message}\n`)
    process.exitCode = EXIT.unavailable
    return
  }
  const { files, inside } = selected(options.word)
  Object.assign(process.env, { VM_CYCLES: options.cycles, VM_CUTS: options.cuts, VM_ONLY: inside })
  runAll(files, FILE_LIMIT_MS)
}

await main()
