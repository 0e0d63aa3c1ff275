import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readyPackage } from './package.ts'

const APP = 'usr/lib/onshi-agent'
const MANIFEST = 'MANIFEST.sha256'
/** Of sha256sum(1). */
const HASH_AND_BLANKS = 66

/** What of a file below the package's tree is written anew; `from` must be there. */
export interface Patch {
  readonly file: string
  readonly from: string
  readonly to: string
}

const MIGRATIONS = 'agent/store/migrations.ts'
/** As a next release has it: one step more, that only adds. */
export const ONE_MIGRATION_MORE: Patch = {
  file: MIGRATIONS,
  from: '\n]',
  to: `\n  'CREATE TABLE of_a_later_release (id INTEGER PRIMARY KEY) STRICT',\n]`,
}
/** The release after that: whoever goes back from it runs on a schema that it does not know. */
export const TWO_MIGRATIONS_MORE: Patch = {
  ...ONE_MIGRATION_MORE,
  to: `\n  'CREATE TABLE of_a_later_release (id INTEGER PRIMARY KEY) STRICT',
  'CREATE TABLE of_one_later_still (id INTEGER PRIMARY KEY) STRICT',\n]`,
}
/** The store opens and is migrated; nothing listens, for an hour. */
export const NEVER_READY: Patch = {
  file: 'agent/main.ts',
  from: 'const ports: number[] = []',
  to: 'const ports: number[] = []\n    await platform.clock.sleep(3_600_000, new AbortController().signal)',
}
/** It works, and something is wrong that was not. */
export const ONE_CONDITION_MORE: Patch = {
  file: 'agent/watching.ts',
  from: '      upgrade.look()',
  to: `      conditions.raise('PURGE_FAILED', 'store', {})\n      upgrade.look()`,
}

/** Packages of later releases, which are this tree with changes; gone with `close`. */
export interface Releases {
  /** Where they are. */
  readonly folder: string
  /** File name, in `folder`, of the package; `version` sorts after the tree's own, as `9.1`. */
  make(version: string, patches: readonly Patch[]): string
  close(): void
}

/** Unpacks the package of the tree once: a release then takes a second. */
export function openReleases(): Releases {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-releases-'))
  const root = join(folder, 'root')
  run('dpkg-deb', '--raw-extract', readyPackage(), root)
  return {
    folder,
    make(version, changes) {
      const own = { file: 'package.json', from: '"version": "', to: `"version": "${version}-` }
      const patches = [...changes, own]
      const app = (file: string) => join(root, APP, file)
      const files = [...patches.map(({ file }) => app(file)), app(MANIFEST)]
      const originals = files.map((file) => [file, readFileSync(file)] as const)
      for (const { file, from, to } of patches) rewrite(app(file), from, to)
      rewriteSums(app(MANIFEST), patches)
      const control = join(root, 'DEBIAN/control')
      const text = readFileSync(control, 'utf8')
      writeFileSync(control, text.replace(/^Version: .*$/m, `Version: ${version}`))
      const deb = `onshi-agent_${version}.deb`
      run('dpkg-deb', '-Znone', '--root-owner-group', '--build', root, join(folder, deb))
      for (const [file, bytes] of originals) writeFileSync(file, bytes)
      return deb
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function rewrite(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8')
  const at = text.lastIndexOf(from)
  if (at < 0) throw new Error(`${file} has no ${from}`)
  writeFileSync(file, text.slice(0, at) + to + text.slice(at + from.length))
}

function rewriteSums(manifest: string, patches: readonly Patch[]): void {
  const lines = readFileSync(manifest, 'utf8').split('\n')
  const changed = lines.map((line) => {
    const path = line.slice(HASH_AND_BLANKS)
    if (!patches.some(({ file }) => file === path)) return line
    const bytes = readFileSync(join(dirname(manifest), path))
    return `${createHash('sha256').update(bytes).digest('hex')}  ${path}`
  })
  writeFileSync(manifest, changed.join('\n'))
}

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}:\n${stderr}`)
}
