import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { makeCard } from '../../../agent/sim/card/card.ts'
import { makeCardIssuer } from '../../../agent/sim/card/identity.ts'
import { present } from '../../../agent/sim/card/presented.ts'
import { patientByNumber } from '../../../agent/sim/patients.ts'
import { openVivopayReader } from '../../../agent/sim/reader/vivopay.ts'
import { pollTypeOf } from '../../../agent/sim/reader/vivopay-field.ts'
import { HID_CONTROL_PORT } from '../controls.ts'
import { makeGadget } from './gadget.ts'

/**
 * A USB HID reader made by this kernel, told over loopback: `POST /plug`, `/unplug`, `/remove`, and `/tap`
 * with the number of a patient. Prints `ready`; runs until it is killed.
 */
const gadget = makeGadget((report) => device.take(report))
const device = openVivopayReader({ send: (report) => gadget.send(report) })
const issuer = makeCardIssuer()

function tap(patient: string): void {
  const holder = patientByNumber(patient)
  if (holder === undefined) throw new Error(`no patient ${patient}`)
  const card = makeCard({ kind: 'my-number', identity: issuer.identityOf(holder) })
  device.put(
    present(card, {}, () => device.remove()),
    pollTypeOf('my-number'),
  )
}

const acts: Readonly<Record<string, (body: string) => void>> = {
  '/plug': () => gadget.plug(),
  '/unplug': () => {
    gadget.unplug()
    device.restart()
  },
  '/tap': tap,
  '/remove': () => device.remove(),
}

const server = createServer(async (request, response) => {
  const act = acts[request.url ?? '']
  act?.(await text(request))
  response.writeHead(act === undefined ? 404 : 204).end()
})
server.listen(HID_CONTROL_PORT, '127.0.0.1', () => process.stdout.write('ready\n'))
