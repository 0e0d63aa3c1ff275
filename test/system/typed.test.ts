import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { openDatabase } from '../../agent/store/database.ts'
import { startBed } from '../bed/agent.ts'
import { problemIn } from '../bed/client.ts'

const NUMBER = '123456789018'
const faceOf = (number: string) => patientByNumber(number)?.cardFace ?? {}
const by = '受付 見本'

test('trouble 4: a worn 3 that was read as 5 is refused before anything is asked, and 3 is proposed', async (t) => {
  const { client, gateway } = await startBed(t)
  const misread = { ...faceOf('01'), insurerNumber: '06159992' }
  const refused = problemIn(await client.post('/v1/verifications', misread))
  assert.equal(refused.code, 'CARD_FACE_INVALID')
  assert.deepEqual(refused.mistakes?.[0]?.proposals, ['06139992'])
  assert.equal(gateway.stats().questions, 0)
  const repaired = { ...misread, insurerNumber: refused.mistakes?.[0]?.proposals?.[0] }
  assert.equal((await client.ask(repaired)).outcome, 'valid')
  const printed = await client.ask({ ...misread, asPrinted: { by } })
  assert.equal(printed.outcome, 'not-found', 'it was asked as it is printed')
})

test('a birth date by its era is asked as the official side writes it', async (t) => {
  const { client } = await startBed(t)
  const typed = { ...faceOf('01'), birthdate: 'S550502' }
  assert.equal((await client.ask(typed)).outcome, 'valid')
  const outside = problemIn(
    await client.post('/v1/verifications', { ...typed, birthdate: '昭和64年1月8日' }),
  )
  assert.match(outside.mistakes?.[0]?.title ?? '', /64年1月7日/)
})

test('the limit certificate comes only with who confirmed the consent, and again on a recheck', async (t) => {
  const { client } = await startBed(t)
  const flagged = { ...faceOf('03'), limitApplicationCertificateRelatedConsFlg: '1' }
  const alone = await client.ask(flagged)
  assert.equal(alone.results[0]?.limitApplicationCertificateRelatedInfo, undefined)
  const { id, results, limitConsent } = await client.ask({ ...faceOf('03'), limitConsent: { by } })
  assert.ok(results[0]?.limitApplicationCertificateRelatedInfo)
  assert.equal(limitConsent?.by, by)
  const again = await client.post(`/v1/verifications/${id}/recheck`, {})
  assert.deepEqual(JSON.parse(again.text).verification.limitConsent, limitConsent)
})

test('a number that looks like a 個人番号 is refused, and asked once a person declares that it is none', async (t) => {
  const { client, state, storeKey } = await startBed(t)
  const typed = { ...faceOf('01'), insuredIdentificationNumber: NUMBER }
  const refused = problemIn(await client.post('/v1/verifications', typed))
  assert.equal(refused.code, 'INDIVIDUAL_NUMBER_REFUSED')
  const { id, outcome } = await client.ask({ ...typed, notIndividualNumber: { by } })
  assert.equal(outcome, 'not-found')
  const db = openDatabase(join(state, 'agent.db'), Buffer.from(storeKey, 'hex'), 'read-only')
  t.after(() => db.close())
  const rows = db
    .prepare("SELECT actor, subject FROM audit WHERE action = 'individual-number-declared'")
    .raw()
    .all()
  assert.equal(rows.length, 1)
  assert.match(JSON.stringify(rows), new RegExp(`^\\[\\["[^ "]+ ${by}","${id}"\\]\\]$`))
  const audit = JSON.stringify(db.prepare('SELECT * FROM audit').all())
  assert.ok(!audit.includes(NUMBER))
})
