import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insurers } from '../../../agent/sim/patients/case.ts'
import type { Asked, CardFace } from '../../../agent/sim/patients/element.ts'
import { openRegister, type Registration } from '../../../agent/sim/register.ts'

const asked: Asked = {
  on: '20260401',
  at: '20260401090000',
  institution: '1312345678',
  by: 'card-face',
  limitConsent: false,
}
const twin = (name: string, branch: string): Registration => ({
  person: { name, kana: 'ﾌﾀｺﾞ', sex: '1', birthdate: '20180606' },
  cover: { insurer: insurers.city, symbol: '架空', number: '1', branch },
})
const answer = (register: ReturnType<typeof openRegister>, face: CardFace) =>
  JSON.stringify(register.alsoKnown(face)?.answer(asked) ?? null)

test('who is entered is answered about, until another entry or none stands there', () => {
  const register = openRegister()
  const face = register.enter('one', twin('双子　一', '02'))
  assert.match(answer(register, face), /双子　一/)
  register.enter('one', twin('改名　一', '02'))
  assert.match(answer(register, face), /改名　一/)
  register.strike('one')
  assert.equal(answer(register, face), 'null')
})

test('of two people on one card nobody is picked without the branch', () => {
  const register = openRegister()
  const face = register.enter('one', twin('双子　一', '02'))
  register.enter('two', twin('双子　二', '03'))
  const { insuredBranchNumber: _, ...without } = face
  const several = answer(register, without)
  assert.match(several, /"QualificationValidity":"5"/)
  assert.doesNotMatch(several, /双子/)
  assert.match(answer(register, face), /双子　一/)
})
