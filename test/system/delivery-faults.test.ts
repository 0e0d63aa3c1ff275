import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startOrcaSimulator } from '../../agent/sim/orca/server.ts'
import { startBed } from '../bed/agent.ts'
import { type Client, clientOf, eventually } from '../bed/client.ts'
import { addConsumer, jsonIn } from '../bed/consumer.ts'
import {
  addWebhook,
  comparisonsOf,
  deliveriesOf,
  faceOf,
  listedOn,
  orcaFlags,
  outboxTables,
} from '../bed/delivery.ts'
import type { Behaviour } from '../bed/webhook-receiver.ts'

/** Codes of a consumer's conditions in health, as `DELIVERY_PARKED orca`. */
const showing = async (client: Client): Promise<string[]> =>
  Object.entries((await client.health()).checks).flatMap(([name, checks]) =>
    checks.map((check) => `${name} ${JSON.stringify(check)}`),
  )
const shows = (client: Client, code: string, name: string, patienceMs?: number) =>
  eventually(
    `${code} ${name}`,
    async () => (await showing(client)).find((one) => one.includes(code) && one.includes(name)),
    patienceMs,
  )
const clears = (client: Client, code: string) =>
  eventually(`no ${code}`, async () => {
    const any = (await showing(client)).some((one) => one.includes(code))
    return any ? undefined : true
  })

async function place(t: TestContext) {
  const bed = await startBed(t, { tables: outboxTables })
  const billing = clientOf(bed.agent.url, await bed.addConsumer('billing', 'billing'))
  /** One more event. */
  const ask = (number = '01') => billing.ask({ ...faceOf(number), patientNumber: `000${number}` })
  return { bed, billing, ask }
}

/** The value of a metric of a consumer. */
async function metric(client: Client, name: string, consumer: string): Promise<number> {
  const { text } = await client.get('/metrics')
  const line = text.split('\n').find((one) => one.startsWith(`${name}{consumer="${consumer}",`))
  return Number(line?.split(' ').at(-1))
}

test('a target that is off holds up its own consumer only; it is told, and gets everything later', async (t) => {
  const { bed, billing, ask } = await place(t)
  const off = await addWebhook(t, bed, { name: 'off' })
  const on = await addWebhook(t, bed, { name: 'on' })
  await off.stop()
  const asked = [await ask('01'), await ask('05'), await ask('06')]
  const ids = async () => (await billing.feed()).map(({ id }) => id)
  await on.until(() => on.history().length === asked.length)
  assert.deepEqual(
    on.history().map(({ id }) => id),
    await ids(),
  )
  const failing = await eventually('attempts fail', async () => {
    const { items } = await deliveriesOf(billing)
    return items.find(({ state, fault }) => state === 'failing' && fault !== null)
  })
  assert.equal(failing.consumer.name, 'off')
  assert.equal(failing.fault?.code, 'SINK_UNREACHABLE')
  assert.equal(failing.waiting, 3)
  assert.ok(failing.oldestAt !== null && failing.failingSince !== null)
  assert.equal(await metric(billing, 'onshi_agent_deliveries_waiting', 'off'), 3)
  assert.equal(await metric(billing, 'onshi_agent_delivery_failing', 'off'), 1)
  assert.ok((await metric(billing, 'onshi_agent_delivery_oldest_age_seconds', 'off')) > 0)
  assert.equal(await metric(billing, 'onshi_agent_delivery_failing', 'on'), 0)
  assert.equal(await metric(billing, 'onshi_agent_deliveries_delivered_total', 'on'), 3)

  // What passes within a minute is nobody's trouble, so that this one is waited for.
  const told = await shows(billing, 'DELIVERY_STUCK', 'off', 240_000)
  assert.match(told, /SINK_UNREACHABLE/)
  assert.equal((await showing(billing)).filter((one) => one.includes('DELIVERY_STUCK')).length, 1)

  await off.start()
  await off.until(() => off.history().length === asked.length)
  assert.deepEqual(
    off.history().map(({ id }) => id),
    await ids(),
    'in order, and nothing missing',
  )
  await clears(billing, 'DELIVERY_STUCK')
  assert.equal(on.taken().length, asked.length)
})

