import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { type Look, openLife } from '../../../agent/uplink/life.ts'
import { policy } from '../../../agent/uplink/policy.ts'
import { FakeClock } from '../../fakes/clock.ts'

const never = new AbortController().signal

/** A line whose probes take as long as the test says, one after the other; null: no reply. */
function stage(replies: (number | null | AgentError)[]) {
  const clock = new FakeClock()
  const probed: (number | null)[] = []
  const looked: Look['is'][] = []
  let probes = 0
  const life = openLife({
    clock,
    now: () => clock.now(),
    onProbed: (rttMs) => void probed.push(rttMs),
    onLooked: ({ is }) => void looked.push(is),
    async probe(signal) {
      const reply = replies[Math.min(probes, replies.length - 1)] ?? null
      probes += 1
      if (reply instanceof AgentError) throw reply
      await clock.sleep(reply ?? Number.MAX_SAFE_INTEGER, signal)
      signal.throwIfAborted()
      return reply ?? 0
    },
  })
  const look = async (ms: number, signal = never) => {
    let found: Look['is'] | 'none yet' = 'none yet'
    const looking = life.look(signal).then(({ is }) => {
      found = is
    })
    await clock.advance(ms)
    return { found, looking }
  }
  return { clock, life, look, probed, looked, probes: () => probes }
}

/** A line that is known to take 20 ms. */
async function known(replies: (number | null)[]) {
  const calm = Array.from({ length: 20 }, () => 20)
  const line = stage([...calm, ...replies])
  for (const _ of calm) await line.look(policy.silenceFloorMs)
  line.looked.length = 0
  return line
}

test('a reply is life, and teaches the round trip', async () => {
  const { look, life, looked } = stage([30])
  assert.equal(life.rttMs(), null)
  assert.equal((await look(30)).found, 'alive')
  assert.deepEqual([life.rttMs(), looked], [30, ['alive']])
})

test('a line that does not answer is silent, sooner where its round trip is known', async () => {
  const unknown = stage([null])
  assert.equal((await unknown.look(policy.silenceUnknownMs - 1)).found, 'none yet')
  await unknown.clock.advance(1)
  assert.deepEqual(unknown.looked, ['silent'])
  const line = await known([null])
  assert.equal((await line.look(policy.silenceFloorMs + 1)).found, 'silent')
})

test('one lost probe is no alarm: a second one goes out in time for its own reply', async () => {
  const line = await known([null, 20])
  const before = line.probes()
  assert.equal((await line.look(policy.silenceFloorMs)).found, 'alive')
  assert.equal(line.probes() - before, 2)
})

test('a reply that comes after the look teaches how slow the line has become', async () => {
  const line = await known([300])
  assert.equal((await line.look(policy.silenceFloorMs + 1)).found, 'silent')
  const before = line.life.rttMs() ?? 0
  await line.clock.advance(300)
  assert.ok((line.life.rttMs() ?? 0) > before)
  for (let n = 0; n < 3; n += 1) await line.look(1_500)
  assert.equal(line.looked.at(-1), 'alive', 'it is waited for long enough now')
})

test('a probe that is never answered ends, and is told as lost', async () => {
  const { clock, look, probed } = stage([null])
  await look(policy.silenceUnknownMs)
  assert.deepEqual(probed, [])
  await clock.advance(policy.probeTimeoutMs)
  assert.deepEqual(probed, [null, null])
  assert.equal(clock.sleeping(), 0)
})

test('that our own thread was late does not condemn a line', async () => {
  const line = await known([null, 20])
  const looking = line.life.look(never)
  await line.clock.advance(1)
  // Both probes and the deadline fall due at once; the second reply is read 20 ms later.
  await line.clock.stall(200)
  await line.clock.advance(20)
  assert.equal((await looking).is, 'alive')
})

test('who looks while another does joins in', async () => {
  const { life, clock, looked, probes } = stage([30])
  const looks = [life.look(never), life.look(never)]
  await clock.advance(30)
  assert.deepEqual(
    (await Promise.all(looks)).map(({ is }) => is),
    ['alive', 'alive'],
  )
  assert.deepEqual([probes(), looked], [1, ['alive']])
})

test('an aborted look finds nothing wrong, and those who joined it still get theirs', async () => {
  const { life, clock } = stage([null])
  const gone = new AbortController()
  const [aborted, other] = [life.look(gone.signal), life.look(never)]
  gone.abort()
  assert.equal((await aborted).is, 'alive')
  await clock.advance(policy.silenceUnknownMs)
  assert.equal((await other).is, 'silent')
})

test('a probe that cannot even go out is a fault at once', async () => {
  const { look, probed } = stage([new AgentError('LINE_LINK_DOWN', 'no link')])
  assert.equal((await look(0)).found, 'fault')
  assert.deepEqual(probed, [null])
})

test('what a probe throws that is no fault is a bug', async () => {
  const clock = new FakeClock()
  const life = openLife({
    clock,
    now: () => clock.now(),
    onProbed() {},
    onLooked() {},
    probe: () => Promise.reject(new TypeError('a bug')),
  })
  await assert.rejects(life.look(never), TypeError)
})

test('another network is another line: what was learnt is forgotten', async () => {
  const { life, look } = stage([30])
  await look(30)
  life.forget()
  assert.equal(life.rttMs(), null)
  assert.equal(life.acknowledgedWithinMs(), policy.silenceUnknownMs + policy.acknowledgedWithinMs)
})
