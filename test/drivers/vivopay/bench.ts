import { after } from 'node:test'
import type { Card } from '../../../agent/sim/card/card.ts'
import { present } from '../../../agent/sim/card/presented.ts'
import { openVivopayReader, type VivopayOptions } from '../../../agent/sim/reader/vivopay.ts'
import { pollTypeOf } from '../../../agent/sim/reader/vivopay-field.ts'
import type { Request } from '../../../agent/sim/reader/vivopay-wire.ts'
import type { ReaderEvent } from '../../../drivers/driver.ts'
import type { Hid } from '../../../drivers/io/io.ts'
import { vivopay } from '../../../drivers/vivopay.ts'
import { hidPlug } from '../../fakes/hid.ts'
import { ioOf } from '../../fakes/io.ts'
import { follow } from '../bench.ts'

export const defaults = { device: '', usb: '', serial_number: '' }
export const is = (what: ReaderEvent['is']) => (event: ReaderEvent) => event.is === what

/** The driver on a simulated reader that is plugged in. */
export async function vivopayOn(options: Partial<VivopayOptions> = {}, hidOf = (hid: Hid) => hid) {
  const plug = hidPlug()
  const answered: { act: (to: Request) => void } = { act: () => {} }
  const device = openVivopayReader({
    ...options,
    send: plug.send,
    tamper: (reports, to) => {
      answered.act(to)
      return options.tamper?.(reports, to) ?? reports
    },
  })
  plug.plug(device)
  const io = ioOf({ hid: () => Promise.resolve(hidOf(plug.hid)) })
  const reader = await vivopay.open(defaults, io)
  const close = async () => {
    await reader.close()
    device.close()
  }
  after(close)
  return {
    plug,
    device,
    close,
    events: follow(reader),
    put: (card: Card, type = pollTypeOf(card.kind)) =>
      device.put(
        present(card, {}, () => {}),
        type,
      ),
    /** Resolves once `count` more commands that fit were answered. */
    answers: (fits: (to: Request) => boolean, count: number) =>
      new Promise<void>((resolve) => {
        let left = count
        answered.act = (to) => {
          if (fits(to) && --left === 0) resolve()
        }
      }),
  }
}
