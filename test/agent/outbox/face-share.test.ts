import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { mountShare, noBindfs } from '../../bed/bindfs.ts'
import { makeFolder } from '../folders/bed.ts'
import { fails, forever } from './bed.ts'
import { faceDelivery, forgetfulMemory, made, nameOf, sinkInto } from './face-bed.ts'

const delivered = { is: 'delivered', comparison: null }
const filesIn = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith('.'))
const hanging = { timeout: 60_000, skip: noBindfs }

test(
  'a share that hangs is told in time, holds up nothing, and gets the file once',
  hanging,
  async (t) => {
    const mounted = await mountShare(t)
    const other = makeFolder(t)
    const memory = forgetfulMemory()
    const sink = sinkInto(t, mounted.folder, { memory })
    const free = sinkInto(t, other)
    assert.deepEqual(await sink.deliver(faceDelivery(0), forever()), delivered)
    mounted.stop()
    const delivery = faceDelivery(1)
    const errno = 'ETIMEDOUT'
    const stuck = fails(sink.deliver(delivery, forever()), 'SINK_FOLDER_UNWRITABLE', { errno })
    await Promise.all(Array.from({ length: 8 }, () => stat(other)))
    assert.deepEqual(await free.deliver(faceDelivery(2), forever()), delivered)
    await stuck
    const off = new AbortController()
    const calledOff = sink.deliver(delivery, off.signal)
    off.abort(new Error('called off'))
    await assert.rejects(calledOff, /called off/)
    mounted.resume()
    assert.deepEqual(await sink.deliver(delivery, forever()), delivered)
    assert.equal(filesIn(mounted.behind).length, 2)
    assert.deepEqual(readFileSync(join(mounted.behind, nameOf(delivery))), made(1))
  },
)

test(
  'a share that hangs in the middle of a file publishes it once, however late',
  hanging,
  async (t) => {
    const mounted = await mountShare(t)
    const memory = forgetfulMemory()
    const stopping = {
      ...memory,
      keep: async (id: string, place: string) => {
        await memory.keep(id, place)
        mounted.stop()
      },
    }
    const delivery = faceDelivery(1)
    const sink = sinkInto(t, mounted.folder, { memory: stopping })
    await fails(sink.deliver(delivery, forever()), 'SINK_FOLDER_UNWRITABLE', { errno: 'ETIMEDOUT' })
    mounted.resume()
    assert.deepEqual(await sink.deliver(delivery, forever()), delivered)
    assert.deepEqual(filesIn(mounted.behind), [nameOf(delivery)])
  },
)

test('a share that hangs is given up at the close', hanging, async (t) => {
  const mounted = await mountShare(t)
  const sink = sinkInto(t, mounted.folder)
  assert.deepEqual(await sink.deliver(faceDelivery(0), forever()), delivered)
  mounted.stop()
  const pending = fails(sink.deliver(faceDelivery(1), forever()), 'SINK_FOLDER_UNWRITABLE', {
    errno: 'ESHUTDOWN',
  })
  await sink.close()
  await pending
  assert.equal(sink.isStuck(), true)
  const free = sinkInto(t, makeFolder(t))
  await free.deliver(faceDelivery(2), forever())
  await free.close()
  assert.equal(free.isStuck(), false)
})
