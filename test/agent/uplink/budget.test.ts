import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBudget } from '../../../agent/uplink/budget.ts'

test('so many connections may stand and no more, until one is given back', () => {
  const budget = openBudget(2)
  assert.deepEqual([budget.take(), budget.take(), budget.hasRoom()], [true, true, false])
  assert.equal(budget.take(), false)
  budget.giveBack()
  assert.deepEqual([budget.hasRoom(), budget.take(), budget.take()], [true, true, false])
})

test('an idle connection gives way to one that shall carry something', () => {
  const budget = openBudget(1)
  let idle = 1
  budget.lend(() => false)
  budget.lend(() => {
    if (idle === 0) return false
    idle -= 1
    budget.giveBack()
    return true
  })
  assert.deepEqual([budget.take(), idle], [true, 1], 'not while there is room')
  assert.deepEqual([budget.take(), idle], [true, 0])
  assert.equal(budget.take(), false, 'what carries something stays')
})
