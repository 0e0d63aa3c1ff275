import assert from 'node:assert/strict'
import {
  closeSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { openDatabase, statements } from '../../agent/store/database.ts'
import { type Bed, makeBed, startBed } from '../bed/agent.ts'
import { type Client, clientOf, eventually, problemIn } from '../bed/client.ts'
import { openDisk, type Refusal, whyNoDisk } from '../bed/power/disk.ts'

const faceOf = (number: string) => patientByNumber(number)?.cardFace ?? {}
const skip = whyNoDisk() ?? false

/** Codes of what is wrong with the store, and the code that `STORE_FAILING` names. */
async function wrongWith(monitor: Client): Promise<readonly string[]> {
  const { checks } = await monitor.health()
  return (checks['store'] ?? [])
    .filter(({ status }) => status !== 'pass')
    .map(({ code, facts }) => (code === 'STORE_FAILING' ? `${code} ${facts['code']}` : code))
}

const factsOf = async (monitor: Client, code: string) =>
  (await monitor.health()).checks['store']?.find((one) => one.code === code)?.facts

const FAULTS: readonly (readonly [errno: Refusal, what: string, code: string])[] = [
  ['EIO', 'that dies', 'STORE_FAILED'],
  ['EROFS', 'that the kernel made read-only', 'STORE_FAILED'],
  ['ENOSPC', 'without space', 'STORE_FULL'],
]

for (const [errno, what, code] of FAULTS)
  test(`with a disk ${what} questions are refused with a code, polls answered, and it heals by itself`, {
    skip,
  }, async (t) => {
    const disk = await openDisk(1)
    t.after(() => disk.close())
    const bed = await makeBed(t, { state: disk.folder })
    const agent = await bed.start()
    const client = clientOf(agent.url, await bed.addConsumer('receipt'))
    const monitor = clientOf(agent.url, await bed.addConsumer('monitor', 'it'))
    const { id } = await client.ask(faceOf('01'))

    await disk.refuse(errno)
    const asked = await client.post('/v1/verifications', faceOf('02'))
    assert.equal(problemIn(asked).code, code)
    const { health } = monitor
    await eventually('the condition', async () =>
      (await wrongWith(monitor)).includes(`STORE_FAILING ${code}`) ? true : undefined,
    )
    assert.equal((await health()).status, 'fail')
    const read = await client.get(`/v1/verifications/${id}`)
    // The audit of a read goes into room that was taken before; a disk that dies takes not even that.
    if (read.status !== 200) assert.equal(problemIn(read).code, 'AUDIT_UNAVAILABLE')

    await disk.refuse(null)
    await client.ask(faceOf('03'))
    await eventually('health again', async () =>
      (await wrongWith(monitor)).includes(`STORE_FAILING ${code}`) ? undefined : true,
    )
    const { items } = await client.events()
    assert.equal(items.length, 2, 'what was refused is not there, what was accepted is')
    await agent.stop()
  })

test('of a disk that reads nothing the agent says so, stays up and answers again once it reads', {
  skip,
}, async (t) => {
  const disk = await openDisk(2, 'uncached')
  t.after(() => disk.close())
  const bed = await makeBed(t, { state: disk.folder })
  const agent = await bed.start()
  const client = clientOf(agent.url, await bed.addConsumer('receipt'))
  const { id } = await client.ask(faceOf('01'))
  // Of looks at the audit there are two at the start. One that could not look is made again, but later.
  await eventually('the looks at the audit', async () => {
    const isJobOver = /"job-ended","job":"audit"/.test(agent.output())
    return isJobOver ? factsOf(client, 'AUDIT_VERIFIED') : undefined
  })

  await disk.blind('EIO')
  const asked = await client.post('/v1/verifications', faceOf('02'))
  const read = await client.get(`/v1/verifications/${id}`)
  assert.equal(problemIn(read).code, 'STORE_CORRUPT', 'SQLite takes EIO of a read for damage')
  assert.ok((await wrongWith(client)).includes('STORE_FAILING STORE_CORRUPT'))

  await disk.blind(null)
  assert.equal((await client.get(`/v1/verifications/${id}`)).status, 200)
  assert.equal((await client.ask(faceOf('03'))).outcome, 'valid')
  await eventually('health again', async () =>
    (await wrongWith(client)).length === 0 ? true : undefined,
  )
  if (asked.status < 400)
    await eventually('an answer to what was accepted meanwhile', async () =>
      (await client.feed()).length === 3 ? true : undefined,
    )
  else assert.equal(problemIn(asked).code, 'STORE_CORRUPT')
  assert.equal((await agent.stop()).code, 0, 'the process of before')
})

test('a page that is damaged meanwhile refuses what lies on it, all else is answered, and it is told until it reads', async (t) => {
  const bed = await startBed(t)
  const { id } = await bed.client.ask(faceOf('01'))
  await bed.agent.stop()
  const heal = damageTable(bed, 'roster')
  const agent = await bed.start()
  const client = clientOf(agent.url, bed.token)
  assert.equal(problemIn(await client.get('/v1/roster')).code, 'STORE_CORRUPT')
  assert.equal((await client.get(`/v1/verifications/${id}`)).status, 200)
  assert.equal((await client.ask(faceOf('02'))).outcome, 'valid')
  const told = 'STORE_FAILING STORE_CORRUPT'
  assert.ok((await wrongWith(client)).includes(told), 'also after a change that was written')
  heal()
  await client.ask(faceOf('03'))
  await eventually('health again', async () =>
    (await wrongWith(client)).includes(told) ? undefined : true,
  )
  assert.equal((await client.get('/v1/roster')).status, 200)
})

test('a start that finds its WAL gone says which time is missing until a person has looked, and consumers are told', async (t) => {
  const bed = await makeBed(t)
  const token = await bed.addConsumer('receipt')
  const database = join(bed.state, 'agent.db')
  // A checkpoint may come at any moment: as if none had, the file is put back as it was at the start.
  const before = readFileSync(database)
  const head = newestRecord(bed)
  const anchored = () => {
    const lines = readFileSync(`${database}.audit.anchor`, 'utf8').trimEnd().split('\n')
    return Number(lines.at(-1)?.split(' ')[2])
  }
  const agent = await bed.start()
  const client = clientOf(agent.url, token)
  await client.ask(faceOf('01'))
  const { cursor } = await client.events()
  // What is in no anchor yet is lost without a trace.
  await eventually('an anchor of what came since', async () => anchored() > head || undefined)
  await agent.stop('SIGKILL')
  for (const name of ['-wal', '-shm']) rmSync(database + name)
  writeFileSync(database, before)
  const again = await bed.start()
  const monitor = clientOf(again.url, '')
  let seen: readonly string[] = []
  await eventually('the condition', async () => {
    seen = await wrongWith(monitor)
    return seen.includes('AUDIT_BROKEN') || undefined
  }).catch((error: unknown) => {
    assert.deepEqual(seen, ['AUDIT_BROKEN'], again.output())
    throw error
  })
  const facts = await factsOf(monitor, 'STORE_WENT_BACK')
  const { seenBy, events, consumers } = facts ?? {}
  assert.deepEqual([seenBy, events, consumers], ['anchor', 1, 'receipt'])
  assert.ok(String(facts?.['from']) < String(facts?.['to']))
  const doctor = await bed.cli('doctor')
  assert.match(doctor.stdout, /データベースが以前の状態に戻っていました/)
  const same = clientOf(again.url, token)
  assert.equal((await same.get(`/v1/events?after=${cursor}`)).status, 410)
  await same.ask(faceOf('02'))
  assert.equal((await bed.cli('restore', 'acknowledge')).code, 0)
  assert.equal(await factsOf(monitor, 'STORE_WENT_BACK'), undefined)
})

test('with a database that is damaged at the start health says so and what to do, nothing else is answered, and another file is taken up', async (t) => {
  const bed = await startBed(t)
  const { id } = await bed.client.ask(faceOf('01'))
  await bed.agent.stop()
  const path = join(bed.state, 'agent.db')
  const whole = readFileSync(path)
  damage(bed)
  const standIn = await bed.start()
  const client = clientOf(standIn.url, bed.token)
  const health = await client.get('/health')
  assert.equal(health.status, 503)
  const { status, checks } = await client.health()
  const [check] = checks['store'] ?? []
  assert.deepEqual([status, check?.code], ['fail', 'STORE_DAMAGED'])
  assert.match(check?.hint ?? '', /onshi-agent restore/)
  const asked = await client.post('/v1/verifications', faceOf('02'))
  assert.deepEqual([asked.status, problemIn(asked).number], [503, 'E703'])
  const page = await client.get('/desk/', { accept: 'text/html' })
  assert.match(page.text, /データベースが壊れています。保守業者に連絡してください。/)
  assert.equal((await client.get('/readyz')).status, 503)
  const { stdout } = await bed.cli('doctor')
  assert.match(stdout, /STORE_CORRUPT|E703/)

  writeFileSync(path, whole)
  assert.equal((await standIn.ended).code, 0, 'for whoever starts it anew')
  const again = clientOf((await bed.start()).url, bed.token)
  assert.equal((await again.verification(id)).id, id)
})

/** In every page but the first ones, which open the file. */
function damage({ state }: Bed): void {
  const path = join(state, 'agent.db')
  const file = openSync(path, 'r+')
  for (let at = 20 * 4_096; at < statSync(path).size; at += 4_096)
    writeSync(file, Buffer.alloc(16, 0xaa), 0, 16, at + 100)
}

/** Of the audit; nobody has the database open. */
function newestRecord({ state, storeKey }: Bed): number {
  const db = openDatabase(join(state, 'agent.db'), Buffer.from(storeKey, 'hex'), 'read-only')
  const row = statements(db)<{ seq: number }>('SELECT max(seq) AS seq FROM audit').get()
  db.close()
  return row?.seq ?? 0
}

/** The first page of a table and of its indexes; calling it puts them back. */
function damageTable({ state, storeKey }: Bed, table: string): () => void {
  const path = join(state, 'agent.db')
  const db = openDatabase(path, Buffer.from(storeKey, 'hex'), 'read-only')
  const pages = statements(db)<{ page: number }>(
    'SELECT rootpage AS page FROM sqlite_schema WHERE tbl_name = ?',
  ).all(table)
  db.close()
  const file = openSync(path, 'r+')
  const before = pages.map(({ page }) => {
    const at = (page - 1) * 4_096
    const bytes = Buffer.alloc(4_096)
    readSync(file, bytes, 0, 4_096, at)
    writeSync(file, Buffer.alloc(16, 0xaa), 0, 16, at + 100)
    return { at, bytes }
  })
  return () => {
    for (const { at, bytes } of before) writeSync(file, bytes, 0, 4_096, at)
    closeSync(file)
  }
}
