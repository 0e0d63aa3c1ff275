/** Helper: the API over a store that is there already, with a full and a narrow consumer. */
import type { Role } from '../../agent/kernel/roles.ts'
import { decodeCursor, encodeCursor } from '../../agent/store/cursor.ts'
import { FakeVerifications, fakePorts } from '../fakes/api-ports.ts'
import { answerLines } from './helper.ts'
import { openScratchApi } from './scratch-api.ts'
import { openScratchStore } from './scratch-store.ts'

const [, , folder = '.', key = '', count = '0'] = process.argv
const store = await openScratchStore(folder, Buffer.from(key, 'hex'))
const tokenOf = async (role: Role) =>
  (await store.consumers.add({ name: role, role, sources: [], sink: null })).token

class StoredVerifications extends FakeVerifications {
  override latest(patientNumber: string, role: Role = 'receipt-computer') {
    const found = store.latest(patientNumber)
    return found === undefined ? undefined : store.feed.shown(found, role)
  }
}

const ports = fakePorts()
const api = await openScratchApi(store, {
  ...ports,
  verifications: new StoredVerifications(ports.feed),
})

/** Cursors of one stretch of the feed are asked for in turns, so that no page is kept ready. */
const STRETCH = 2_000
const STEPS = 100
const { epoch } = decodeCursor(store.feed.page(null, 1, 'receipt-computer').cursor)
const cursorsFrom = (position: number) =>
  Array.from({ length: STEPS }, (_, n) =>
    encodeCursor({ epoch, position: position + ((n * 7_919) % STRETCH) }),
  )
const events = Number(count)
const hello = {
  url: api.urls[0],
  full: await tokenOf('receipt-computer'),
  liaison: await tokenOf('liaison'),
  cursors: {
    first: cursorsFrom(0),
    middle: cursorsFrom(Math.floor(events / 2)),
    newest: cursorsFrom(events - STRETCH - 100),
  },
}
await answerLines(JSON.stringify(hello))
await api.close()
await store.close()
