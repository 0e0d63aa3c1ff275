import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalInsurerNumber, paddedInsurerNumber } from '../../../agent/xmlmsg/insurer-number.ts'

test('an insurer number is the same with spaces, with zeros and without', () => {
  for (const number of ['138990', '  138990', '00138990', ' 0138990 ', '　138990']) {
    assert.equal(normalInsurerNumber(number), '138990')
  }
  assert.notEqual(normalInsurerNumber('06139992'), normalInsurerNumber('06139984'))
  assert.equal(normalInsurerNumber('06139992'), normalInsurerNumber('6139992'))
})

test('nothing becomes a number, and zero stays one', () => {
  assert.equal(normalInsurerNumber('        '), '')
  assert.equal(normalInsurerNumber('00000000'), '0')
})

test('a request carries it eight wide, filled with spaces and never with zeros', () => {
  assert.equal(paddedInsurerNumber('138990'), '  138990')
  assert.equal(paddedInsurerNumber('06139992'), '06139992')
})
