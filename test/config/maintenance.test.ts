import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { maintenanceFile } from '../../config/maintenance.ts'
import { faultOf } from './clinic.ts'

function calendar(t: TestContext, toml?: string | Uint8Array) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-maintenance-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'maintenance.toml')
  if (toml !== undefined) writeFileSync(path, toml)
  return { path, file: maintenanceFile(path, ['ngn', 'ipsec']) }
}

test('announced maintenance is read in the order of its begin', (t) => {
  const { file } = calendar(
    t,
    `
[[maintenance]]
from = 2026-12-06T01:00:00+09:00
to = 2026-12-06T05:00:00
title = "定期メンテナンス"

[[maintenance]]
from = 2026-12-01T00:00:00Z
to = "2026-12-01T10:00+09:00"
title = "回線工事"
line = "ngn"
`,
  )
  assert.deepEqual(file.read(), [
    {
      from: Date.parse('2026-12-01T09:00:00+09:00'),
      to: Date.parse('2026-12-01T10:00:00+09:00'),
      title: '回線工事',
      line: 'ngn',
    },
    {
      from: Date.parse('2026-12-06T01:00:00+09:00'),
      to: Date.parse('2026-12-06T05:00:00+09:00'),
      title: '定期メンテナンス',
      line: null,
    },
  ])
})

test('an empty file announces nothing', (t) => {
  assert.deepEqual(calendar(t, '# nothing\n').file.read(), [])
})

const entry = (text: string) => `[[maintenance]]\n${text}\n`
const good = 'from = 2026-12-06T01:00:00\nto = 2026-12-06T05:00:00\ntitle = "定期"'

const refused: readonly (readonly [name: string, toml: string, field: string, says: RegExp])[] = [
  ['a day without a time', good.replace('T01:00:00', ''), 'maintenance[0].from', /date with time/],
  ['a time without a day', good.replace('2026-12-06T01', '01'), 'maintenance[0].from', /with time/],
  ['a text that is no time', good.replace(/= 2026.*/, '= "明日"'), 'maintenance[0].from', /time/],
  ['an end before its begin', good.replace('T05', 'T00'), 'maintenance[0].to', /a later time/],
  ['no end', good.replace(/to = .*/, ''), 'maintenance[0].to', /必要な項目/],
  ['no title', good.replace(/title.*/, ''), 'maintenance[0].title', /必要な項目/],
  ['a line that there is not', `${good}\nline = "ngm"`, 'maintenance[0].line', /"ngn", "ipsec"/],
  ['a mistyped key', `${good}\nlines = "ngn"`, 'maintenance[0].lines', /maintenance\[0\]\.line/],
  ['30 February', good.replace('from = 2026-12-06', 'from = 2026-02-30'), 'line 2', /calendar/],
]

for (const [name, text, field, says] of refused)
  test(`${name} is refused by entry and key`, (t) => {
    const { file, path } = calendar(t, entry(text))
    const fault = faultOf(() => file.read())
    assert.equal(fault.code, 'CONFIG_INVALID')
    assert.deepEqual(
      fault.mistakes.map((mistake) => mistake.field),
      [field],
    )
    const [mistake] = fault.mistakes
    assert.match(`${mistake?.title} ${mistake?.detail}`, says)
    assert.ok(fault.message.startsWith(path))
  })

test('a file that is no TOML, no UTF-8 or not there is told as such', (t) => {
  assert.match(faultOf(() => calendar(t, '[[maintenance').file.read()).message, /line 1/)
  assert.match(faultOf(() => calendar(t, Buffer.from([0xff])).file.read()).message, /UTF-8/)
  assert.equal(faultOf(() => calendar(t).file.read()).code, 'CONFIG_UNREADABLE')
})

test('its version changes when it is written and when it is removed', (t) => {
  const { path, file } = calendar(t, entry(good))
  const versions = [file.version(), file.version()]
  writeFileSync(path, entry(`${good}\nline = "ngn"`))
  versions.push(file.version())
  rmSync(path)
  versions.push(file.version())
  assert.equal(new Set(versions).size, 3)
})
