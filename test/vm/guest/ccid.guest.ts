import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadPcsc } from '../../../drivers/io/pcsc.ts'
import { pcsc } from '../../../drivers/pcsc.ts'
import { follow } from '../../drivers/bench.ts'
import { holdToContract } from '../../drivers/contract.ts'
import { ioOf } from '../../fakes/io.ts'
import { ccidBench, startPcscd } from './ccid-bench.ts'
import { holdToEndurance } from './endurance.ts'

holdToContract(ccidBench)
holdToEndurance(ccidBench)

test('a PC/SC reader is found by the USB id of its device, and no other is taken for it', async (t) => {
  const daemon = await startPcscd()
  t.after(() => daemon.stop())
  const io = ioOf({ pcsc: async () => loadPcsc() })
  const mine = await pcsc.open({ reader: '', usb: '08e6:4433' }, io)
  const other = await pcsc.open({ reader: '', usb: '054c:0dc8' }, io)
  t.after(() => Promise.all([mine.close(), other.close()]))
  const event = await follow(mine).until(({ is }) => is === 'ready')
  assert.ok(event.is === 'ready')
  assert.match(event.device, /CCID/)
  const fault = await follow(other).next()
  assert.ok(fault.is === 'reader-fault' && fault.code === 'READER_GONE')
})
