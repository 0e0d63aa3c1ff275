import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { faceName, namedAt } from '../../../agent/outbox/face-name.ts'
import { faceStem } from '../../../agent/sim/terminal/names.ts'

const CODE = '1319999991'
const AT = Date.parse('2026-04-01T09:30:02.345+09:00')

test('a name is as the official terminal writes it, and the same at each attempt', () => {
  const id = '019d465d-8ac9-7c11-8abc-0123456789ab'
  assert.equal(faceName(CODE, id), faceName(CODE, id))
  const name = faceName(CODE, uuidV7(AT))
  assert.match(name, /^OQSsiquc01res_face_1319999991[0-9A-F]{20}_20260401093002\.xml$/)
  assert.match(name, /^OQSsiquc01res_face_.+_(\d{14})\.xml$/)
  assert.notEqual(faceName(CODE, uuidV7(AT)), name)
})

test('names sort as the events came, also within one second', () => {
  const names = Array.from({ length: 50 }, (_, n) => faceName(CODE, uuidV7(AT + n * 41)))
  assert.deepEqual(names.toSorted(), names)
})

test('our files are told from the terminal’s', () => {
  const name = faceName(CODE, uuidV7(AT))
  assert.equal(namedAt(CODE, name), AT)
  for (let n = 0; n < 1_000; n += 1)
    assert.equal(namedAt(CODE, `${faceStem(CODE, '20260401093002')}.xml`), null)
  for (const other of [
    name.replace('.xml', '.xml.done'),
    name.replace('_20260401093002', '_20260401093003'),
    name.replace('face_', 'face_x'),
    `x${name}`,
    'OQSsiquc01res_202604010001.xml',
  ])
    assert.equal(namedAt(CODE, other), null, other)
  assert.equal(namedAt('1319999992', name), null)
})
