import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openSlots } from '../../../agent/uplink/slots.ts'

const never = new AbortController().signal

test('places are given in the order of coming, as they become free', async () => {
  const slots = openSlots(1, 5)
  const order: string[] = []
  const release = await slots.take(never)
  const waiting = ['first', 'second'].map(async (name) => {
    const done = await slots.take(never)
    order.push(name)
    done()
  })
  assert.deepEqual(order, [])
  release()
  await Promise.all(waiting)
  assert.deepEqual(order, ['first', 'second'])
})

test('more than the queue holds are refused at once', async () => {
  const slots = openSlots(1, 1)
  const release = await slots.take(never)
  const waiting = slots.take(never)
  await assert.rejects(slots.take(never), { code: 'QUEUE_FULL' })
  release()
  const next = await waiting
  next()
})

test('who no longer waits leaves the queue, and another may come', async () => {
  const slots = openSlots(1, 1)
  const release = await slots.take(never)
  const gone = new AbortController()
  const leaving = slots.take(gone.signal)
  gone.abort(new Error('nobody waits'))
  await assert.rejects(leaving, { message: 'nobody waits' })
  const waiting = slots.take(never)
  release()
  const next = await waiting
  next()
  await assert.rejects(slots.take(gone.signal), { message: 'nobody waits' }, 'nor does it begin')
})

test('no more are inside than there are places, and nobody waits beside a free one', async () => {
  const steps = fc.array(fc.constantFrom('take', 'give', 'leave'), { maxLength: 80, size: 'max' })
  const limits = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 4 }))
  await fc.assert(
    fc.asyncProperty(limits, steps, async ([places, queueLimit], sequence) => {
      const slots = openSlots(places, queueLimit)
      const inside: (() => void)[] = []
      const waiting = new Set<AbortController>()
      const take = async () => {
        const own = new AbortController()
        const isFull = inside.length === places && waiting.size === queueLimit
        waiting.add(own)
        try {
          inside.push(await slots.take(own.signal))
        } catch (error) {
          assert.ok(own.signal.aborted || isFull, String(error))
        } finally {
          waiting.delete(own)
        }
      }
      const takes: Promise<void>[] = []
      for (const step of sequence) {
        if (step === 'give') inside.shift()?.()
        else if (step === 'leave') [...waiting][0]?.abort(new Error('left'))
        else takes.push(take())
        await new Promise(setImmediate)
        assert.ok(inside.length <= places && waiting.size <= queueLimit)
        assert.ok(waiting.size === 0 || inside.length === places)
      }
      for (const one of waiting) one.abort(new Error('left'))
      await Promise.all(takes)
    }),
  )
})
