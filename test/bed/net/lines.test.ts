import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../client.ts'
import { makeNetBed, type NetBed } from './bed.ts'
import { whyNoNet } from './namespaces.ts'
import { LINES, type LineName } from './plan.ts'
import { startTalk } from './talk.ts'

const skip = whyNoNet() ?? false
/** Long enough for a packet there and back on this machine, whatever else runs. */
const SILENCE_MS = 600

const bytesOf = async (bed: NetBed) =>
  Object.fromEntries(
    await Promise.all(
      LINES.map(async (name) => {
        const { up, down } = await bed.line(name).packets()
        return [name, [up.packets, down.packets]] as const
      }),
    ),
  )

const addresses = (bed: NetBed, line: LineName) =>
  bed.ip('clinic', '-6', '-oneline', 'address', 'show', 'dev', bed.line(line).plan().interface)

test('a connection takes the round trip of its line', { skip }, async (t) => {
  const bed = await makeNetBed(t, { quality: { a: { delayMs: 10 }, b: { delayMs: 40 } } })
  const { connect } = await startTalk(bed)
  const fastest = async (line: LineName) => {
    const took: number[] = []
    for (let n = 0; n < 5; n += 1) took.push((await connect(line)).tookMs)
    return Math.min(...took)
  }
  const [a, b] = [await fastest('a'), await fastest('b')]
  assert.ok(a >= 20 && a < 80, `${a} ms`)
  assert.ok(b >= 80, `${b} ms`)
  await bed.line('a').set({ delayMs: 100 }, 'down')
  const slower = await fastest('a')
  assert.ok(slower >= 110, `${slower} ms`)
})

test('what is sent from the address of a line leaves by that line only', { skip }, async (t) => {
  const bed = await makeNetBed(t)
  const { connect } = await startTalk(bed)
  for (const name of LINES) {
    const before = await bytesOf(bed)
    const { say } = await connect(name)
    assert.equal(await say('hello'), 'hello')
    const after = await bytesOf(bed)
    for (const other of LINES) {
      if (other !== name) assert.deepEqual(after[other], before[other], `${name} by ${other}`)
    }
    const { up, down } = await bed.line(name).packets()
    assert.ok(up.delivered >= 3 && down.delivered >= 2)
    assert.ok(up.bytes > up.packets * 40)
  }
})

test('a hole lets nothing through, and the rest arrives when it heals', { skip }, async (t) => {
  const bed = await makeNetBed(t)
  const { connect } = await startTalk(bed)
  const line = bed.line('b')
  const { say } = await connect('b')
  assert.equal(await say('hello'), 'hello')
  await line.set({ hole: true })
  const before = await line.packets()
  const answer = say('are you there?')
  const during = await eventually('a lost packet', async () => {
    const counts = await line.packets()
    return counts.up.dropped > before.up.dropped + 1 ? counts : undefined
  })
  assert.equal(during.up.delivered, before.up.delivered)
  assert.equal(during.down.packets, before.down.packets)
  await line.heal()
  assert.equal(await answer, 'are you there?')
})

test('a hole in one direction swallows the answers alone', { skip }, async (t) => {
  const bed = await makeNetBed(t)
  const { connect } = await startTalk(bed)
  const line = bed.line('c')
  const { say } = await connect('c')
  const before = await line.packets()
  await line.set({ hole: true }, 'down')
  assert.equal(await say('one way', SILENCE_MS), null)
  const { up, down } = await line.packets()
  assert.ok(up.delivered > before.up.delivered)
  assert.equal(up.dropped, before.up.dropped)
  assert.ok(down.dropped > before.down.dropped)
  assert.equal(down.delivered, before.down.delivered)
})

test('a link that goes down takes its address along, and up brings both back', {
  skip,
}, async (t) => {
  const bed = await makeNetBed(t)
  const { connect } = await startTalk(bed)
  const line = bed.line('a')
  await connect('a')
  await line.linkDown()
  assert.doesNotMatch(await addresses(bed, 'a'), /inet6/)
  await assert.rejects(connect('a'), { code: 'EADDRNOTAVAIL' })
  assert.equal(await (await connect('b')).say('meanwhile'), 'meanwhile')
  await line.linkUp()
  assert.match(await addresses(bed, 'a'), /fd00:a::2\/64/)
  assert.equal(await (await connect('a')).say('again'), 'again')
})

test('without its cable a line keeps its address and carries nothing', { skip }, async (t) => {
  const bed = await makeNetBed(t)
  const { connect } = await startTalk(bed)
  const line = bed.line('a')
  const { say } = await connect('a')
  await line.unplug()
  assert.match(await bed.ip('clinic', 'link', 'show', 'line-a'), /NO-CARRIER/)
  assert.match(await addresses(bed, 'a'), /fd00:a::2\/64/)
  const before = await line.packets()
  const answer = say('hello')
  assert.equal(await Promise.race([answer, say('x', SILENCE_MS)]), null)
  assert.deepEqual(await line.packets(), before)
  await line.plug()
  assert.equal(await (await connect('a')).say('again'), 'again')
})

test('a line that forgets loses its old connections and takes new ones', { skip }, async (t) => {
  const bed = await makeNetBed(t)
  const { connect } = await startTalk(bed)
  const old = await connect('b')
  assert.equal(await old.say('hello'), 'hello')
  for (const time of ['first', 'second']) {
    await bed.line('b').forget()
    const young = await connect('b')
    assert.equal(await young.say(time), time)
    const before = (await bed.line('b').packets()).up.dropped
    assert.equal(await old.say('still there?', SILENCE_MS), null)
    assert.ok((await bed.line('b').packets()).up.dropped > before)
    assert.equal(await young.say('and on'), 'and on')
  }
})

