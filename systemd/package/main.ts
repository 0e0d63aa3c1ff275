import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildPackage, Refused } from './build.ts'

const USAGE = `Usage: npm run package [-- [--out DIR] [--dirty] [--sign KEYID]]
  --out DIR      where the package goes (default ./dist)
  --dirty        of the work tree as it is, for trying things; never for a clinic
  --sign KEYID   signs package and SHA256SUMS with this key of gpg
`
const EX_USAGE = 64
const EX_UNAVAILABLE = 69

function parse() {
  try {
    return parseArgs({
      options: {
        out: { type: 'string', default: 'dist' },
        dirty: { type: 'boolean', default: false },
        sign: { type: 'string' },
      },
    }).values
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    process.stderr.write(`${error.message}\n${USAGE}`)
    return undefined
  }
}

function main(): number {
  const asked = parse()
  if (asked === undefined) return EX_USAGE
  const { out, dirty, sign } = asked
  try {
    const built = buildPackage({ out: resolve(out), dirty, sign: sign ?? null })
    process.stdout.write(`${built.join('\n')}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    process.stderr.write(`package: ${error.message}\n`)
    return EX_UNAVAILABLE
  }
}

process.exitCode = main()
