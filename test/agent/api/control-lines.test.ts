import assert from 'node:assert/strict'
import { test } from 'node:test'
import { daysIn, lineRoute } from '../../../agent/api/control-lines.ts'
import { FakeLines, lineItem } from '../../fakes/lines.ts'

function desk() {
  const lines = new FakeLines()
  lines.items = [lineItem(), lineItem({ name: 'ipsec', isCurrent: false })]
  const bugs: unknown[] = []
  const command = (text: string) => lineRoute(lines, text, (error) => bugs.push(error))
  return { lines, command, bugs }
}
const held = (routed: Awaited<ReturnType<typeof lineRoute>>) =>
  JSON.stringify(routed).match(/"isHeldByHand":true/g)?.length ?? 0

test('a line is used and released by name', async () => {
  const { lines, command } = desk()
  assert.equal(held(await command('GET /lines')), 0)
  assert.equal(held(await command('POST /lines/ipsec/use')), 1)
  assert.equal(lines.held, 'ipsec')
  assert.equal(held(await command('POST /lines/ipsec/release')), 0)
  assert.equal(lines.held, null)
  assert.deepEqual(lines.actors, ['console use ipsec', 'console release ipsec'])
})

test('a line that there is not is not found', async () => {
  const { command } = desk()
  for (const path of ['POST /lines/x/use', 'POST /lines/x/release', 'GET /lines/x/report'])
    await assert.rejects(command(path), { code: 'NOT_FOUND' })
})

test('a report is asked for with its days', async () => {
  const { command } = desk()
  assert.deepEqual(await command('GET /lines/ngn/report'), [200, { report: '回線 ngn、7 日\n' }])
  assert.deepEqual(await command('GET /lines/ngn/report?days=30'), [
    200,
    { report: '回線 ngn、30 日\n' },
  ])
  await assert.rejects(command('GET /lines/ngn/report?days=a%20week'), { code: 'REQUEST_INVALID' })
  for (const text of ['', '-1', '1.5', '７', '12345'])
    assert.throws(() => daysIn(text), { code: 'REQUEST_INVALID' })
  assert.equal(daysIn(undefined), 7)
})

test('a test of all lines comes before their list', async () => {
  const { lines, command } = desk()
  const listed = command('GET /lines?test=true')
  lines.items = [lineItem({ name: 'tested' })]
  lines.done()
  assert.match(JSON.stringify(await listed), /"tested"/)
  assert.equal(lines.tests, 1)
})

test('other commands are none of lines', async () => {
  const { command } = desk()
  for (const text of ['GET /readers', 'POST /lines', 'GET /lines/ngn/use', 'POST /lines/../use'])
    assert.equal(await command(text), undefined)
})
