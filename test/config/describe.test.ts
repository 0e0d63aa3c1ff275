import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { jsonSchema, withTable } from '../../config/describe.ts'

const read = (name: string) =>
  readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8')

test('agent.schema.json is what the schema says now', () => {
  assert.equal(read('agent.schema.json'), jsonSchema(), 'run: node config/describe.ts')
})

test('the table of config/README.md is what the schema says now', () => {
  const readme = read('README.md')
  assert.equal(readme, withTable(readme), 'run: node config/describe.ts')
  assert.equal(withTable(readme.replace('`gateway.timeout_ms`', '`gateway.stale`')), readme)
})

test('a table without its markers is an error, not an unchanged file', () => {
  assert.throws(() => withTable('# Configuration\n'), /markers/)
})

test('editors are asked for no key that has a default', () => {
  const schema: unknown = JSON.parse(jsonSchema())
  assert.ok(typeof schema === 'object' && schema !== null && 'required' in schema)
  assert.deepEqual(schema.required, ['institution', 'store'])
  assert.doesNotMatch(jsonSchema(), /"x-/)
})

test('every key is described in the table', () => {
  const rows = read('README.md')
    .split('\n')
    .filter((line) => /^\| `/.test(line))
  assert.ok(rows.length > 50, `${rows.length} rows`)
  for (const row of rows) {
    if (!/options` \|/.test(row)) assert.match(row, /\| [^|]{4,} \|$/, row)
  }
})

test('checking a configuration loads no native module', () => {
  const script = `
    await import(${JSON.stringify(new URL('../../config/load.ts', import.meta.url).href)})
    const { sharedObjects } = process.report.getReport()
    process.stdout.write(JSON.stringify(sharedObjects.filter((each) => each.endsWith('.node'))))`
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  assert.deepEqual(JSON.parse(out), [])
})
