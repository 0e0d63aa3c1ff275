import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { type Sql, statements } from '../../../agent/store/database.ts'
import { openItems } from '../../../agent/store/items.ts'

const BODY_BYTES = 200 * 1024

/** Items of a feed of large events, and how often the database was asked for some. */
function bed(events: number) {
  const db = new Database(':memory:')
  db.exec('CREATE TABLE events (position INTEGER PRIMARY KEY, body BLOB NOT NULL)')
  const insert = db.prepare('INSERT INTO events (position, body) VALUES (?, ?)')
  for (let position = 1; position <= events; position += 1)
    insert.run(position, Buffer.from(JSON.stringify({ text: 'x'.repeat(BODY_BYTES) })))
  const plain = statements(db)
  let asked = 0
  const sql: Sql = <Row>(text: string) => {
    const statement = plain<Row>(text)
    return {
      ...statement,
      all(...values) {
        asked += 1
        return statement.all(...values)
      },
    }
  }
  return { items: openItems(sql, String), asked: () => asked }
}

test('what was read once stays in memory, though parts of it were read together with others again and again', () => {
  const { items, asked } = bed(3)
  for (let n = 0; n < 10; n += 1) {
    items.at(3, 1)
    items.at(2, 2)
    items.at(1, 3)
  }
  const before = asked()
  items.at(1, 1)
  items.at(2, 1)
  items.at(3, 1)
  assert.deepEqual([before, asked()], [3, 3])
})
