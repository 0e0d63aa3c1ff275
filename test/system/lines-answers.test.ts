import assert from 'node:assert/strict'
import { planOf } from '../bed/net/plan.ts'
import { type LineFault, testFaults } from './line-faults/fault.ts'
import { HASTE, type Stage } from './line-faults/stage.ts'

const HELD_BACK_MS = 100

/** Line authentication needs no grace: nothing but a person brings it back. */
async function healthNames(stage: Stage, prefixChanged: boolean) {
  const { checks } = await stage.client().health()
  const found = checks['line-authentication']?.find(({ code }) => code === 'LINE_AUTH_LOST')
  assert.deepEqual([found?.componentId, found?.facts['prefixChanged']], ['a', prefixChanged])
}

const ANSWERS: readonly LineFault[] = [
  {
    name: 'a question that meets a page instead of an answer on line A is answered over another line',
    meets: 'at-rest',
    begin: (stage) => stage.behave('a', { mode: 'captive', at: 'any' }),
    over: ['b'],
    cause: 'LINE_AUTH_LOST',
    also: (stage) => healthNames(stage, false),
  },
  {
    name: 'trouble 13: a question after line A got another prefix and lost its line authentication is answered over another line',
    meets: 'at-rest',
    async begin({ bed }) {
      const { prefix } = planOf('a', 'ipv6', 1)
      await bed.gateway.behave({ mode: 'captive', at: 'any', from: prefix })
      assert.equal((await bed.line('a').changePrefix()).prefix, prefix)
    },
    over: ['b'],
    cause: 'LINE_AUTH_LOST',
    also: (stage) => healthNames(stage, true),
  },
  {
    name: 'a question that is too many on line A (429) is answered over another line',
    meets: 'at-rest',
    begin: (stage) => stage.behave('a', { mode: 'too-many', at: 'any' }),
    over: ['b'],
    cause: 'GATEWAY_BUSY',
  },
  {
    name: 'a question that finds the gateway busy on line A (503) is answered over another line',
    meets: 'at-rest',
    begin: (stage) => stage.behave('a', { mode: 'busy', at: 'any' }),
    over: ['b'],
    cause: 'GATEWAY_BUSY',
  },
  {
    name: 'a question that finds the gateway broken on line A (500) is answered over another line',
    meets: 'at-rest',
    begin: (stage) => stage.behave('a', { mode: 'status', status: 500, at: 'any' }),
    over: ['b'],
    cause: 'GATEWAY_ERROR',
  },
  {
    name: 'an answer that is cut half way is asked for again',
    meets: 'at-rest',
    begin: (stage) => stage.behave('a', { mode: 'cut', delayMs: HELD_BACK_MS }),
    over: ['b'],
  },
  {
    name: 'an answer that stops half way is asked for again over another line',
    meets: 'at-rest',
    begin: (stage) => stage.behave('a', { mode: 'stall', delayMs: HELD_BACK_MS }),
    over: ['b'],
  },
  {
    name: 'a question in flight when the session of the account ends is answered after one login',
    meets: 'in-flight',
    begin: (stage) => stage.bed.gateway.logout(),
    over: ['a', 'b'],
  },
  {
    name: 'a question in flight when the gateway is started anew is answered, or asked again by itself',
    meets: 'in-flight',
    begin: (stage) => stage.bed.gateway.restart(),
    over: ['a', 'b', 'c'],
    mayEndOffline: true,
  },
]

testFaults('line A brings no answer, in one way or another', ANSWERS)

/** What cannot be told from a gateway that is slow. */
const LATE: readonly LineFault[] = [
  {
    name: 'a question that the gateway never answers over line A is answered over another line',
    meets: 'at-rest',
    begin: (stage) => stage.behave('a', { mode: 'hang' }),
    over: ['b'],
  },
  {
    name: 'a question whose answer is too large for what comes back by line A is answered over another line',
    // A sign of life is small enough: over a connection that no question used up, the line seems well.
    meets: 'new-connection',
    begin: ({ bed }) => bed.line('a').set({ mtuBytes: 600 }, 'down'),
    over: ['b'],
    cause: 'LINE_TIMEOUT',
  },
]

testFaults('with `late_ms`, answers that do not come are asked for elsewhere', LATE, {
  tables: `${HASTE}late_ms = 500\n`,
})
