import { readFileSync } from 'node:fs'
import { Value } from 'typebox/value'
import { pretty } from './command-line.ts'
import { PackageLock, sbomOf } from './ops/sbom.ts'
import { sqliteVersion } from './store/examine.ts'

/**
 * `npm run sbom`: what is in this release, on standard output. The lock file decides, so it is run where
 * that is, when a package is built. `SOURCE_DATE_EPOCH`: seconds, the time to write.
 * [reproducible-builds.org/specs/source-date-epoch]
 */
const lock: unknown = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
)
const epoch = process.env['SOURCE_DATE_EPOCH']
const node = Object.fromEntries(
  Object.entries(process.versions).flatMap(([name, version]) =>
    version === undefined ? [] : [[name, version] as const],
  ),
)
process.stdout.write(
  pretty(
    sbomOf(
      Value.Parse(PackageLock, lock),
      { node, sqlite: sqliteVersion() },
      epoch === undefined ? null : Number(epoch) * 1_000,
    ),
  ),
)
