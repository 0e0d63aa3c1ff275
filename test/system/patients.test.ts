import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Asked, Element, Fields, Patient } from '../../agent/sim/patients/element.ts'
import { patients } from '../../agent/sim/patients.ts'
import { DEMO_INSTITUTION_CODE } from '../../agent/sim/pki.ts'
import { startBed } from '../bed/agent.ts'

/** Why the patients whose question fails fail. */
const FAULTS: Readonly<Record<string, string>> = {
  '26': 'ANSWER_OF_ANOTHER_INSTITUTION',
  '35': 'OFFICIAL_CODE_UNKNOWN',
  '37': 'OFFICIAL_ERROR',
  '38': 'OFFICIAL_PERSON_ERROR',
  '39': 'OFFICIAL_ANSWER_INCOMPLETE',
  '40': 'OFFICIAL_ANSWER_INCOMPLETE',
}

/** The simulator's own elements, which no agent can know. */
const isUnknown = (name: string) => name.startsWith('Simulated')
const property = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)

/** What the API shows of an official record: every string as it is, lists without their wrapper. */
function shown(fields: Fields): Record<string, unknown> {
  const entries = Object.entries(fields)
  const known = entries.filter(([name]) => !isUnknown(name))
  const unknown = entries.filter(([name]) => isUnknown(name))
  return {
    ...Object.fromEntries(known.map(([name, value]) => [property(name), shownValue(value)])),
    ...(unknown.length > 0 && { unknown: unknown.flatMap(shownUnknown) }),
  }
}

function shownValue(value: Element): unknown {
  if (typeof value === 'string') return value
  if (isMany(value)) return value.map(shown)
  const [only, ...others] = Object.values(value)
  return only !== undefined && others.length === 0 && isMany(only) ? only.map(shown) : shown(value)
}

function shownUnknown([name, value]: readonly [string, Element]): unknown[] {
  if (typeof value === 'string') return [{ name, text: value }]
  const many = isMany(value) ? value : [value]
  return many.map((one) => ({ name, children: Object.entries(one).flatMap(shownUnknown) }))
}

const isMany = (value: Element): value is readonly Fields[] => Array.isArray(value)

/** Elements come in random order; what is unknown is kept in the order in which it came. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(inOrder)
  const byName = (one: unknown) => JSON.stringify(one)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'unknown' && Array.isArray(inner)
        ? inner.toSorted((a, b) => (byName(a) < byName(b) ? -1 : 1))
        : inOrder(inner),
    ]),
  )
}

/** The records that the official side sent for this patient. */
function officialResults(patient: Patient, asked: Asked): Record<string, unknown>[] {
  const list = patient.answer(asked).body?.['ResultList']
  if (list === undefined || typeof list === 'string' || isMany(list)) return []
  const results = list['ResultOfQualificationConfirmation']
  return results !== undefined && isMany(results) ? results.map(shown) : []
}

for (const charset of ['utf-8', 'shift_jis'] as const) {
  test(`each of the forty patients ends in the documented outcome, every official string untouched, in ${charset}`, async (t) => {
    const { client } = await startBed(t, { gateway: { charset, seed: 7 } })
    assert.equal(patients.length, 40)
    for (const patient of patients) {
      const got = await client.ask({
        ...patient.cardFace,
        limitConsent: { by: '受付 見本' },
        patientNumber: `P-${patient.number}`,
        arbitraryIdentifier: `窓口 ${patient.number}`,
      })
      const name = `patient ${patient.number}: ${patient.shows}`
      assert.equal(got.outcome, patient.outcome, name)
      assert.equal(got.fault?.code, FAULTS[patient.number], name)
      assert.equal(got.patientNumber, `P-${patient.number}`)
      assert.equal(got.arbitraryIdentifier, `窓口 ${patient.number}`)
      if (patient.number === '26') {
        assert.deepEqual([got.official, got.results], [null, []], 'another clinic’s answer is kept')
        continue
      }
      const header = got.official?.header ?? {}
      const asked: Asked = {
        on: header.qualificationConfirmationDate ?? '',
        at: header.processExecutionTime ?? '',
        institution: DEMO_INSTITUTION_CODE,
        by: 'card-face',
        limitConsent: true,
      }
      const { header: overlaid = {}, body = {} } = patient.answer(asked)
      assert.deepEqual(inOrder(got.results), inOrder(officialResults(patient, asked)), name)
      assert.equal(header.characterCodeIdentifier, charset === 'utf-8' ? '0' : '1')
      assert.equal(got.official?.validity, body['QualificationValidity'] ?? null, name)
      assert.equal(got.official?.status, body['ProcessingResultStatus'] ?? null, name)
      const code = body['ProcessingResultCode'] ?? overlaid['ErrorCode'] ?? null
      assert.equal(got.official?.code, code, name)
    }
  })
}

test('the official strings that desks trip over are there: padding, ●, CP932-only characters', async (t) => {
  const { client } = await startBed(t, { gateway: { charset: 'shift_jis' } })
  const resultOf = async (number: string) => {
    const face = patients.find((patient) => patient.number === number)?.cardFace
    const [result] = (await client.ask(face ?? {})).results
    return result
  }
  const padded = await resultOf('03')
  assert.match(padded?.insurerNumber ?? '', /^ {2}\d{6}$/)
  assert.equal((await resultOf('07'))?.name, '●山　七●')
  const wide = await resultOf('08')
  assert.equal(wide?.name, '髙﨑　八重')
  assert.equal(wide?.insuredCardSymbol, '①㈱')
  assert.equal(wide?.nameKana, 'ﾀｶｻｷ ﾔｴ')
  const empty = await resultOf('25')
  assert.equal(empty?.address, '', 'an empty element is empty')
  assert.equal('sex2' in (empty ?? {}), false, 'an absent one is absent')
})
