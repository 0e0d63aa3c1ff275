import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults } from '../../../agent/kernel/faults.ts'
import { serve } from './served.ts'

const at = Date.parse('2026-04-01T23:59:59.999+09:00')

test('taps are listed with times of Japan and what to do', async (t) => {
  const { call, desk } = await serve(t)
  desk.taps.push({
    id: 'p1',
    reader: 'desk-1',
    at,
    kind: 'unreadable',
    state: 'gone',
    lapsesAt: at + 60_000,
    cardPresent: false,
    pin: 'none',
    certificateExpired: null,
    name: null,
    fault: 'CARD_GONE',
  })
  const { number, title, hint, action } = faults.CARD_GONE
  assert.deepEqual(JSON.parse(await (await call('/v1/presentations')).text()), {
    items: [
      {
        id: 'p1',
        reader: 'desk-1',
        at: '2026-04-01T23:59:59+09:00',
        kind: 'unreadable',
        state: 'gone',
        lapsesAt: '2026-04-02T00:00:59+09:00',
        cardPresent: false,
        pin: 'none',
        certificateExpired: null,
        name: null,
        fault: { code: 'CARD_GONE', number, title, detail: hint, action },
      },
    ],
  })
})

test('readers are listed with their state', async (t) => {
  const { call, desk } = await serve(t)
  desk.states.push({
    name: 'desk-1',
    driver: 'pcsc',
    state: 'ready',
    since: at,
    fault: null,
    device: 'ACS ACR1252',
  })
  const { items } = JSON.parse(await (await call('/v1/readers')).text())
  assert.deepEqual(items, [
    {
      name: 'desk-1',
      driver: 'pcsc',
      state: 'ready',
      since: '2026-04-01T23:59:59+09:00',
      device: 'ACS ACR1252',
      fault: null,
    },
  ])
})
