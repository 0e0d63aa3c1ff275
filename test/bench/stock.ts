import { uuidV7 } from '../../agent/kernel/ids.ts'
import { toRfc3339 } from '../../agent/kernel/time.ts'
import { openDatabase, statements } from '../../agent/store/database.ts'
import { transactions } from '../../agent/store/transactions.ts'
import { end, question, verification } from '../agent/store/fixtures.ts'
import { openScratchStore, scratchPath } from './scratch-store.ts'

/** Each patient comes so often, so that one event in so many is a first visit: the liaison office's. */
export const VISITS = 20
/** Events of one transaction: nobody waits for a commit here. */
const BATCH = 5_000
const BETWEEN_MS = 30_000
const OFFICIAL = {
  insuredCardClassification: '01',
  insurerNumber: '06139992',
  name: '検証　一郎',
  nameKana: 'ｹﾝｼｮｳ ｲﾁﾛｳ',
  sex1: '1',
  birthdate: '19800502',
  insuredCardValidDate: '20240401',
} as const

/** The clinic's number of a patient, from 0 on. */
export const numberOf = (patient: number) => String(patient).padStart(6, '0')

/** New ones come all the time; who came before comes again, in no order. */
const visitorOf = (event: number) => {
  const known = Math.floor(event / VISITS)
  return event % VISITS === 0 ? known : (event * 7_919) % (known + 1)
}

/**
 * A store in this folder with so many events, by the store's own transactions; only the commits are
 * few and not durable.
 */
export async function stockStore(folder: string, key: Uint8Array, count: number): Promise<void> {
  const store = await openScratchStore(folder, key)
  await store.close()
  const db = openDatabase(scratchPath(folder), key, 'read-write')
  db.pragma('synchronous = OFF')
  const sql = statements(db)
  const from = Date.now() - count * BETWEEN_MS
  const batch = db.transaction((first: number) => {
    for (let n = first; n < Math.min(first + BATCH, count); n += 1)
      transactions.end(sql, visit(from + n * BETWEEN_MS, visitorOf(n), sql))
  })
  for (let first = 0; first < count; first += BATCH) batch(first)
  db.close()
}

/** Accepts the question of a visit; what it ends in. */
function visit(at: number, patient: number, sql: ReturnType<typeof statements>) {
  const id = uuidV7(at)
  const asked = numberOf(patient)
  transactions.accept(sql, question({ id, at, actor: 'bench' }))
  const { name, nameKana, birthdate } = OFFICIAL
  return end(id, {
    eventId: uuidV7(at),
    at,
    atText: toRfc3339(at),
    numbers: { asked, returned: null },
    person: { name, nameKana, birthdate, sex: '1', identity: `06139992|${asked}|` },
    verification: {
      ...verification(id),
      patientNumber: asked,
      results: [{ ...OFFICIAL, insuredIdentificationNumber: asked }],
    },
  })
}
