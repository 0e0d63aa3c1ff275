import assert from 'node:assert/strict'
import { chmodSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { makeBed } from '../bed/agent.ts'
import { type Client, clientOf, eventually } from '../bed/client.ts'
import { startAgent } from '../bed/process.ts'

const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')
const skip = library === undefined ? 'needs libfaketime: apt-get install faketime' : false
const faceOf = (number: string) => patientByNumber(number)?.cardFace ?? {}

/** The wall clock of a process, which is set while it runs; the one that nobody sets goes on. */
function wallClock(folder: string) {
  const file = join(folder, 'wall')
  const set = (ahead: string) => writeFileSync(file, `${ahead}\n`)
  set('+0d')
  const env = {
    LD_PRELOAD: library ?? '',
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  }
  return { set, env }
}

/** A `timedatectl` that answers as a machine whose time server is heard, or is lost. */
function timeService(folder: string) {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const say = (word: 'yes' | 'no') => writeFileSync(join(folder, 'heard'), `${word}\n`)
  say('yes')
  const program = join(bin, 'timedatectl')
  writeFileSync(program, `#!/bin/sh\ncat '${join(folder, 'heard')}'\n`)
  chmodSync(program, 0o755)
  return { say, env: { PATH: bin + delimiter + process.env['PATH'] } }
}

/** Codes of all that is wrong, and of how the clock is. */
async function wrong(client: Client) {
  const { checks } = await client.health()
  const bad = Object.values(checks).flatMap((list) => list.filter((one) => one.status !== 'pass'))
  return bad.map(({ code }) => code).sort()
}

test('a clock set a year forth and back without a time server is told of, lookups are answered in their order, and nothing of it stays', {
  skip,
}, async (t) => {
  const bed = await makeBed(t)
  const token = await bed.addConsumer('receipt')
  const wall = wallClock(bed.folder)
  const time = timeService(bed.folder)
  const agent = await startAgent(bed.configFile, { ...wall.env, ...time.env })
  t.after(() => agent.stop('SIGKILL'))
  const client = clientOf(agent.url, token)
  const asked = [await client.ask(faceOf('01'))]
  // A purge that meets a day it cannot believe says so until the next one.
  await eventually('the jobs of the start', async () => {
    const ended = [...agent.output().matchAll(/"job-ended","job":"(\w+)"/g)].map(([, job]) => job)
    return (ended.includes('purge') && ended.includes('audit')) || undefined
  })
  const { cursor } = await client.events()
  const before = await wrong(client)
  assert.ok(!before.some((code) => code.startsWith('CLOCK_')))

  time.say('no')
  for (const ahead of ['+400d', '-400d']) {
    wall.set(ahead)
    const answered = await client.ask(faceOf('01'))
    assert.equal(answered.outcome, 'valid', ahead)
    assert.equal(answered.reception?.clock, 'unsynchronised', ahead)
    asked.push(answered)
    await eventually(`the condition at ${ahead}`, async () =>
      (await wrong(client)).includes('CLOCK_IMPLAUSIBLE') ? true : undefined,
    )
  }
  time.say('yes')
  wall.set('+0d')
  asked.push(await client.ask(faceOf('01')))
  let left: readonly string[] = []
  await eventually('health as before', async () => {
    left = (await wrong(client)).filter((code) => !before.includes(code))
    return left.length === 0 || undefined
  }).catch((error: unknown) => {
    assert.deepEqual(left, [], 'what stayed of it')
    throw error
  })
  const { items } = await client.events(`?after=${cursor}`)
  const told = items.flatMap((item) => (item.type === 'verification' ? item.verification.id : []))
  assert.deepEqual(
    told,
    asked.slice(1).map(({ id }) => id),
    'in the order in which they ended',
  )
  assert.deepEqual((await agent.stop()).code, 0)
  const again = clientOf((await bed.start()).url, token)
  assert.equal((await again.feed()).length, asked.length, 'nothing was purged')
  assert.equal((await again.ask(faceOf('02'))).outcome, 'valid')
})
