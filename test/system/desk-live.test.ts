import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { DayList, DeskState } from '../../agent/api/desk-shapes.ts'
import { startBed } from '../bed/agent.ts'
import { checked } from '../bed/client.ts'
import { jsonIn } from '../bed/consumer.ts'
import { faceOf } from '../bed/delivery.ts'

const Added = Type.Object({ oneTimeCode: Type.String() })
const Signed = Type.Object({ token: Type.String() })
const Settled = Type.Object({ session: Signed })

/** A browser as far as its requests go: reception, who came in by a one-time code and set a secret. */
async function signedIn(url: string, oneTimeCode: string) {
  let cookie = ''
  let token = ''
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { cookie, 'x-desk-token': token, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return response
  }
  const entered = await send('POST', '/desk/session', { name: '受付 花子', secret: oneTimeCode })
  token = checked(Signed, await entered.json()).token
  const given = { secret: '朝の光と 古い 自転車の かご', pin: '2580' }
  token = checked(Settled, await (await send('POST', '/desk/session/secret', given)).json()).session
    .token
  return { send, cookie: () => cookie }
}

/** The events of a stream as they come. */
async function* eventsOf(url: string, cookie: string, path: string) {
  const response = await fetch(`${url}${path}`, { headers: { cookie } })
  assert.equal(response.status, 200)
  let rest = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1] ?? ''
      if (field('event') !== '')
        yield { event: field('event'), id: field('id'), data: field('data') }
    }
  }
}

test('a page sees a verification live, nothing of it while it is locked, and its stream ends with the session', async (t) => {
  const bed = await startBed(t)
  const { url } = bed.agent
  const added = await bed.cli('staff', 'add', '受付 花子', '--role', 'reception')
  const { send, cookie } = await signedIn(url, checked(Added, jsonIn(added)).oneTimeCode)
  const before = await bed.client.ask(faceOf('01'))
  const day = checked(DayList, await (await send('GET', '/v1/verifications')).json())
  assert.deepEqual(
    day.items.map((item) => item.type === 'verification' && item.verification.id),
    [before.id],
  )
  const events = eventsOf(url, cookie(), `/desk/live?after=${day.cursor}`)
  const next = async (event: string) => {
    for (;;) {
      const { value, done } = await events.next()
      if (done === true) throw new Error(`the stream ended before ${event}`)
      if (value.event === event) return value.data
      assert.equal(value.event, 'state', `${value.event} instead of ${event}`)
    }
  }
  const state = checked(DeskState, JSON.parse(await next('state')))
  assert.deepEqual([state.via, state.lines.length, state.outage], ['lines', 1, null])

  const live = await bed.client.ask(faceOf('02'))
  assert.equal(JSON.parse(await next('item')).verification.id, live.id)

  assert.equal((await send('POST', '/desk/session/lock')).status, 200)
  assert.deepEqual(JSON.parse(await next('session')), { state: 'locked' })
  const hidden = await bed.client.ask(faceOf('03'))
  await next('state')
  assert.equal((await send('POST', '/desk/session/unlock', { pin: '2580' })).status, 200)
  assert.deepEqual(JSON.parse(await next('session')), { state: 'active' })
  assert.equal(JSON.parse(await next('item')).verification.id, hidden.id)

  assert.equal((await send('POST', '/desk/prints', { kind: 'slip', subject: live.id })).status, 204)
  assert.equal((await send('DELETE', '/desk/session')).status, 200)
  assert.deepEqual(JSON.parse(await next('session')), { state: 'ended' })
  assert.equal((await events.next()).done, true)
})
