import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { AuditRecord } from '../../../agent/store/audit-chain.ts'
import { type JournalOptions, openAuditJournal } from '../../../agent/store/audit-journal.ts'
import { numbered } from '../../../agent/store/audit-lines.ts'
import { recordingLog } from '../../fakes/log.ts'
import { scratch } from './fixtures.ts'

const record = (n: number): AuditRecord => ({
  id: `r${n}`,
  at: n,
  actor: 'c1',
  action: 'events',
  subject: `${n}`,
})
const key = new Uint8Array(32).fill(3)

/** A journal of a first start, unless said otherwise. */
function open(path: string, ingest: JournalOptions['ingest'], over: Partial<JournalOptions> = {}) {
  return openAuditJournal({
    path,
    key,
    after: 0,
    upTo: 0,
    takesPlain: false,
    reserveBytes: 0,
    ingest,
    log: recordingLog(),
    onFault: (fault) => assert.fail(`${fault.kind} ${fault.place}`),
    onDurable: () => {},
    onReserve: () => {},
    ...over,
  })
}

const full = () => Promise.reject(new AgentError('STORE_FULL', 'no space'))

/** A database that takes records, or not, and says when it was asked to. */
function database() {
  const asked = new EventEmitter()
  const taken: string[] = []
  const sizes: number[] = []
  let takes = true
  return {
    taken,
    sizes,
    asked: () => once(asked, 'asked'),
    refuse: (isRefused: boolean) => {
      takes = !isRefused
    },
    ingest: async (lines: readonly string[]) => {
      asked.emit('asked')
      if (!takes) return full()
      sizes.push(lines.length)
      taken.push(...lines.map((line) => JSON.parse(line).id))
    },
  }
}

test('a record is in the file at once and in the database soon after, each once', async (t) => {
  const path = `${scratch(t)}.audit`
  const db = database()
  const journal = open(path, db.ingest)
  await journal.write(record(1))
  assert.match(readFileSync(path, 'utf8'), /"id":"r1"/)
  await db.asked()
  await journal.write(record(2))
  await journal.close()
  assert.deepEqual(db.taken, ['r1', 'r2'])
  assert.equal(readFileSync(path, 'utf8') + readFileSync(`${path}.2`, 'utf8'), '')
})

test('a database that refuses for a while gets everything later, without another read', async (t) => {
  const path = `${scratch(t)}.audit`
  const db = database()
  const log = recordingLog()
  const journal = open(path, db.ingest, { log })
  db.refuse(true)
  await journal.write(record(1))
  await db.asked()
  await journal.write(record(2))
  db.refuse(false)
  await db.asked()
  await journal.close()
  assert.deepEqual(db.taken, ['r1', 'r2'])
  assert.ok(log.lines.some(({ event }) => event === 'audit-flush-failed'))
})

test('a database that refuses for long is logged once, and again when it refuses anew', async (t) => {
  const db = database()
  const log = recordingLog()
  const journal = open(`${scratch(t)}.audit`, db.ingest, { log })
  const refusals = () => log.lines.filter(({ event }) => event === 'audit-flush-failed').length
  for (const [turn, id] of [1, 2].entries()) {
    db.refuse(true)
    await journal.write(record(id))
    for (let asked = 0; asked < 3; asked += 1) await db.asked()
    db.refuse(false)
    await db.asked()
    assert.equal(refusals(), turn + 1)
  }
  await journal.close()
  assert.deepEqual(db.taken.toSorted(), ['r1', 'r2'])
})

test('what a crash left in both files is taken in batches', async (t) => {
  const path = `${scratch(t)}.audit`
  const lines = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => JSON.stringify(record(from + n))).join('\n')
  writeFileSync(path, `${lines(0, 5_000)}\n`)
  writeFileSync(`${path}.2`, `${lines(5_000, 10)}\n{"torn`)
  const db = database()
  const log = recordingLog()
  const journal = open(path, db.ingest, { log, takesPlain: true })
  await journal.close()
  assert.equal(new Set(db.taken).size, 5_010)
  assert.ok(Math.max(...db.sizes) <= 2_000)
  assert.ok(log.lines.some(({ event }) => event === 'audit-journal-torn'))
})

test('a line after a torn one is not lost with it', async (t) => {
  const path = `${scratch(t)}.audit`
  writeFileSync(path, `${numbered(key, 0, 1, record(1)).text}\n{"torn`)
  const journal = open(path, full)
  await journal.write(record(2))
  await journal.close()
  const db = database()
  await open(path, db.ingest).close()
  assert.deepEqual(db.taken.toSorted(), ['r1', 'r2'])
})

test('a full disk leaves the database; when that fails too, reads are refused', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root: mounts a small file system')
  const folder = mkdtempSync(join(tmpdir(), 'onshi-full-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])
  const db = database()
  const journal = open(join(folder, 'audit'), db.ingest)
  t.after(async () => {
    await journal.close()
    execFileSync('umount', [folder])
    rmdirSync(folder)
  })
  assert.throws(() => writeFileSync(join(folder, 'ballast'), Buffer.alloc(128 * 1024)), {
    code: 'ENOSPC',
  })

  await journal.write(record(1))
  assert.deepEqual(db.taken, ['r1'])
  assert.equal(journal.isWritable(), true)
  db.refuse(true)
  await assert.rejects(journal.write(record(2)), { code: 'AUDIT_UNAVAILABLE' })
  assert.equal(journal.isWritable(), false)
})

test('on a full disk records go where room was taken before, and nobody else can take it', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root: mounts a small file system')
  const folder = mkdtempSync(join(tmpdir(), 'onshi-full-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder])
  const db = database()
  const used: number[] = []
  const log = recordingLog()
  const reserveBytes = 64 * 1024
  const journal = open(join(folder, 'audit'), db.ingest, {
    log,
    reserveBytes,
    onReserve: (bytes) => void used.push(bytes),
  })
  t.after(async () => {
    await journal.close()
    execFileSync('umount', [folder])
    rmdirSync(folder)
  })
  const ballast = join(folder, 'ballast')
  assert.throws(() => writeFileSync(ballast, Buffer.alloc(512 * 1024, 1)), { code: 'ENOSPC' })
  db.refuse(true)
  let written = 0
  const fill = async () => {
    for (;;) {
      await journal.write(record(written + 1))
      written += 1
    }
  }
  await assert.rejects(fill(), { code: 'AUDIT_UNAVAILABLE' })
  assert.ok(written > 400, `${written} records in 64 KiB`)
  assert.ok((used.at(-1) ?? 0) > reserveBytes - 200)
  rmSync(ballast)
  db.refuse(false)
  await db.asked()
  await journal.close()
  assert.deepEqual(
    db.taken.toSorted(),
    Array.from({ length: written }, (_, n) => `r${n + 1}`).toSorted(),
  )
  assert.equal(used.at(-1), 0, 'it is free again')
})
