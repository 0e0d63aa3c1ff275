import { connect, isIP } from 'node:net'
import { lineFault } from './line-fault.ts'

/**
 * Opens a TCP connection and closes it at once: the least that shows that something is there. The
 * time that it took, ms. Rejects with `LINE_UNREACHABLE` (`facts.sign` is the system's word), or
 * with the signal's reason.
 */
export async function tcpProbe(
  to: { readonly line: string; readonly address: string; readonly port: number },
  source: string | null,
  signal: AbortSignal,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const from = performance.now()
  const socket = connect({
    host: to.address,
    port: to.port,
    family: isIP(to.address),
    autoSelectFamily: false,
    ...(source === null ? {} : { localAddress: source }),
  })
  const abort = () => reject(signal.reason)
  socket.once('connect', () => resolve(performance.now() - from))
  socket.on('error', (error) => reject(lineFault(error, 'connecting', to.line)))
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', abort)
    // Not a reset: servers report those as faults.
    socket.destroy()
  }
}
