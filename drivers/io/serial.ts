import { read } from 'node:fs'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import type { SerialPort } from 'serialport'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { FaultCode } from '../../agent/kernel/faults.ts'
import { Queue } from '../queue.ts'
import type { Port, Serial } from './io.ts'
import { notLoaded } from './not-loaded.ts'

type SerialportModule = typeof import('serialport')
type Bindings = typeof import('@serialport/bindings-cpp')
type UnixRead = typeof import('@serialport/bindings-cpp/dist/unix-read.js')

interface Native
  extends Pick<SerialportModule, 'SerialPort'>,
    Pick<Bindings, 'LinuxBinding'>,
    Pick<UnixRead, 'unixRead'> {}

/** Loads serialport. Throws DRIVER_UNAVAILABLE; a later call tries again. */
export function loadSerial(): Serial {
  const native = load()
  return { open: (path, baudRate) => openPort(native, path, baudRate) }
}

/** `require`, because a failed `import` is remembered and would fail for ever. */
function load(): Native {
  try {
    const require = createRequire(import.meta.url)
    const { SerialPort }: SerialportModule = require('serialport')
    const { LinuxBinding }: Bindings = require('@serialport/bindings-cpp')
    const { unixRead }: UnixRead = require('@serialport/bindings-cpp/dist/unix-read.js')
    return { SerialPort, LinuxBinding, unixRead }
  } catch (cause) {
    throw notLoaded('serialport', undefined, cause)
  }
}

async function openPort(native: Native, path: string, baudRate: number): Promise<Port> {
  const port = new native.SerialPort({
    path,
    baudRate,
    dataBits: 8,
    parity: 'none',
    stopBits: 1,
    lock: true,
    autoOpen: false,
    // Spread, as the types of SerialPort leave out that it takes one.
    ...{ binding: tellingHangUp(native) },
  })
  const chunks = new Queue<Uint8Array>()
  follow(port, chunks)
  await new Promise<void>((resolve, reject) => {
    port.open((cause) => (cause === null ? resolve() : reject(refusal(path, cause))))
  })
  return {
    incoming: () => chunks,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        // What is written to a closed port waits for it to open, without a word.
        if (!port.isOpen) return reject(gone(path))
        port.write(bytes, (cause) => (cause == null ? resolve() : reject(gone(path, cause))))
      }),
    close: () => close(port),
  }
}

/** serialport 13.0.0 tells by `close` that a port has left; `error` tells of anything else. */
function follow(port: SerialPort, chunks: Queue<Uint8Array>): void {
  const { path } = port
  port.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  port.on('error', (cause) => chunks.fail(gone(path, cause)))
  port.on('close', (cause?: Error | null) => {
    if (cause == null) chunks.end()
    else chunks.fail(gone(path, cause))
  })
}

const readAsync = promisify(read)

/**
 * A port whose device has left reads as empty for ever (hung_up_tty_read in Linux); serialport
 * 13.0.0 reads again at once, without end and without a word. Nothing else reads as empty: a read
 * waits for a byte (VMIN 1).
 */
function tellingHangUp({ LinuxBinding, unixRead }: Native): Bindings['LinuxBinding'] {
  const readOrGone = async (...args: Parameters<typeof readAsync>) => {
    const done = await readAsync(...args)
    if (done.bytesRead > 0) return done
    // The code that serialport takes for a device that has left.
    throw Object.assign(new Error('the port was hung up'), { code: 'ENXIO' })
  }
  const fsReadAsync = Object.assign(readOrGone, readAsync)
  return {
    list: () => LinuxBinding.list(),
    async open(options) {
      const binding = await LinuxBinding.open(options)
      binding.read = (buffer, offset, length) =>
        unixRead({ binding, buffer, offset, length, fsReadAsync })
      return binding
    },
  }
}

function close(port: SerialPort): Promise<void> {
  return new Promise((resolve) => {
    if (port.closing) port.once('close', () => resolve())
    else if (port.isOpen) port.close(() => resolve())
    else resolve()
  })
}

/** serialport 13.0.0 gives the system's text, without a code. */
const refusals: readonly (readonly [RegExp, FaultCode, string])[] = [
  [/cannot lock port|busy/i, 'READER_BUSY', 'is held by another program'],
  [
    /permission denied|not permitted/i,
    'READER_FORBIDDEN',
    'may not be opened by this user (group dialout)',
  ],
]

function refusal(path: string, cause: Error): AgentError {
  const [, code, why] = refusals.find(([text]) => text.test(cause.message)) ?? []
  if (code === undefined) return gone(path, cause)
  return new AgentError(code, `${path} ${why}`, { cause })
}

const gone = (path: string, cause?: Error): AgentError =>
  new AgentError('READER_GONE', `no serial port ${path}`, { cause })
