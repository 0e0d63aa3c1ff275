import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { openBudget } from '../../../agent/uplink/budget.ts'

class Connection extends EventEmitter {
  destroyed = false
  destroy() {
    this.destroyed = true
  }
}

test('so many connections may stand and no more, until one is closed', () => {
  const budget = openBudget(2)
  const [one, other] = [new Connection(), new Connection()]
  assert.equal(budget.makeRoom(), true)
  budget.add(one)
  assert.equal(budget.makeRoom(), true)
  budget.add(other)
  assert.equal(budget.makeRoom(), false)
  one.emit('close')
  assert.equal(budget.makeRoom(), true)
})

test('one that is being closed makes room at once, and only once', () => {
  const budget = openBudget(1)
  const one = new Connection()
  budget.add(one)
  one.destroy()
  assert.equal(budget.makeRoom(), true)
  budget.add(new Connection())
  one.emit('close')
  assert.equal(budget.makeRoom(), false)
})

test('an idle connection gives way to one that shall carry something', () => {
  const budget = openBudget(1)
  const idle = new Connection()
  budget.lend(() => false)
  budget.lend(() => {
    const isThere = !idle.destroyed
    idle.destroy()
    return isThere
  })
  assert.equal(budget.makeRoom(), true)
  assert.equal(idle.destroyed, false, 'not while there is room')
  budget.add(idle)
  assert.equal(budget.makeRoom(), true)
  assert.equal(idle.destroyed, true)
  budget.add(new Connection())
  assert.equal(budget.makeRoom(), false, 'what carries something stays')
})
