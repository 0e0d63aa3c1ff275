import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineKeys } from '../bed/net/config.ts'
import { whyNoNet } from '../bed/net/namespaces.ts'
import { LINES, type LineName, planOf } from '../bed/net/plan.ts'
import { openStage, type Stage, settled, until } from './line-faults/stage.ts'

const skip = whyNoNet() ?? false
const QUESTIONS = 5

/** Sends questions over one line by hand, and tests every line; resolves when they are answered. */
async function useOnly(stage: Stage, name: LineName) {
  const { code, stderr } = await stage.bed.cli('line', 'use', name)
  assert.equal(code, 0, stderr)
  for (let n = 0; n < QUESTIONS; n += 1)
    assert.equal((await stage.ask()).source.line, name, 'the line in use answers')
  await stage.lines(true)
}

test('what a line asks, probes, resolves and keeps warm leaves by that line from its own address, and by no other', {
  skip,
}, async (t) => {
  const stage = await openStage(t, { ipv4: ['c'] })
  const { bed } = stage
  await stage.restart()
  for (const name of LINES) await useOnly(stage, name)
  for (const name of LINES) {
    const { source, router, gateway, dns, lineAuth } = bed.line(name).plan()
    const talks = await bed.line(name).talks()
    const strangers = talks.filter(
      ({ from, to }) => from !== source || ![router, gateway, dns, lineAuth].includes(to),
    )
    assert.deepEqual(strangers, [], `line ${name} carries what is not its own`)
    const sentTo = (address: string) => talks.find(({ to }) => to === address)?.packets ?? 0
    assert.ok(sentTo(gateway) > QUESTIONS, `line ${name}: ${JSON.stringify(talks)}`)
    assert.ok(sentTo(dns) > 0, `line ${name}: ${JSON.stringify(talks)}`)
  }
  const { questionsFrom } = await bed.gateway.stats()
  const expected = LINES.map((name) => bed.line(name).plan().source)
  assert.deepEqual(new Set(Object.keys(questionsFrom)), new Set(expected))
  await stage.stop()
})

test('a line that costs by use carries nothing but its monthly test while another is up, and questions when none is', {
  skip,
}, async (t) => {
  const lines = LINES.map((name) => ({ ...lineKeys(planOf(name, 'ipv6')), metered: name === 'c' }))
  const stage = await openStage(t, { lines })
  const { bed } = stage
  const carried = async (name: LineName) => (await bed.line(name).packets()).up.packets
  await stage.restart()
  await until('a test of line C', async () => (await stage.line('c')).path !== null)
  const connected = await bed.gateway.stats()
  await stage.stop()
  const atRest = await settled(() => carried('c'))
  await stage.restart()
  const [a, b] = [await carried('a'), await carried('b')]
  for (let n = 0; n < QUESTIONS; n += 1) await stage.ask()
  await bed.line('a').set({ hole: true })
  assert.equal((await stage.ask()).source.line, 'b')
  await bed.line('a').heal()
  await stage.untilWell()
  await until('probes of line B', async () => (await carried('b')) > b + 2 * QUESTIONS)
  assert.ok((await carried('a')) > a)
  assert.equal(await carried('c'), atRest, 'not a packet on the line that costs by use')
  await Promise.all([bed.line('a').linkDown(), bed.line('b').linkDown()])
  await until('an answer over line C', async () => {
    const { outcome, source } = await stage.ask()
    return outcome === 'valid' && source.line === 'c'
  })
  assert.ok((await carried('c')) > atRest)
  assert.ok((await bed.gateway.stats()).questions > connected.questions)
  await stage.restoreAll()
  await stage.untilWell()
  assert.deepEqual(await stage.lost(), [])
  await stage.stop()
})
