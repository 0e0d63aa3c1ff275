import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  adapterOf,
  adapters,
  hidModelsFor,
  type Model,
  modelOf,
  models,
  usbId,
} from '../../drivers/models.ts'

test('a model is found by its USB id, and by its vendor where that is all that is known', () => {
  assert.equal(modelOf(0x054c, 0x0dc8)?.name, 'Sony RC-S300/S')
  assert.equal(modelOf(0x1c34, 0x7241)?.name, 'SpringCard')
  assert.equal(modelOf(0x054c, 0x0001), undefined)
})

test('no USB id stands for two models, and no adapter is a model', () => {
  const ids = models.flatMap(({ vendorId, productId }) =>
    vendorId === null || productId === null ? [] : [usbId(vendorId, productId)],
  )
  assert.equal(new Set(ids).size, ids.length)
  for (const { vendorId, productId } of adapters)
    assert.equal(modelOf(vendorId, productId), undefined)
  assert.equal(adapterOf(0x1a86, 0x7523)?.name, 'QinHeng CH340')
})

test('every model says where its facts are from, and why where no driver takes it', () => {
  for (const { name, source, driver, remark } of models) {
    assert.ok(source.length > 0, name)
    assert.ok(driver !== null || remark !== undefined, name)
  }
})

test('a bare PN532 board is for experiments, and no conformity is claimed without a source', () => {
  const board = models.find(({ name }) => name.startsWith('PN532'))
  assert.equal(board?.conformity.is, 'none')
  assert.match(board?.conformity.note?.japanese ?? '', /実験用（国内不可）/)
  const listed = models.filter(({ conformity }) => conformity.is === 'listed')
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['Sony RC-S620/S (UART)'],
  )
})

test('a driver of HID devices is given the ids that it takes by itself', () => {
  assert.deepEqual(hidModelsFor('vivopay'), [{ vendorId: 0x0acd, productId: 0x3530 }])
  assert.deepEqual(hidModelsFor('pn532'), [])
})

test('the table of models in the README is this table', () => {
  const readme = readFileSync('drivers/README.md', 'utf8')
  const conformity = {
    listed: 'approved',
    none: '**実験用（国内不可）**',
    unknown: 'not confirmed',
  }
  for (const { name, driver, availability, ...model } of models) {
    const row = readme.split('\n').find((line) => line.startsWith(`| ${name} | ${idOf(model)} |`))
    const sold = availability === 'unknown' ? 'not confirmed' : availability
    const taker = driver === null ? 'none' : `\`${driver}\``
    const rest = `| ${taker} | ${conformity[model.conformity.is]} | ${sold} |`
    assert.ok(row?.endsWith(rest), `${name}: ${row}`)
  }
})

function idOf({ vendorId, productId }: Pick<Model, 'vendorId' | 'productId'>): string {
  if (vendorId === null) return ''
  return productId === null
    ? `\`${usbId(vendorId, 0).slice(0, 4)}:*\``
    : `\`${usbId(vendorId, productId)}\``
}
