import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { PackageLock, sbomOf } from '../../../agent/ops/sbom.ts'
import { checked } from '../../bed/client.ts'

const Bom = Type.Object({
  components: Type.Array(
    Type.Object({ name: Type.String(), version: Type.String(), 'bom-ref': Type.String() }),
  ),
  dependencies: Type.Array(
    Type.Object({ ref: Type.String(), dependsOn: Type.Array(Type.String()) }),
  ),
})
const lock = Value.Parse(PackageLock, JSON.parse(readFileSync('package-lock.json', 'utf8')))
const printed = () =>
  execFileSync(process.execPath, ['agent/sbom-command.ts'], {
    encoding: 'utf8',
    env: { ...process.env, SOURCE_DATE_EPOCH: '1796000000' },
  })

/** The official schemas, as the makers of CycloneDX ship them. */
function official() {
  const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library')
  const root = library.slice(
    0,
    library.lastIndexOf('cyclonedx-library/') + 'cyclonedx-library'.length,
  )
  const folder = join(root, 'res/schema')
  const read = (name: string) =>
    JSON.parse(readFileSync(join(folder, `${name}.SNAPSHOT.schema.json`), 'utf8'))
  const ajv = new Ajv({ strict: false, validateFormats: false, addUsedSchema: false })
  ajv.addSchema(read('spdx'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json')
  ajv.addSchema(read('jsf-0.82'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json')
  return { validate: ajv.compile(read('bom-1.6')), folder: dirname(folder) }
}

test('what npm run sbom prints is CycloneDX, and the same each time', () => {
  const text = printed()
  const { validate } = official()
  const bom: unknown = JSON.parse(text)
  assert.equal(validate(bom), true, JSON.stringify(validate.errors))
  assert.equal(printed(), text)
  const broken = { ...Object(bom), components: [{ type: 'library' }] }
  assert.equal(validate(broken), false, 'control: the schema refuses a component without a name')
  assert.doesNotMatch(text, /https?:\/\/(?!cyclonedx\.org)/)
})

test('everything that is installed in production is in it, and nothing that only tests use', () => {
  const { components, dependencies } = checked(Bom, JSON.parse(printed()))
  const named = new Set(components.map(({ name, version }) => `${name} ${version}`))
  const production = Object.entries(lock.packages).filter(
    ([path, { dev }]) => path !== '' && dev !== true,
  )
  assert.ok(production.length > 50)
  for (const [path, { name, version }] of production)
    assert.ok(named.has(`${name ?? path.replace(/^.*node_modules\//, '')} ${version}`), path)
  for (const name of [
    'nodejs',
    'openssl',
    'v8',
    'sqlite',
    'sqlite3multipleciphers-sqlite',
    'fastify',
  ])
    assert.ok(
      components.some((one) => one.name === name),
      name,
    )
  for (const name of ['typescript', '@biomejs/biome', 'playwright-core'])
    assert.ok(!components.some((one) => one.name === name), name)
  const refs = new Set(components.map((one) => one['bom-ref']))
  assert.equal(refs.size, components.length)
  for (const { dependsOn } of dependencies)
    for (const ref of dependsOn) assert.ok(refs.has(ref), ref)
})

test('a package that lies deeper is found first by who asks for it', () => {
  const packages = {
    '': { version: '1.0.0', dependencies: { a: '1', c: '1' } },
    'node_modules/a': {
      version: '1.0.0',
      dependencies: { b: '2' },
      optionalDependencies: { gone: '1' },
    },
    'node_modules/a/node_modules/b': { version: '2.0.0' },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/c': { version: '1.0.0', dependencies: { b: '1' }, license: '(MIT OR X11)' },
    'node_modules/d': { version: '1.0.0', dev: true },
  }
  const { dependencies, components } = checked(
    Bom,
    sbomOf({ packages }, { node: { node: '24.0.0', napi: '9' }, sqlite: '3.1.0' }, null),
  )
  const of = (ref: string) => dependencies.find((one) => one.ref === ref)?.dependsOn
  assert.deepEqual(of('pkg:npm/a@1.0.0'), ['pkg:npm/b@2.0.0'])
  assert.deepEqual(of('pkg:npm/c@1.0.0'), ['pkg:npm/b@1.0.0'])
  assert.ok(!components.some(({ name }) => name === 'd' || name === 'napi'))
})
