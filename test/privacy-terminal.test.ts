import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { patientByNumber } from '../agent/sim/patients.ts'
import { MODES } from '../agent/sim/terminal/behaviour.ts'
import { officialNeedles, sent, sentNeedles } from './bed/canaries.ts'
import { eventually } from './bed/client.ts'
import { openEvidence } from './bed/evidence.ts'
import { found, leaks } from './bed/needles.ts'
import { canaryFace } from './bed/refusals.ts'
import { makeTerminalBed } from './bed/terminal.ts'

const PATIENTS = ['01', '07', '08', '14', '22', '27'] as const
const faceOf = (number: string) => {
  const patient = patientByNumber(number)
  if (patient === undefined) throw new Error(`no patient ${number}`)
  return patient.cardFace
}

test('nothing of a patient leaves the folders but in the feed: no log, health, command or readable file holds it', async (t) => {
  const bed = await makeTerminalBed(t, { inFront: true, keys: { answer_seconds: 1 } })
  const agent = await bed.start()
  const client = await bed.clientOf(agent)
  const evidence = openEvidence()
  const computer = bed.receiptComputer()
  for (const patient of PATIENTS) await bed.terminal.face(patient)
  await computer.ask(faceOf('14'))
  await client.ask({ ...canaryFace })
  for (const mode of MODES) {
    if (mode === 'asleep') continue
    bed.terminal.behave({ mode, times: 2, delayMs: 200 })
    await bed.terminal.face('08')
    await client.ask({ ...faceOf('14'), patientNumber: sent.patientNumber })
    evidence.reply('/health', await client.get('/health'))
  }
  bed.terminal.behave({ mode: 'normal' })
  // A name as a receipt computer may choose it.
  const named = `OQSsiquc01res_${sent.patientNumber}_1.xml`
  writeFileSync(join(bed.root, 'res', named), `<XmlMsg>${sent.name}`)
  await eventually(
    'the broken file is told',
    async () =>
      JSON.stringify((await client.health()).checks).includes('TERMINAL_FILE_UNREADABLE') ||
      undefined,
  )
  for (const path of ['/v1/terminal', '/health?format=nagios', '/v1/outages', '/openapi.json'])
    evidence.reply(path, await client.get(path))
  for (const command of ['status', 'terminal', 'terminal --json', 'terminal --bypass', 'doctor'])
    evidence.printed(await bed.cli(...command.split(' ')))
  const feed = JSON.stringify(await client.feed())
  const state = join(bed.folder, 'state')
  evidence.state(state)
  assert.equal((await agent.stop()).code, 0)
  evidence.add('standard output and standard error', agent.output())
  evidence.state(state)
  assert.ok(readdirSync(state).includes('agent.db'))

  const needles = [...sentNeedles, ...officialNeedles]
  for (const [place, bytes] of evidence.places)
    await t.test(`nothing is in ${place}`, () => {
      assert.deepEqual(leaks(needles, Buffer.concat(bytes)), [])
    })
  await t.test('control: the feed holds what the terminal brought', () => {
    assert.ok(found(officialNeedles, Buffer.from(feed)).length >= officialNeedles.length - 2)
  })
})
