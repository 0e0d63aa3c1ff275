import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeBed } from '../bed/agent.ts'
import { jsonIn } from '../bed/consumer.ts'
import { addStaff, chosen, DeskPerson } from '../bed/staff.ts'

const NAME = '受付 橘花子'

test('somebody signs in, works, is locked by a restart, unlocks, and is out once disabled', async (t) => {
  const bed = await makeBed(t)
  const agent = await bed.start()
  const person = await addStaff(bed, agent.url, NAME)
  const code = async (response: Response) => Object(await response.json()).code
  assert.equal((await person.send('GET', '/v1/events')).status, 200)
  assert.equal(await code(await person.send('GET', '/desk/staff')), 'SETUP_REQUIRED')

  const admin = await addStaff(bed, agent.url, '院内 管理', 'it')
  assert.equal(await code(await person.send('GET', '/desk/staff')), 'FORBIDDEN')
  const { items } = Object(await (await admin.send('GET', '/desk/staff')).json())
  assert.deepEqual(
    items.map(({ name, hasSecondFactor }: Record<string, unknown>) => [name, hasSecondFactor]),
    [
      [NAME, false],
      ['院内 管理', true],
    ],
  )
  assert.equal(await code(await admin.send('GET', '/v1/events')), 'FORBIDDEN')

  await agent.stop()
  const second = await bed.start()
  const again = Object.assign(new DeskPerson(NAME, second.url), {
    cookie: person.cookie,
    token: person.token,
  })
  assert.equal(await code(await again.send('GET', '/v1/events')), 'DESK_LOCKED')
  assert.equal((await again.send('POST', '/desk/session/unlock', { pin: '1357' })).status, 401)
  assert.equal((await again.send('POST', '/desk/session/unlock', { pin: chosen.pin })).status, 200)
  const poll = fetch(`${second.url}/v1/events`, {
    headers: { cookie: again.cookie, prefer: 'wait=60' },
  })
  const disabled = Object(jsonIn(await bed.cli('staff', 'disable', NAME)))
  assert.equal(typeof disabled.disabledAt, 'string')
  assert.equal(await code(await poll), 'SESSION_ENDED')
  assert.equal(await code(await again.signIn(chosen.secret)), 'SIGN_IN_REFUSED')

  const said = agent.output() + second.output() + files(bed.state)
  for (const secret of [
    '橘花子',
    chosen.secret,
    person.cookie,
    person.token,
    ...person.recoveryCodes,
  ])
    assert.equal(said.includes(secret), false, secret)
})

test('without staff the page opens, says so, and nobody is let in', async (t) => {
  const bed = await makeBed(t)
  const { url } = await bed.start()
  assert.equal((await fetch(`${url}/desk/`)).status, 200)
  const session = Object(await (await fetch(`${url}/desk/session`)).json())
  assert.deepEqual([session.state, session.hasStaff], ['signed-out', false])
  assert.equal((await new DeskPerson('誰か', url).signIn('password12345')).status, 401)
  const { checks } = Object(jsonIn(await bed.cli('status')))
  assert.doesNotMatch(JSON.stringify(checks), /STAFF/)
})

/** Everything that lies in the state folder, as text. */
const files = (folder: string): string =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
