import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startBed } from '../bed/agent.ts'
import { eventually, type Presentation, problemIn, verificationIn } from '../bed/client.ts'
import { padReader, startPinPadBed, whyNoPinPad } from '../bed/pinpad/bed.ts'

const skip = whyNoPinPad() ?? false
const isTap = ({ kind, state }: Presentation) => kind === 'my-number-card' && state === 'waiting'

/** An agent whose reader has a pad, and the pad. */
async function startPadBed(t: TestContext) {
  const pcscd = await startPinPadBed()
  const bed = await startBed(t, { reader: 'pcsc', pcscd: { ...pcscd, reader: padReader } })
  const pad = await pcscd.pad()
  t.after(() => pad.close())
  const confirm = (id: string) =>
    bed.client.post(`/v1/presentations/${id}/confirmation`, { method: 'pin' })
  return { ...bed, pcscd, pad, confirm }
}

test('the holder enters the PIN in the reader’s own pad, and the gateway’s challenge comes back signed', {
  skip,
}, async (t) => {
  const { client, card, pad, confirm, agent, pcscd, gateway } = await startPadBed(t)
  await card.tap({ kind: 'my-number', patient: '01' })
  const tap = await client.presentation(isTap)
  assert.equal(tap.pin, 'possible')
  const answer = confirm(tap.id)
  assert.equal((await pad.shows()).is, 'enter')
  const during = await client.presentation(({ id }) => id === tap.id)
  assert.equal(during.pin, 'entering')
  pad.type('1234E')
  const verification = verificationIn(await answer)
  assert.equal(verification.outcome, 'valid')
  assert.deepEqual(verification.source, {
    kind: 'card',
    authentication: 'pin',
    reader: 'desk-1',
    line: 'sim-line',
  })
  assert.equal(verification.confirmation, null)
  assert.equal(gateway.stats().questions, 1)
  const pin = Buffer.from('1234')
  assert.equal((await pcscd.said()).includes(Buffer.concat([Buffer.of(0x04), pin])), false)
  assert.equal(agent.output().includes('1234E'), false)
})

test('a wrong PIN says how many tries are left, asks nobody, and the last try is never made', {
  skip,
}, async (t) => {
  const { client, card, pad, confirm, gateway } = await startPadBed(t)
  await card.tap({ kind: 'my-number', patient: '02' })
  const tap = await client.presentation(isTap)
  for (const left of [2, 1]) {
    const answer = confirm(tap.id)
    assert.equal((await pad.shows()).is, 'enter')
    pad.type('9999E')
    assert.equal((await pad.shows()).is, 'left')
    const problem = problemIn(await answer)
    assert.deepEqual(
      [problem.status, problem.code, problem.triesLeft],
      [409, 'CARD_PIN_WRONG', left],
    )
  }
  const refused = problemIn(await confirm(tap.id))
  assert.deepEqual([refused.status, refused.code], [409, 'CARD_PIN_LAST_TRY'])
  assert.match(refused.action, /顔認証または目視確認/)
  const shown = await client.presentation(({ id }) => id === tap.id)
  assert.deepEqual([shown.pin, shown.state], ['unusable', 'waiting'])
  assert.equal(gateway.stats().questions, 0)
  assert.equal((await client.confirm(tap.id)).source.authentication, 'visual')
})

test('an entry that is cancelled costs nothing, and the tap waits on', { skip }, async (t) => {
  const { client, card, pad, confirm } = await startPadBed(t)
  await card.tap({ kind: 'my-number', patient: '03' })
  const tap = await client.presentation(isTap)
  const answer = confirm(tap.id)
  assert.equal((await pad.shows()).is, 'enter')
  pad.type('C')
  assert.equal((await pad.shows()).is, 'left')
  assert.equal(problemIn(await answer).code, 'PIN_ENTRY_CANCELLED')
  const again = confirm(tap.id)
  assert.equal((await pad.shows()).is, 'enter')
  pad.type('1234E')
  assert.equal(verificationIn(await again).source.authentication, 'pin')
})

test('a reader without a pad says so, and what must be sent is said', { skip }, async (t) => {
  const { client, card } = await startBed(t, { reader: 'sim' })
  await card.tap({ kind: 'my-number', patient: '04' })
  const tap = await client.presentation(isTap)
  assert.equal(tap.pin, 'none')
  const post = (body: object) => client.post(`/v1/presentations/${tap.id}/confirmation`, body)
  assert.equal(problemIn(await post({ method: 'pin' })).code, 'CARD_PIN_REQUIRED')
  assert.equal(problemIn(await post({ method: 'pin', by: '受付' })).code, 'REQUEST_INVALID')
  assert.equal(problemIn(await post({})).code, 'REQUEST_INVALID')
})

test('the simulated reader has a pad too, so that the PIN can be practised without hardware', async (t) => {
  const bed = await startBed(t, { reader: 'sim', pad: true })
  await bed.card.tap({ kind: 'my-number', patient: '05' })
  const tap = await bed.client.presentation(isTap)
  assert.equal(tap.pin, 'possible')
  const answer = bed.client.post(`/v1/presentations/${tap.id}/confirmation`, { method: 'pin' })
  await eventually('the pad asks', async () => bed.card.state().padAsks || undefined)
  const control = (body: object) =>
    fetch(`${bed.card.controlUrl}/pad`, { method: 'POST', body: JSON.stringify(body) })
  assert.equal((await control({ pin: '123' })).status, 409)
  assert.equal((await control({ pin: '1234' })).status, 200)
  assert.equal(verificationIn(await answer).source.authentication, 'pin')
  assert.equal((await control({ cancel: true })).status, 409)
})
