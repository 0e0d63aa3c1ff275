import { open as openFile, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { AgentError, asFault, codeOf } from '../../agent/kernel/errors.ts'
import { Queue } from '../queue.ts'
import type { Hid, HidDevice, Port } from './io.ts'
import { notLoaded } from './not-loaded.ts'

type Native = typeof import('node-hid')

/**
 * The kernel gives up a report after 5 s. A native call that takes longer than this does not come
 * back; the process is then given up, as nothing else frees its thread.
 */
const CALL_LIMIT_MS = 10_000

/** Loads node-hid and its libraries. Throws DRIVER_UNAVAILABLE; a later call tries again. */
export function loadHid(): Hid {
  const native = load()
  return {
    devices: async () => devicesOf(await call('HID devices', native.devicesAsync())),
    open: (path) => openPort(native, path),
  }
}

/**
 * `require`, because a failed `import` is remembered and would fail for ever. node-hid loads its
 * libraries on the first call only; asking for a version is one.
 */
function load(): Native {
  try {
    const native: Native = createRequire(import.meta.url)('node-hid')
    native.getHidapiVersion()
    return native
  } catch (cause) {
    const library = String(cause).includes('.so')
    const missing = library
      ? 'libusb-1.0-0 and libudev1 (apt-get install libusb-1.0-0 libudev1)'
      : undefined
    throw notLoaded('node-hid', missing, cause)
  }
}

type Listed = Awaited<ReturnType<Native['devicesAsync']>>[number]

/** A device with several usages is listed once for each. */
function devicesOf(listed: readonly Listed[]): HidDevice[] {
  const byPath = new Map<string, HidDevice>()
  for (const { path, vendorId, productId, product = '', serialNumber = '' } of listed)
    if (path !== undefined) byPath.set(path, { path, vendorId, productId, product, serialNumber })
  return [...byPath.values()]
}

async function openPort(native: Native, path: string): Promise<Port> {
  const release = await claim(path)
  const device = await call(path, native.HIDAsync.open(path)).catch(async (error: unknown) => {
    await release()
    throw await whyNot(path, asFault(error))
  })
  const reports = new Queue<Uint8Array>()
  // Without a listener for data, node-hid does not read and never notices that the device leaves.
  device.on('data', (report: Uint8Array) => reports.push(Uint8Array.from(report)))
  // What comes with it may be an Error, a string or nothing.
  device.on('error', (cause: unknown) => reports.fail(gone(path, cause)))
  let closed: Promise<void> | undefined
  const close = async () => {
    reports.end()
    // A device that has left, or hangs, cannot be let go of any better.
    await call(path, device.close()).catch((error: unknown) => void asFault(error))
    await release()
  }
  return {
    incoming: () => reports,
    write: async (report) => {
      await call(path, device.write(Buffer.from(report)))
    },
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

const gone = (path: string, cause: unknown) =>
  new AgentError('READER_GONE', `${path} is gone`, { cause })

/**
 * node-hid tells why it cannot open a device in words only, and in those of the C library's
 * language: the system is asked again.
 */
async function whyNot(path: string, cause: AgentError): Promise<AgentError> {
  if (cause.code === 'READER_HUNG') return cause
  try {
    await (await openFile(path, 'r+')).close()
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EACCES' || code === 'EPERM')
      return new AgentError(
        'READER_FORBIDDEN',
        `${path} may not be opened (${code}): udev rule, group, DeviceAllow=char-hidraw`,
        { cause, facts: { code } },
      )
    if (code === 'EBUSY')
      return new AgentError('READER_BUSY', `${path} is in use`, { cause, facts: { code } })
  }
  return cause
}

/**
 * A hidraw device can be opened any number of times, and each would get the answers to the others.
 * So that no two readers of this machine's agent, or its recorder, share one by mistake, whoever
 * opens it listens on a socket of its name in the abstract namespace: the kernel frees it with the
 * process. Throws READER_BUSY.
 */
async function claim(path: string): Promise<() => Promise<void>> {
  if (process.platform !== 'linux') return () => Promise.resolve()
  // A path that is none has its fault from being opened.
  const real = await realpath(path).catch(() => path)
  const server = createServer((socket) => socket.destroy())
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(`\0onshi-agent-hid:${real}`, resolve)
  server.unref()
  await promise.catch((cause: unknown) => {
    if (codeOf(cause) !== 'EADDRINUSE') throw cause
    throw new AgentError('READER_BUSY', `${path} is in use by another reader of the agent`, {
      cause,
    })
  })
  return () => new Promise((done) => server.close(() => done()))
}

/** One native call. Throws READER_HUNG, and READER_GONE for whatever node-hid rejects with. */
async function call<T>(what: string, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new AgentError('READER_HUNG', `a HID call took over ${CALL_LIMIT_MS} ms`))
  }, CALL_LIMIT_MS)
  const answer = work.catch((cause: unknown) => {
    throw gone(what, cause)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
