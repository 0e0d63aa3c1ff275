import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Port } from '../../../drivers/io/io.ts'
import { loadSerial } from '../../../drivers/io/serial.ts'
import { openPty, whyNoPty } from '../benches/pn532.ts'

const skip = whyNoPty() ?? false
/** Long enough for the kernel to open a line, or to hang it up. */
const STILL_MS = 200
const standStill = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STILL_MS)

/** A real serial port, and what is at the other end of its line. */
async function openLine(t: TestContext) {
  const server = createServer({ noDelay: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  assert.ok(bound !== null && typeof bound === 'object')
  const connected = once(server, 'connection')
  const pty = await openPty(bound.port)
  const [far]: Socket[] = await connected
  assert.ok(far !== undefined)
  far.on('error', () => undefined)
  t.after(async () => {
    await pty.close()
    far.destroy()
    server.close()
  })
  return { pty, far }
}

async function read(port: Port, bytes: number): Promise<string> {
  let come = Buffer.alloc(0)
  for await (const chunk of port.incoming()) {
    come = Buffer.concat([come, chunk])
    if (come.length >= bytes) break
  }
  return come.toString('hex')
}

test('every byte goes through a serial port as it is, both ways', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const { pty, far } = await openLine(t)
  const port = await loadSerial().open(pty.path, 115_200)
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  const arrived = once(far, 'data')
  await port.write(all)
  assert.deepEqual(Uint8Array.from((await arrived)[0]), all)
  far.write(all)
  assert.equal(await read(port, 256), Buffer.from(all).toString('hex'))
  await port.close()
  await port.close()
  await assert.rejects(port.write(all), { code: 'READER_GONE' })
})

test('a port is held alone, and free once it is closed', { skip, timeout: 60_000 }, async (t) => {
  const { pty } = await openLine(t)
  const serial = loadSerial()
  const port = await serial.open(pty.path, 115_200)
  await assert.rejects(serial.open(pty.path, 115_200), {
    code: 'READER_BUSY',
    message: `${pty.path} is held by another program`,
  })
  await port.close()
  await (await serial.open(pty.path, 115_200)).close()
})

test('a port that is closed ends what comes in, and one that leaves says that it left', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const { pty } = await openLine(t)
  const closed = await loadSerial().open(pty.path, 115_200)
  const nothing = read(closed, 1)
  await closed.close()
  assert.equal(await nothing, '')
  const port = await loadSerial().open(pty.path, 115_200)
  const gone = assert.rejects(read(port, 1), { code: 'READER_GONE' })
  await pty.unplug()
  await gone
  await port.close()
})

test('a port that left between opening it and the first look says that it left', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const { pty } = await openLine(t)
  const opening = loadSerial().open(pty.path, 115_200)
  // It is opened in another thread; this one gets to know when it has left already.
  standStill()
  pty.cut()
  standStill()
  const port = await opening
  await assert.rejects(read(port, 1), { code: 'READER_GONE' })
  await port.close()
})

test('a path that is not there, or is no serial port, is a reader that is gone', async () => {
  for (const path of ['/dev/onshi-agent-has-no-such-port', '/dev/null', '/'])
    await assert.rejects(loadSerial().open(path, 115_200), {
      code: 'READER_GONE',
      message: `no serial port ${path}`,
    })
})
