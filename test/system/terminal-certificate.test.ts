import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeTerminalBed } from '../bed/terminal.ts'

const DAY_MS = 24 * 3_600_000

test('the end of the terminal’s certificate, as a person typed it, is told in health and on the console', async (t) => {
  const end = new Date(Date.now() + 20 * DAY_MS).toISOString().slice(0, 10)
  const contact = '[terminal.contact]\ncustomer_id = "CAF0123456789"\n'
  const bed = await makeTerminalBed(t, { keys: { certificate_expires: end }, tables: contact })
  await bed.start()
  const { stdout } = await bed.cli('status')
  assert.match(stdout, /CERTIFICATE_EXPIRING/)
  assert.match(stdout, /CERTIFICATE_NOT_VISIBLE/, 'it was typed, and is still not seen')
  assert.doesNotMatch(stdout, /CAF0123456789/)
  const shown = await bed.cli('terminal')
  assert.ok(shown.stdout.includes(end) && shown.stdout.includes('お客様ID CAF0123456789'))
})
