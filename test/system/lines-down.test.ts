import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../bed/client.ts'
import { whyNoNet } from '../bed/net/namespaces.ts'
import { LINES } from '../bed/net/plan.ts'
import { openStage, type Stage, until } from './line-faults/stage.ts'

const skip = whyNoNet() ?? false

/** A question that waits for its answer over line A. */
async function inFlight(stage: Stage) {
  await stage.behave('a', { delayMs: 400, times: 1 })
  const before = await stage.bed.gateway.stats()
  const asked = stage.ask()
  await stage.arrived(before)
  return { asked }
}

const allDown = (stage: Stage) =>
  until('every line down', async () =>
    (await stage.lines()).every(({ standing }) => standing === 'down'),
  )

const answered = (stage: Stage, line: string) =>
  until(`an answer over line ${line}`, async () => {
    const { outcome, source } = await stage.ask()
    return outcome === 'valid' && source.line === line
  })

test('trouble 16: with every line silent a question ends as `offline`, further ones at once, and each line that comes back takes them again', {
  skip,
}, async (t) => {
  const stage = await openStage(t)
  const { bed } = stage
  await stage.restart()
  const { asked } = await inFlight(stage)
  await Promise.all(LINES.map((name) => bed.line(name).set({ hole: true })))
  const cut = await asked
  assert.deepEqual([cut.outcome, cut.fault?.code], ['offline', 'LINE_SILENT'])
  await allDown(stage)
  const { questions } = await bed.gateway.stats()
  const later = await stage.ask()
  assert.deepEqual([later.outcome, later.source.line], ['offline', null])
  assert.equal((await bed.gateway.stats()).questions, questions, 'nothing was sent')
  assert.deepEqual([later.results, later.lastKnown?.outcome], [[], 'valid'])
  await bed.line('c').heal()
  await answered(stage, 'c')
  await bed.line('a').heal()
  await answered(stage, 'a')
  await bed.line('b').heal()
  await stage.untilWell()
  assert.deepEqual(await stage.lost(), [])
  await stage.stop()
})

test('when the gateway itself goes, that is what is named, and it is asked again once it is back', {
  skip,
}, async (t) => {
  const stage = await openStage(t)
  const { bed } = stage
  await stage.restart()
  const { asked } = await inFlight(stage)
  await bed.gateway.close()
  const cut = await asked
  assert.equal(cut.outcome, 'offline')
  await allDown(stage)
  assert.equal((await stage.ask()).outcome, 'offline')
  await until('the gateway named on every line', async () =>
    (await stage.lines()).every(({ path }) => path?.fault?.code === 'GATEWAY_UNREACHABLE'),
  )
  const shown = await eventually('the gateway named in health', async () => {
    const { checks } = await stage.client().health()
    const [found] = (checks['gateway'] ?? []).filter(({ code }) => code === 'GATEWAY_UNREACHABLE')
    return found && { found, lines: checks['line'] ?? [] }
  })
  assert.equal(shown.found.status, 'warn', 'nothing that the clinic could cure')
  assert.deepEqual(shown.lines, [], 'the lines are not to blame')
  await bed.gateway.restart()
  await answered(stage, 'a')
  await stage.untilWell()
  const { checks } = await stage.client().health()
  assert.deepEqual(checks['line'] ?? [], [])
  assert.deepEqual(await stage.lost(), [])
  await stage.stop()
})

test('three lines that fail in three ways are each named by their own cause', {
  skip,
}, async (t) => {
  const stage = await openStage(t)
  const { bed } = stage
  await stage.restart()
  await bed.line('a').unplug()
  await bed.line('b').dropRouter()
  await stage.behave('c', { mode: 'expired-certificate' })
  await bed.line('c').forget()
  await stage.ask()
  await allDown(stage)
  const causes = [
    ...['a LINE_LINK_DOWN', 'b LINE_ROUTER_GONE', 'c SERVER_CERTIFICATE_WRONG'],
    'lines NO_LINE',
  ]
  const status = await eventually('each cause in health', async () => {
    const health = await stage.client().health()
    const shown = Object.values(health.checks).flatMap((checks) =>
      checks.map(({ componentId, code }) => `${componentId} ${code}`),
    )
    return causes.every((cause) => shown.includes(cause)) ? health.status : undefined
  })
  assert.equal(status, 'fail')
  await stage.restoreAll()
  await stage.untilWell()
  const { checks } = await stage.client().health()
  assert.deepEqual(checks['line'] ?? [], [])
  await answered(stage, 'a')
  assert.deepEqual(await stage.lost(), [])
  await stage.stop()
})

test('a session that ends while line A fails costs one login, and no question', {
  skip,
}, async (t) => {
  const stage = await openStage(t)
  const { bed } = stage
  await stage.restart()
  const { logins } = await bed.gateway.stats()
  const { asked } = await inFlight(stage)
  await Promise.all([bed.gateway.logout(), bed.line('a').set({ hole: true })])
  const { outcome, source } = await asked
  assert.deepEqual([outcome, source.line], ['valid', 'b'])
  const more = await Promise.all([stage.ask(), stage.ask()])
  assert.deepEqual(
    more.map((one) => one.outcome),
    ['valid', 'valid'],
  )
  assert.equal((await bed.gateway.stats()).logins, logins + 1)
  await stage.restoreAll()
  await stage.untilWell()
  await answered(stage, 'a')
  assert.deepEqual(await stage.lost(), [])
  await stage.stop()
})