test('another prefix ends what used the old one', { skip }, async (t) => {
  const bed = await makeNetBed(t)
  const { connect } = await startTalk(bed)
  const line = bed.line('a')
  const { source: was } = line.plan()
  const old = await connect('a')
  const { source: is } = await line.changePrefix()
  assert.deepEqual([was, is], ['fd00:a::2', 'fd00:a:0:1::2'])
  await assert.rejects(connect('a', was), { code: 'EADDRNOTAVAIL' })
  assert.equal(await old.say('hello', SILENCE_MS), null)
  const before = await bytesOf(bed)
  assert.equal(await (await connect('a')).say('hello'), 'hello')
  const after = await bytesOf(bed)
  assert.deepEqual([after['b'], after['c']], [before['b'], before['c']])
  await line.linkDown()
  await line.linkUp()
  assert.equal(await (await connect('a')).say('again'), 'again')
})

test('a line without a router reaches nothing, also not by another line', { skip }, async (t) => {
  const bed = await makeNetBed(t)
  const { connect } = await startTalk(bed)
  const line = bed.line('b')
  await line.dropRouter()
  assert.match(await addresses(bed, 'b'), /fd00:b::2\/64/)
  const before = await bytesOf(bed)
  await assert.rejects(connect('b'), { code: /^E(NET|HOST)UNREACH$/ })
  assert.deepEqual(await bytesOf(bed), before)
  await line.restoreRouter()
  assert.equal(await (await connect('b')).say('again'), 'again')
})

test('a line that resets refuses new connections and ends old ones at both ends', {
  skip,
}, async (t) => {
  const bed = await makeNetBed(t, { ipv4: ['c'] })
  const { connect, heard } = await startTalk(bed)
  for (const [count, name] of (['a', 'c'] as const).entries()) {
    const { say } = await connect(name)
    await bed.line(name).set({ rst: true })
    await assert.rejects(connect(name), { code: 'ECONNREFUSED' })
    await assert.rejects(say('hello'), { code: 'ECONNRESET' })
    await eventually('a reset at the far end', async () =>
      (await heard()).resets === count + 1 ? true : undefined,
    )
    await bed.line(name).heal()
    assert.equal(await (await connect(name)).say('again'), 'again')
  }
})

test('packets above the size that a line carries vanish', { skip }, async (t) => {
  const bed = await makeNetBed(t)
  const { connect } = await startTalk(bed)
  const line = bed.line('a')
  const { say } = await connect('a')
  await line.set({ mtuBytes: 600 })
  assert.equal(await say('small'), 'small')
  assert.equal((await line.packets()).up.dropped, 0)
  const big = 'x'.repeat(1_000)
  const answer = say(big)
  await eventually('a lost packet', async () =>
    (await line.packets()).up.dropped > 0 ? true : undefined,
  )
  await line.heal()
  assert.equal(await answer, big)
})

test('the same seed loses the same packets', { skip }, async (t) => {
  const lose = async (seed: number) => {
    const bed = await makeNetBed(t, { seed, quality: { a: { lossPercent: 30 } } })
    await (await startTalk(bed)).flood('a', 300)
    return eventually('all', async () => {
      const { up } = await bed.line('a').packets()
      return up.packets === 300 ? up.dropped : undefined
    })
  }
  const [once, again, other] = [await lose(7), await lose(7), await lose(8)]
  assert.equal(once, again)
  assert.notEqual(once, other)
  assert.ok(once > 60 && once < 120, `${once} of 300`)
})

test('a line may bring packets twice, late by chance, or out of their order', {
  skip,
}, async (t) => {
  const bed = await makeNetBed(t)
  const { connect, flood, heard } = await startTalk(bed)
  await bed.line('a').set({ duplicatePercent: 100 }, 'up')
  await flood('a', 10)
  await eventually('two of each', async () => ((await heard()).datagrams === 20 ? true : undefined))
  await bed.line('a').heal()
  await bed.line('a').set({ delayMs: 5, jitterMs: 10, reorderPercent: 20, lossPercent: 5 })
  const { say } = await connect('a')
  const long = 'onshi'.repeat(4_000)
  assert.equal(await say(long), long)
})

test('a line may have IPv4 only', { skip }, async (t) => {
  const bed = await makeNetBed(t, { ipv4: ['b'] })
  const { connect } = await startTalk(bed)
  assert.equal(bed.line('b').plan().source, '10.2.0.2')
  const before = await bytesOf(bed)
  assert.equal(await (await connect('b')).say('hello'), 'hello')
  const after = await bytesOf(bed)
  assert.deepEqual([after['a'], after['c']], [before['a'], before['c']])
  await bed.line('b').linkDown()
  await assert.rejects(connect('b'), { code: /^E(NET|HOST)UNREACH$/ })
  await bed.line('b').linkUp()
  assert.equal(await (await connect('b')).say('again'), 'again')
  const { source } = await bed.line('b').changePrefix()
  assert.equal(source, '10.2.1.2')
  assert.equal(await (await connect('b')).say('moved'), 'moved')
})

test('whatever was done to a line, it can be made good again', { skip }, async (t) => {
  const bed = await makeNetBed(t)
  const { connect } = await startTalk(bed)
  const line = bed.line('a')
  await line.restore()
  await line.changePrefix()
  await line.set({ hole: true, rst: true, lossPercent: 100 })
  await line.dropRouter()
  await line.unplug()
  await line.linkDown()
  await assert.rejects(connect('a'), { code: 'EADDRNOTAVAIL' })
  await line.restore()
  assert.equal(await (await connect('a')).say('again'), 'again')
})
