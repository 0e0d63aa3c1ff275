import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { badStyle, badTypes, innocent, packages, wrongImports } from './planted.ts'

/** The tree has more; fewer means that the cruiser cannot read our TypeScript, and every rule passes. */
const MODULES_AT_LEAST = 60

const Cruise = Type.Object({
  modules: Type.Array(Type.Object({ source: Type.String() })),
  summary: Type.Object({
    totalCruised: Type.Integer(),
    violations: Type.Array(
      Type.Object({
        from: Type.String(),
        to: Type.String(),
        rule: Type.Object({ name: Type.String() }),
      }),
    ),
  }),
})
const Lint = Type.Object({
  diagnostics: Type.Array(
    Type.Object({
      category: Type.String(),
      severity: Type.String(),
      location: Type.Object({ path: Type.String() }),
    }),
  ),
})
const Config = Type.Object({
  forbidden: Type.Array(
    Type.Object({
      name: Type.String(),
      from: Type.Object({ path: Type.Optional(Type.String()) }),
    }),
  ),
})

/** Runs a program of node_modules in `folder`; gives what it printed. */
function runTool(tool: string, args: readonly string[], folder: string): string {
  const program = resolve('node_modules/.bin', tool)
  const { stdout, error } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error !== undefined) throw error
  return stdout
}

function cruise(folder: string): Static<typeof Cruise> {
  const printed = runTool(
    'depcruise',
    ['--output-type', 'json', 'agent', 'drivers', 'config'],
    folder,
  )
  return Value.Parse(Cruise, JSON.parse(printed))
}

/** What is wrong with a tree, in words; none is right. */
function complaints({ summary: { totalCruised, violations } }: Static<typeof Cruise>): string[] {
  const blind = totalCruised < MODULES_AT_LEAST ? [`only ${totalCruised} modules were read`] : []
  return [...blind, ...violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)]
}

/** A throw-away tree with the checks' own configuration and these files. */
function tree(t: TestContext, files: readonly (readonly [file: string, text: string])[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-planted-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const name of ['package.json', 'tsconfig.json', 'biome.json', '.dependency-cruiser.cjs'])
    copyFileSync(name, join(folder, name))
  for (const root of ['agent', 'drivers', 'config']) mkdirSync(join(folder, root))
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

const texts = (planted: typeof badTypes) => planted.map(({ file, text }) => [file, text] as const)
const expected = (planted: typeof badTypes) =>
  planted.map(({ rule, file }) => `${file}: ${rule}`).sort()

const rules = Value.Parse(
  Config,
  createRequire(import.meta.url)('../.dependency-cruiser.cjs'),
).forbidden

test('imports point one way', () => {
  assert.deepEqual(complaints(cruise('.')), [])
})

test('every rule on imports finds what it is for, and no rule finds anything else', (t) => {
  const modules = packages.flatMap((name) => [
    [
      `node_modules/${name}/package.json`,
      `{"name":"${name}","version":"1.0.0","main":"it.js"}`,
    ] as const,
    [`node_modules/${name}/it.js`, 'module.exports = 1\n'] as const,
  ])
  const folder = tree(t, [...innocent, ...modules, ...texts(wrongImports)])
  const { violations } = cruise(folder).summary
  const found = violations.map(({ rule, from }) => `${from}: ${rule.name}`).sort()
  assert.deepEqual(found, expected(wrongImports))
  const planted = new Set(wrongImports.map(({ rule }) => rule))
  assert.deepEqual(
    rules.map(({ name }) => name).filter((name) => !planted.has(name)),
    [],
  )
})

test('a cruise that reads next to nothing is a failure, not a pass', (t) => {
  const folder = tree(t, [['agent/cli.ts', 'export const alone = 1\n']])
  assert.deepEqual(complaints(cruise(folder)), ['only 1 modules were read'])
})

test('every folder of the agent has a rule of its own', () => {
  const ruled = rules.flatMap(({ from }) => from.path ?? [])
  const folders = globSync('agent/*/*.ts').map((file) => file.split('/').slice(0, 2).join('/'))
  const free = [...new Set(folders)].filter((folder) => !ruled.includes(`^${folder}/`))
  assert.deepEqual(free, [])
})

test('no import is hidden from the cruiser but that of native modules', () => {
  const files = globSync('{agent,drivers,config}/**/*.ts')
  const hiding = files.filter((file) =>
    /createRequire|\brequire\(|getBuiltinModule|import\((?!['"])/.test(readFileSync(file, 'utf8')),
  )
  assert.deepEqual(hiding.sort(), [
    'drivers/io/hid.ts',
    'drivers/io/pcsc.ts',
    'drivers/io/serial.ts',
  ])
})

test('the linter finds what it is for', (t) => {
  const folder = tree(t, [...texts(badStyle), ['agent/right.ts', 'export const right = 1\n']])
  const printed = runTool('biome', ['lint', '--reporter=json', '--max-diagnostics=none'], folder)
  const found = Value.Parse(Lint, JSON.parse(printed))
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ category, location }) => `${location.path}: ${category.split('/').at(-1)}`)
  assert.deepEqual([...new Set(found)].sort(), expected(badStyle))
})

test('the compiler finds what it is for', (t) => {
  const folder = tree(t, [...texts(badTypes), ['agent/right.ts', 'export const right = 1\n']])
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  const printed = runTool('tsc', ['--noEmit', '--pretty', 'false'], folder)
  const found = [...printed.matchAll(/^(.+?)\(\d+,\d+\): error (TS\d+):/gm)]
  assert.deepEqual(found.map(([, file, code]) => `${file}: ${code}`).sort(), expected(badTypes))
})
