import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insurers } from '../../agent/sim/patients/case.ts'
import { startOn } from '../bed/hurried.ts'

const DAY = 24 * 60 * 60_000

test('trouble 26: the first visit in a month says so, and how many whole months ago the last one was', async (t) => {
  const { client, clock, register } = await startOn(t, '01-29')
  const card = register.enter('her', {
    person: { name: '見本　月子', kana: 'ﾐﾎﾝ ﾂｷｺ', sex: '2', birthdate: '19790616' },
    cover: { insurer: insurers.society, symbol: '月', number: '2601', branch: '00' },
  })
  const visit = async () => {
    const { history, patient } = await client.ask(card)
    return [patient?.firstSeenHere, history?.firstOfMonth, history?.monthsSinceLast]
  }
  assert.deepEqual(await visit(), [true, true, null], 'never here before')
  clock.hurry(DAY)
  assert.deepEqual(await visit(), [false, false, 0])
  clock.hurry(3 * DAY)
  assert.deepEqual(await visit(), [false, true, 0], 'a new month: the insurance is looked at anew')
  clock.hurry(90 * DAY)
  assert.deepEqual(await visit(), [false, true, 3])
})
