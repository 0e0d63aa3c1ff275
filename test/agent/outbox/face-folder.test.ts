import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { refuseLoop } from '../../../agent/outbox/face-folder.ts'
import { encodeMessage } from '../../../agent/xmlmsg/codec.ts'
import { makeFolder } from '../folders/bed.ts'
import { everywhere } from '../folders/places.ts'
import { sample } from '../xmlmsg/samples.ts'
import { deliveryOf, fails, forever, noteEvent, verificationEvent, verificationOf } from './bed.ts'
import {
  answer,
  faceDelivery,
  forgetfulMemory,
  made,
  nameOf,
  receiptComputer,
  sinkInto,
} from './face-bed.ts'

const delivered = { is: 'delivered', comparison: null }
const LIMITED = { timeout: 60_000 }
const filesIn = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith('.'))

test(
  'a receipt computer takes in what is delivered, and complains of nothing',
  LIMITED,
  async (t) => {
    const { computer, folder } = receiptComputer(t)
    for (const [charset, number] of [
      [undefined, 1],
      ['Shift_JIS', 2],
      ['UTF-8', 3],
    ] as const) {
      const sink = sinkInto(t, folder, charset && { charset })
      const delivery = faceDelivery(number)
      assert.deepEqual(await sink.deliver(delivery, forever()), delivered)
      const file = await computer.arrived(({ name }) => name === nameOf(delivery))
      assert.ok(file.isWhole)
      assert.deepEqual(file.bytes, made(number, charset))
    }
    assert.deepEqual(computer.complaints(), [])
  },
)

test('a result of the card reader arrives byte for byte', LIMITED, async (t) => {
  const { computer, folder } = receiptComputer(t)
  const bytes = sample('03')
  const delivery = faceDelivery(0, { message: () => ({ bytes, charset: 'UTF-8' }) })
  await sinkInto(t, folder).deliver(delivery, forever())
  const file = await computer.arrived(({ name }) => name === nameOf(delivery))
  assert.deepEqual(new Uint8Array(file.bytes), bytes)
})

everywhere(
  'an attempt that is repeated makes no second file, nor one that was taken',
  async (t, place) => {
    const { folder, behind } = place
    const memory = forgetfulMemory()
    const delivery = faceDelivery(1)
    assert.deepEqual(await sinkInto(t, folder, { memory }).deliver(delivery, forever()), delivered)
    const again = { ...delivery, attempt: 2 }
    assert.deepEqual(await sinkInto(t, folder, { memory }).deliver(again, forever()), delivered)
    assert.deepEqual(filesIn(behind), [nameOf(delivery)])
    rmSync(join(behind, nameOf(delivery)))
    assert.deepEqual(await sinkInto(t, folder, { memory }).deliver(again, forever()), delivered)
    assert.deepEqual(filesIn(behind), [])
    // A replay forgets, and brings it again under the same name.
    memory.places.clear()
    assert.deepEqual(await sinkInto(t, folder, { memory }).deliver(delivery, forever()), delivered)
    assert.deepEqual(filesIn(behind), [nameOf(delivery)])
  },
)

test('a note, and a verification without an answer, makes no file', async (t) => {
  const folder = makeFolder(t)
  const sink = sinkInto(t, folder)
  const message = () => ({ bytes: answer(1), charset: 'UTF-8' as const })
  for (const delivery of [
    deliveryOf(noteEvent(), { message }),
    deliveryOf(verificationEvent({ outcome: 'failed' })),
  ])
    assert.deepEqual(await sink.deliver(delivery, forever()), delivered)
  assert.deepEqual(readdirSync(folder), [])
})

test('a release brings the file that the held verification did not', async (t) => {
  const folder = makeFolder(t)
  const note = noteEvent()
  if (note.type !== 'note') throw new Error('no note')
  const event = { ...note, verification: verificationOf() }
  const delivery = faceDelivery(1, { event })
  assert.deepEqual(await sinkInto(t, folder).deliver(delivery, forever()), delivered)
  assert.equal(readdirSync(folder).filter((name) => name.endsWith('.xml')).length, 1)
})

