import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AgentError } from '../../agent/kernel/errors.ts'
import { drivers } from '../../drivers/index.ts'
import { benches } from './benches/all.ts'
import { holdToContract } from './contract.ts'

test('every driver has a bench, so that none escapes the contract', () => {
  const held = new Set(benches.map(({ driver }) => driver))
  assert.deepEqual([...held].sort(), drivers.map(({ name }) => name).sort())
})

// Side by side: most of it is waiting for readers to look.
describe('every driver keeps the contract', { concurrency: true }, () => {
  for (const maker of benches) holdToContract(maker)
})

test('what a bench reports as a fault is in the catalogue', () => {
  for (const { outageIs } of benches) assert.ok(new AgentError(outageIs, '').fault.number)
})
