import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { maskedConfig } from '../../config/masked.ts'

const TEXT = `
# a comment of 検証
[institution]
code = "1312345678"
[store]
key_file = "canary-key"
[[lines]]
name = "ngn"
kind = "ip-vpn"
gateway = "https://canary.example"
contact = { customer_id = "canary-id", canary_key = "x" }
[gateway]
timeout_ms = 1234
charset = "UTF-8"
protocol.extra_headers = { "X-canary" = "canary" }
[jobs]
roster = "0 10 1,11,21 * *"
[clinic]
help_desk = "canary-phone"
hours = [{ days = ["mon"], from = "08:30", to = "18:00" }]
[[readers]]
name = "desk-1"
driver = "sim"
options = { port = 7 }
[canary_table]
x = 1
`

test('choices, numbers and names of lines and readers are shown; every other text is masked', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-masked-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'agent.toml')
  writeFileSync(path, TEXT)
  const found = maskedConfig(path)
  assert.equal(found.is, 'read')
  const said = JSON.stringify(found)
  for (const word of ['canary', '検証', '1312345678', folder]) assert.ok(!said.includes(word), word)
  for (const part of [
    '"name":"ngn"',
    '"kind":"ip-vpn"',
    '"timeout_ms":1234',
    '"charset":"UTF-8"',
    '"roster":"0 10 1,11,21 * *"',
    '"from":"08:30"',
    '"driver":"sim"',
    '"customer_id":"(masked)","(other keys)":1',
  ])
    assert.ok(said.includes(part), part)
  writeFileSync(path, '[canary')
  assert.deepEqual(maskedConfig(path), { is: 'unreadable' })
})