test('what has no form in the charset is refused, by its element', async (t) => {
  const folder = makeFolder(t)
  const value = { messageBody: { resultList: [{ nameOfOther: '𠮷田' }] } }
  const bytes = encodeMessage('eligibilityAnswer', value, 'UTF-8')
  const delivery = faceDelivery(1, { message: () => ({ bytes, charset: 'UTF-8' }) })
  assert.deepEqual(
    await sinkInto(t, folder, { charset: 'Shift_JIS' }).deliver(delivery, forever()),
    { is: 'refused', code: 'SINK_UNMAPPABLE', facts: { field: 'NameOfOther' } },
  )
  assert.deepEqual(readdirSync(folder), [])
})

test('where nobody takes the files it waits, and goes on in order', LIMITED, async (t) => {
  const folder = makeFolder(t)
  const memory = forgetfulMemory()
  const sink = sinkInto(t, folder, { limit: 2, memory })
  const [one, two, three] = [faceDelivery(1), faceDelivery(2), faceDelivery(3)]
  for (const delivery of [one, two]) await sink.deliver(delivery, forever())
  for (const attempt of [1, 2])
    await fails(sink.deliver({ ...three, attempt }, forever()), 'SINK_FOLDER_FULL', { limit: 2 })
  assert.deepEqual(filesIn(folder).toSorted(), [nameOf(one), nameOf(two)].toSorted())
  rmSync(join(folder, nameOf(one)))
  assert.deepEqual(await sink.deliver(three, forever()), delivered)
  assert.deepEqual(filesIn(folder).toSorted(), [nameOf(two), nameOf(three)].toSorted())
})

test('a folder that is away is waited for', LIMITED, async (t) => {
  const folder = makeFolder(t)
  const sink = sinkInto(t, folder)
  const delivery = faceDelivery(1)
  renameSync(folder, `${folder}-away`)
  const errno = 'ENOENT'
  const fault = await fails(sink.deliver(delivery, forever()), 'SINK_FOLDER_UNWRITABLE', { errno })
  assert.doesNotMatch(fault.message, /OQS|face_/)
  renameSync(`${folder}-away`, folder)
  assert.deepEqual(await sink.deliver(delivery, forever()), delivered)
})

test(
  'a folder that is exchanged while a file is made ready gets it all the same',
  LIMITED,
  async (t) => {
    const folder = makeFolder(t)
    const kept = forgetfulMemory()
    const memory = {
      ...kept,
      keep: (id: string, place: string) => {
        if (kept.places.size === 0) renameSync(folder, `${folder}-away`)
        return kept.keep(id, place)
      },
    }
    const delivery = faceDelivery(1)
    const sink = sinkInto(t, folder, { memory })
    await fails(sink.deliver(delivery, forever()), 'SINK_FOLDER_UNWRITABLE', { errno: 'ENOENT' })
    mkdirSync(folder)
    assert.deepEqual(await sink.deliver(delivery, forever()), delivered)
    assert.deepEqual(filesIn(folder), [nameOf(delivery)])
  },
)

test('a folder that the agent watches is refused', async (t) => {
  const folder = makeFolder(t)
  const other = makeFolder(t)
  for (const watched of [folder, join(folder, 'below'), join(folder, '..')])
    assert.throws(() => refuseLoop(folder, [other, watched]), { code: 'FOLDER_LOOP' })
  refuseLoop(folder, [other])
})

test('a release that newer answers have overtaken makes no file', LIMITED, async (t) => {
  const { computer, folder } = receiptComputer(t)
  const [note, { verification }] = [noteEvent(), verificationEvent()]
  assert.ok(note.type === 'note' && verification !== undefined)
  const release = { ...note, note: { ...note.note, kind: 'release' as const }, verification }
  const attempt = (isOvertaken: boolean) =>
    deliveryOf(release, {
      message: () => ({ bytes: answer(1), charset: 'UTF-8' }),
      isSuperseded: () => isOvertaken,
    })
  const sink = sinkInto(t, folder)
  assert.deepEqual(await sink.deliver(attempt(true), forever()), delivered)
  assert.deepEqual(filesIn(folder), [])
  const delivery = attempt(false)
  await sink.deliver(delivery, forever())
  await computer.arrived(({ name }) => name === nameOf(delivery))
})
