import { once } from 'node:events'
import { connect } from 'node:net'

/** A USB serial adapter with a chip behind it, in the hand of whoever plugs it in. */
export interface Adapter {
  plug(): Promise<void>
  unplug(): Promise<void>
}

/** qemu's adapter is plugged in as long as its far end, `usb`, has a client: here a line to a chip. */
export function adapterAt(
  usb: { readonly host: string; readonly port: number },
  chipPort: number,
): Adapter {
  let pull: (() => Promise<void>) | undefined
  return {
    plug: async () => {
      const line = connect({ host: '127.0.0.1', port: chipPort, noDelay: true })
      const cable = connect({ ...usb, noDelay: true })
      await Promise.all([once(line, 'connect'), once(cable, 'connect')])
      line.pipe(cable).pipe(line)
      pull = async () => {
        // Whoever has the other end may be gone already, and these with it.
        const held = [line, cable].filter(({ closed }) => !closed)
        const gone = held.map((one) => once(one, 'close'))
        for (const one of held) one.destroy()
        await Promise.all(gone)
      }
    },
    unplug: async () => {
      await pull?.()
      pull = undefined
    },
  }
}