test('what a target refuses is kept with its reason, and the ones behind go on', async (t) => {
  const { bed, billing, ask } = await place(t)
  const refused = new Set<string>()
  const hook = await addWebhook(t, bed, {
    name: 'hook',
    behave: (id): Behaviour => {
      if (refused.size === 0) refused.add(id)
      return { is: 'answer', status: refused.has(id) && !isCured ? 422 : 204 }
    },
  })
  let isCured = false
  const [first, second] = [await ask('01'), await ask('05')]
  await hook.until(() => hook.history().length === 1)
  assert.match(hook.history()[0]?.text ?? '', new RegExp(second.id))
  await shows(billing, 'DELIVERY_REFUSED', 'hook')
  const [open, ...others] = (await listedOn(bed)).open
  assert.deepEqual(others, [])
  assert.deepEqual(
    [open?.consumer, open?.state, open?.verificationId, open?.fault?.code, open?.facts],
    ['hook', 'refused', first.id, 'SINK_REFUSED', { status: 422 }],
  )

  await t.test('retry sends it once more', async () => {
    isCured = true
    assert.deepEqual(jsonIn(await bed.cli('delivery', 'retry', open?.id ?? '')), {
      id: open?.id,
      state: 'waiting',
    })
    await hook.until(() => hook.history().length === 2)
    assert.match(hook.history()[1]?.text ?? '', new RegExp(first.id))
    await clears(billing, 'DELIVERY_REFUSED')
  })

  await t.test('drop gives it up; there is nothing to decide twice', async () => {
    isCured = false
    refused.clear()
    await ask('06')
    await shows(billing, 'DELIVERY_REFUSED', 'hook')
    const [again] = (await listedOn(bed)).open
    const id = again?.id ?? ''
    assert.deepEqual(jsonIn(await bed.cli('delivery', 'drop', id)), { id, state: 'dropped' })
    await clears(billing, 'DELIVERY_REFUSED')
    assert.deepEqual((await listedOn(bed)).open, [])
    for (const verb of ['drop', 'retry']) {
      const twice = await bed.cli('delivery', verb, id)
      assert.deepEqual([twice.code, twice.stdout], [65, ''])
      assert.match(twice.stderr, /NOT_FOUND/)
    }
    assert.equal(hook.history().length, 2)
  })

  await t.test('replay sends a time again, each event with the id that it had', async () => {
    isCured = true
    const feed = (await billing.feed()).map(({ id }) => id)
    const before = hook.taken().length
    const replayed = await bed.cli('delivery', 'replay', 'hook', '--from', '2020-01-01')
    assert.deepEqual(jsonIn(replayed), { replayed: feed.length })
    await hook.until(() => hook.taken().length === before + feed.length)
    const ids = hook.taken().map(({ id }) => id)
    assert.deepEqual(ids.slice(before), feed)
    assert.equal(
      hook.history().length,
      feed.length,
      'the dropped one arrived, the others are known',
    )
    const none = await bed.cli(
      'delivery',
      'replay',
      'hook',
      '--from',
      '2020-01-01',
      '--to',
      '2020-01-02',
    )
    assert.deepEqual(jsonIn(none), { replayed: 0 })
    assert.equal((await bed.cli('delivery', 'replay', 'nobody', '--from', '2020-01-01')).code, 65)
    assert.equal((await bed.cli('delivery', 'replay', 'hook', '--from', 'noon')).code, 65)
  })
})

test('what ORCA asks waits for a person, holds back that patient only, and is done on their word', async (t) => {
  const { bed, billing, ask } = await place(t)
  const orca = await startOrcaSimulator({ patients: [moved], autoNumbering: false })
  t.after(() => orca.close())
  orca.behave({ mode: 'ask', patient: '00001' })
  const flags = orcaFlags(orca, bed.secretFile('ormaster'))
  const writes = ['--write', 'new-patient,add-insurance,change-insurance']
  await addConsumer(bed, 'orca', 'receipt-computer', ...flags, ...writes)
  const asked = await ask('01')
  await shows(billing, 'DELIVERY_PARKED', 'orca')
  const [open] = (await deliveriesOf(billing)).open
  assert.deepEqual(
    [open?.state, open?.verificationId, open?.fault?.code, open?.facts['apiResult']],
    ['parked', asked.id, 'ORCA_QUESTION', 'S20'],
  )
  assert.deepEqual(orca.stats().writes, {})

  const again = await ask('01')
  const other = await ask('05')
  await comparisonsOf(billing, other.id, ['orca'])
  assert.ok(orca.patient('00005') !== undefined, 'another patient goes on')
  const { items } = await deliveriesOf(billing)
  assert.deepEqual([items[0]?.parked, items[0]?.waiting], [1, 1])
  assert.equal(await metric(billing, 'onshi_agent_deliveries_parked', 'orca'), 1)

  const approve = (id = '') => bed.cli('delivery', 'retry', id, '--decision', 'ok')
  assert.equal((await approve(open?.id)).code, 0)
  const [first] = await comparisonsOf(billing, asked.id, ['orca'])
  assert.equal(first?.result, 'superseded', 'the newer answer is what is asked about now')
  const newer = await eventually('the question about the newer answer', async () =>
    (await deliveriesOf(billing)).open.find(({ verificationId }) => verificationId === again.id),
  )
  assert.equal((await approve(newer.id)).code, 0)
  const [second] = await comparisonsOf(billing, again.id, ['orca'])
  assert.equal(second?.result, 'written')
  const rows = orca.patient('00001')?.HealthInsurance_Info ?? []
  assert.deepEqual(
    rows.map((row) => [row.InsuranceProvider_Number, row.Certificate_ExpiredDate]),
    [
      ['01139996', '2024-03-31'],
      ['06139992', '9999-12-31'],
    ],
  )
  await clears(billing, 'DELIVERY_PARKED')
  const { locks, violations } = orca.stats()
  assert.deepEqual([violations, locks.filter(({ isOpen }) => isOpen)], [[], []])
})

/** The patient as ORCA had them before they changed their employer. */
const moved = {
  Patient_ID: '00001',
  WholeName: '検証　一郎',
  WholeName_inKana: 'ケンショウ　イチロウ',
  BirthDate: '1980-05-02',
  Sex: '1',
  HealthInsurance_Info: [
    {
      InsuranceProvider_Class: '009',
      InsuranceProvider_Number: '01139996',
      HealthInsuredPerson_Symbol: '９８７６',
      HealthInsuredPerson_Number: '５４',
      Certificate_StartDate: '2020-04-01',
    },
  ],
}
