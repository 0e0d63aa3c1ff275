import type { TLSSocket } from 'node:tls'
import type { Clock } from '../kernel/ports.ts'
import { lineFault } from './line-fault.ts'
import { policy } from './policy.ts'

/**
 * In TLS 1.3 a refused client certificate shows only after the handshake: two round trips are waited
 * for the refusal. Rejects with the fault; the socket is destroyed. [RFC 8446, section 4.4.2.4]
 */
export async function settled(
  line: string,
  socket: TLSSocket,
  rttMs: number | null,
  clock: Pick<Clock, 'sleep'>,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.on('error', (error) => reject(lineFault(error, 'asking', line)))
  socket.once('close', () => reject(lineFault(new Error('closed'), 'asking', line)))
  const waitMs = Math.min(2 * (rttMs ?? 0) + policy.silenceFloorMs, policy.silenceCeilingMs)
  clock.sleep(waitMs, AbortSignal.any([over.signal, signal])).then(resolve, reject)
  try {
    await promise
  } finally {
    over.abort()
    socket.destroy()
  }
}
