import assert from 'node:assert/strict'
import { test } from 'node:test'
import { find } from '../../../../agent/sim/gateway/answer.ts'
import {
  CARDS_MOST,
  crowdAnswer,
  crowdByCardFace,
  crowdPatient,
  PEOPLE_MOST,
} from '../../../../agent/sim/patients/crowd.ts'
import type { CardFace } from '../../../../agent/sim/patients/element.ts'
import { patients, patientsByCardFace } from '../../../../agent/sim/patients.ts'

const asked = {
  on: '20260401',
  at: '20260401093000',
  institution: '1319999991',
  by: 'card-face',
  limitConsent: false,
} as const

const faces = [1, 2, 3, 17, 40, 41, PEOPLE_MOST].flatMap((person) =>
  [0, 1, 2, 8, 9, CARDS_MOST].map((card) => crowdPatient(person, card).cardFace),
)

const question = (cardFace: CardFace) =>
  ({ is: 'card-face', cardFace, limit: false, header: {}, search: {} }) as const

test('each card of the crowd is found again, and no other is', () => {
  assert.equal(new Set(faces.map((face) => JSON.stringify(face))).size, faces.length)
  for (const face of faces) {
    assert.deepEqual(crowdByCardFace(face)?.cardFace, face)
    for (const other of [
      { ...face, insuredCardSymbol: '無' },
      { ...face, birthdate: '19990101' },
      { ...face, insuredIdentificationNumber: `${face.insuredIdentificationNumber}0` },
    ])
      assert.equal(crowdByCardFace(other), undefined)
  }
})

test('the forty patients and the crowd have no card in common', () => {
  for (const { cardFace } of patients) assert.equal(crowdByCardFace(cardFace), undefined)
  for (const face of faces) assert.deepEqual(patientsByCardFace(face), [])
})

test('insurer numbers have a right check digit, whatever the card', () => {
  for (const { insurerNumber } of faces) {
    const digits = [...insurerNumber].reverse().map(Number)
    const sum = digits.reduce((total, digit, place) => {
      const product = digit * (place % 2 === 0 ? 1 : 2)
      return total + Math.floor(product / 10) + (product % 10)
    }, 0)
    assert.equal(sum % 10, 0, insurerNumber)
  }
})

test('a card says by itself what is answered, and the next one begins later', () => {
  const validity = { valid: '1', invalid: '2', failed: undefined } as const
  const begins: string[] = []
  for (let card = 0; card <= CARDS_MOST; card += 1) {
    const { body } = crowdPatient(5, card).answer(asked)
    assert.equal(body?.['QualificationValidity'], validity[crowdAnswer(card)])
    const since = /"InsuredCardValidDate":"(\d{8})"/.exec(JSON.stringify(body))?.[1]
    if (since !== undefined) begins.push(since)
  }
  assert.deepEqual(begins, [...new Set(begins)].sort())
  assert.ok((begins.at(-1) ?? '') < asked.on)
})

test('the gateway answers for the crowd where it is told of it, else for nobody', () => {
  const { cardFace } = crowdPatient(7, 1)
  const found = find(question(cardFace), 0, { alsoKnown: crowdByCardFace })
  assert.equal(found.is === 'patient' && found.patient.number, 'crowd-7')
  assert.equal(find(question(cardFace), 0).is, 'answer')
})
