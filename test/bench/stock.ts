import { personOf } from '../../agent/eligibility/person.ts'
import { uuidV7 } from '../../agent/kernel/ids.ts'
import { toRfc3339 } from '../../agent/kernel/time.ts'
import { openDatabase, statements } from '../../agent/store/database.ts'
import { openKnown } from '../../agent/store/known.ts'
import { transactions } from '../../agent/store/transactions.ts'
import { end, judged, question, verification } from '../agent/store/fixtures.ts'
import { openScratchStore, scratchPath } from './scratch-store.ts'

/** Each patient comes so often, so that one event in so many is a first visit: the liaison office's. */
export const VISITS = 20
/** Events of one transaction: nobody waits for a commit here. */
const BATCH = 5_000
const BETWEEN_MS = 30_000
const OFFICIAL = {
  insuredCardClassification: '01',
  insurerNumber: '06139992',
  sex1: '1',
  insuredCardValidDate: '20240401',
} as const

/** The clinic's number of a patient, from 0 on. */
export const numberOf = (patient: number) => String(patient).padStart(6, '0')

const FIRST_BIRTH_MS = Date.UTC(1930, 0, 1)
const BIRTH_DAYS = 34_000
const DAY_MS = 86_400_000
/** Three in a hundred thousand have the same one, as in life. */
const birthdateOf = (patient: number) =>
  new Date(FIRST_BIRTH_MS + ((patient * 7_919) % BIRTH_DAYS) * DAY_MS)
    .toISOString()
    .slice(0, 10)
    .replaceAll('-', '')

/** What the official side says of a patient. */
export const officialOf = (patient: number) => ({
  ...OFFICIAL,
  name: `検証　${patient}郎`,
  nameKana: `ｹﾝｼｮｳ ${patient}ﾛｳ`,
  birthdate: birthdateOf(patient),
  insuredIdentificationNumber: numberOf(patient),
})

/** New ones come all the time; who came before comes again, in no order. */
const visitorOf = (event: number, visits: number) => {
  const known = Math.floor(event / visits)
  return event % visits === 0 ? known : (event * 7_919) % (known + 1)
}

/**
 * A store in this folder with so many events, by the store's own transactions; only the commits are
 * few and not durable.
 */
export async function stockStore(
  folder: string,
  key: Uint8Array,
  count: number,
  visits = VISITS,
): Promise<void> {
  const store = await openScratchStore(folder, key)
  await store.close()
  const db = openDatabase(scratchPath(folder), key, 'read-write')
  db.pragma('synchronous = OFF')
  const sql = statements(db)
  const from = Date.now() - count * BETWEEN_MS
  const batch = db.transaction((first: number) => {
    for (let n = first; n < Math.min(first + BATCH, count); n += 1)
      transactions.end(sql, visit(from + n * BETWEEN_MS, visitorOf(n, visits), sql))
  })
  for (let first = 0; first < count; first += BATCH) batch(first)
  db.close()
}

/** Accepts the question of a visit; what it ends in. */
function visit(at: number, patient: number, sql: ReturnType<typeof statements>) {
  const id = uuidV7(at)
  const asked = numberOf(patient)
  transactions.accept(sql, question({ id, at, actor: 'bench' }))
  const official = officialOf(patient)
  const record = end(id, {
    eventId: uuidV7(at),
    at,
    atText: toRfc3339(at),
    numbers: { asked, returned: null },
    subject: personOf([official]),
    verification: { ...verification(id), patientNumber: asked, results: [official] },
  })
  return judged(openKnown(sql), record)
}
