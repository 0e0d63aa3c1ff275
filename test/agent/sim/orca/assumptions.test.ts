import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ASSUMPTIONS } from '../../../../agent/sim/orca/assumptions.ts'

const FOLDER = join(import.meta.dirname, '../../../../agent/sim/orca')

test('every assumption that the source names is in the table', () => {
  const named = readdirSync(FOLDER).flatMap((name) =>
    [...readFileSync(join(FOLDER, name), 'utf8').matchAll(/[Aa]ssumption `([^`]+)`/g)].map(
      (match) => match[1] ?? '',
    ),
  )
  assert.ok(named.length > 5)
  assert.deepEqual(
    named.filter((name) => !(name in ASSUMPTIONS)),
    [],
  )
})
