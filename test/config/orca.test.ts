import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Value } from 'typebox/value'
import { defaultAssumptions } from '../../agent/outbox/orca/assumptions.ts'
import { Orca } from '../../config/orca.ts'

const camelCase = (name: string) =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

test('what the configuration assumes about ORCA by default is what the sink assumes', () => {
  const written = Value.Default(Orca, {})
  assert.ok(Value.Check(Orca, written))
  const { disqualification_is_first_day_without: isFirst, ...others } = written
  assert.deepEqual(
    {
      ...Object.fromEntries(
        Object.entries(others).map(([name, value]) => [camelCase(name), value]),
      ),
      isDisqualificationFirstDayWithout: isFirst,
    },
    defaultAssumptions,
  )
})

test('a prefix without a slash, a class of two digits and an unknown key are refused', () => {
  for (const wrong of [
    { prefixes: ['api'] },
    { prefixes: [] },
    { limit_classes: { A01: '67' } },
    { limit_classes: { X01: '967' } },
    { branch: 'x' },
  ])
    assert.ok(
      !Value.Check(Orca, { ...Object(Value.Default(Orca, {})), ...wrong }),
      JSON.stringify(wrong),
    )
})
