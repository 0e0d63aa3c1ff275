import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { routeRoles } from '../../agent/api/access.ts'
import { startBed } from '../bed/agent.ts'
import { checked, clientOf } from '../bed/client.ts'
import { jsonIn } from '../bed/consumer.ts'
import { canaryFace } from '../bed/refusals.ts'
import { addStaff, chosen, DeskPerson } from '../bed/staff.ts'

const Problem = Type.Object({ code: Type.String() })
const Window = Type.Object({ id: Type.String(), isOpen: Type.Boolean() })
const Report = Type.Object({
  window: Type.Object({
    reason: Type.String(),
    confirmedBy: Type.Union([Type.String(), Type.Null()]),
  }),
  actions: Type.Array(
    Type.Object({ by: Type.String(), title: Type.String(), action: Type.String() }),
  ),
  changes: Type.Array(Type.Object({ action: Type.String() })),
})
const wanted = { minutes: 30, reason: '回線の調査', plan: 'M-2026-041' }
const codeOf = async (response: Response) => checked(Problem, await response.json()).code
const VENDOR = '保守 太郎'

test('before anybody administers the desk with a second factor, every admin route says setup_required, to everybody', async (t) => {
  const bed = await startBed(t)
  const admin = Object.entries(routeRoles).filter(([, roles]) => roles.join() === 'it')
  assert.ok(admin.length >= 4)
  const clerk = await addStaff(bed, bed.agent.url, '受付 花子')
  const tries = async (send: (method: string, path: string) => Promise<Response>) =>
    Promise.all(
      admin.map(async ([route]) => {
        const [method = '', path = ''] = route.split(' ')
        const response = await send(method, path.replace(':id', 'staff-0123456789ab'))
        return `${response.status} ${await codeOf(response)}`
      }),
    )
  const body = (method: string) => (method === 'POST' ? {} : undefined)
  const nobody = new DeskPerson('nobody', bed.agent.url)
  for (const who of [nobody, clerk]) {
    const answers = await tries((method, path) => who.send(method, path, body(method)))
    assert.deepEqual([...new Set(answers)], ['403 SETUP_REQUIRED'])
  }
  const it = await addStaff(bed, bed.agent.url, '院内 太郎', 'it')
  assert.equal((await it.send('GET', '/desk/staff')).status, 200)
  assert.equal(await codeOf(await clerk.send('GET', '/desk/staff')), 'FORBIDDEN')
})

test('the vendor comes in when staff say so, sees nothing of a patient by any route, and is out within a second', async (t) => {
  const bed = await startBed(t)
  const { url } = bed.agent
  await bed.client.ask(canaryFace)
  const clerk = await addStaff(bed, url, '受付 花子')
  const token = await bed.addConsumer('vendor-monitor', 'vendor')
  const monitor = clientOf(url, token)
  const closed = await monitor.get('/v1/lines')
  assert.deepEqual([closed.status, JSON.parse(closed.text).code], [403, 'VENDOR_CLOSED'])

  const opened = await clerk.send('POST', '/v1/vendor-access', wanted)
  assert.equal(opened.status, 201)
  const { id } = checked(Window, await opened.json())
  const vendor = await addStaff(bed, url, VENDOR, 'vendor')
  assert.equal((await monitor.get('/v1/lines')).status, 200)

  const person = /見本|検証　|06139992|CANARY|insured|birthdate|"name":"受付/
  for (const [route, roles] of Object.entries(routeRoles)) {
    const [method = '', pattern = ''] = route.split(' ')
    if (pattern === '/desk/live') continue
    const path = pattern.replaceAll(/:\w+/g, '1')
    const response = await vendor.send(method, path, method === 'GET' ? undefined : {})
    const mayUse = roles.includes('vendor')
    const said = await response.text()
    const isRefused = /"code":"(FORBIDDEN|SETUP_REQUIRED)"/.test(said)
    if (!mayUse) assert.deepEqual([response.status, isRefused], [403, true], `${route} ${said}`)
    else assert.notEqual(response.status, 403, route)
    if (pattern !== '/openapi.json') assert.doesNotMatch(said, person, route)
  }

  const live = await vendor.send('GET', '/desk/live')
  assert.equal(live.status, 200)
  const reading = live.text()
  const shut = await clerk.send('POST', `/v1/vendor-access/${id}/closing`)
  assert.equal(shut.status, 200)
  const shutAt = performance.now()
  const streamed = await reading
  assert.ok(performance.now() - shutAt < 60_000, 'the stream ends')
  assert.doesNotMatch(streamed, /event: item/)
  assert.equal(await codeOf(await vendor.send('GET', '/v1/readers')), 'SESSION_ENDED')
  assert.equal((await monitor.get('/v1/lines')).status, 403)

  const report = async () =>
    checked(Report, await (await clerk.send('GET', `/v1/vendor-access/${id}/report`)).json())
  const { actions, changes, window } = await report()
  assert.deepEqual([window.reason, window.confirmedBy], [wanted.reason, null])
  for (const title of ['回線の状態を見た', '画面を開いた', 'パスワードとPINを決めた'])
    assert.ok(
      actions.some((one) => one.title === title && one.by === VENDOR),
      title,
    )
  assert.deepEqual(
    changes.map(({ action }) => action),
    ['staff-add'],
    'only what was done at the console changed something',
  )
  const page = await (await clerk.send('GET', `/v1/vendor-access/${id}/report?format=html`)).text()
  for (const words of ['保守作業報告書', wanted.plan, VENDOR, '受付 花子', '未確認'])
    assert.ok(page.includes(words), words)
  assert.equal((await clerk.send('POST', `/v1/vendor-access/${id}/confirmation`)).status, 200)
  assert.equal((await report()).window.confirmedBy, '受付 花子')
})

test('a program lets nobody in, the console does; a restart within the window keeps it and locks, closing there ends it', async (t) => {
  const bed = await startBed(t)
  const refused = await bed.client.post('/v1/vendor-access', wanted)
  assert.equal(refused.status, 403)
  const told = ['--minutes', '30', '--reason', wanted.reason, '--plan', wanted.plan]
  const { isOpen } = checked(Window, jsonIn(await bed.cli('vendor', 'open', ...told)))
  assert.ok(isOpen)
  const twice = await bed.cli('vendor', 'open', ...told)
  assert.deepEqual([twice.code, /VENDOR_OPEN/.test(twice.stderr)], [65, true])
  const long = await bed.cli('vendor', 'open', '--minutes', '241', ...told.slice(2))
  assert.match(long.stderr, /REQUEST_INVALID/)
  const vendor = await addStaff(bed, bed.agent.url, VENDOR, 'vendor')
  await bed.agent.stop('SIGKILL')
  const again = await bed.start()
  const back = new DeskPerson(VENDOR, again.url)
  Object.assign(back, { cookie: vendor.cookie, token: vendor.token })
  assert.equal(await codeOf(await back.send('GET', '/v1/lines')), 'DESK_LOCKED')
  assert.equal((await back.send('POST', '/desk/session/unlock', { pin: chosen.pin })).status, 200)
  assert.equal((await back.send('GET', '/v1/lines')).status, 200)
  assert.equal((await bed.cli('vendor', 'close')).code, 0)
  assert.equal(await codeOf(await back.send('GET', '/v1/lines')), 'SESSION_ENDED')
  await again.stop()
})
