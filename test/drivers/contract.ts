import assert from 'node:assert/strict'
import { createHash, randomInt } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { ReaderEvent } from '../../drivers/driver.ts'
import { chanceOf } from '../torture/random.ts'
import { type Bench, type BenchMaker, follow } from './bench.ts'
import { identityOf, myNumberCard, otherCard, readingApdus } from './cards.ts'
import { RECOGNISED_MS, recognised, spoilt, sufferMishaps } from './mishaps.ts'

const MISHAPS = 8

/** What every driver keeps, on any transport. Makes tests; to be called at the top of a test file. */
export function holdToContract({ name, missing, outageIs, open }: BenchMaker): void {
  const options = { skip: missing ?? false, timeout: 120_000, concurrency: 1 }
  describe(`driver ${name}`, options, () => {
    const seed = randomInt(2 ** 32)
    const chance = chanceOf(seed)
    let bench: Bench
    let events: ReturnType<typeof follow>
    before(async () => {
      bench = await open()
      events = follow(bench.reader)
    })
    after(() => bench.close())

    test('the reader is ready before anything else', async () => {
      assert.equal((await events.next()).is, 'ready')
    })

    test('a card is presented with its certificate, and its going is told', async () => {
      const card = myNumberCard()
      await bench.put(card)
      const event = await events.next()
      assert.ok(event.is === 'presented')
      assert.ok(event.presented.kind === 'my-number-card')
      assert.deepEqual(
        Uint8Array.from(event.presented.certificate),
        Uint8Array.from(identityOf().authCertificate),
      )
      await bench.take()
      assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
      assert.deepEqual(card.touched, [])
    })

    test('the card signs only after its PIN, and not once it has left', async () => {
      await bench.put(myNumberCard())
      const event = await events.next()
      assert.ok(event.is === 'presented' && event.sign !== undefined)
      const digest = createHash('sha256').update('challenge').digest()
      await assert.rejects(event.sign(digest), { code: 'CARD_PIN_REQUIRED' })
      await bench.take()
      await events.next()
      await assert.rejects(event.sign(digest), { code: 'CARD_GONE' })
    })

    test('an expired certificate is presented like any other', async () => {
      await bench.put(myNumberCard(true))
      const event = await events.next()
      assert.ok(event.is === 'presented' && event.presented.kind === 'my-number-card')
      assert.ok(event.presented.notAfter < Date.now())
      await bench.take()
      await events.next()
    })

    test('what is no My Number card is named, and is no fault', async () => {
      for (const [kind, wanted] of [
        ['driving-licence', { kind: 'other-card', name: '運転免許証' }],
        ['juki', { kind: 'other-card', name: '住民基本台帳カード' }],
        ['phone', { kind: 'not-a-card' }],
      ] as const) {
        await bench.put(otherCard(kind))
        assert.deepEqual(await events.next(), { is: 'presented', presented: wanted })
        await bench.take()
        assert.equal((await events.next()).is, 'gone')
      }
    })

    test('a card of garbage and a mute one are typed faults', async () => {
      for (const [kind, code] of [
        ['garbage', 'CARD_UNREADABLE'],
        ['mute', 'CARD_UNRESPONSIVE'],
      ] as const) {
        await bench.put(otherCard(kind))
        const event = await events.next()
        assert.ok(event.is === 'card-fault')
        assert.equal(event.code, code)
        await bench.take()
        assert.equal((await events.next()).is, 'gone')
      }
    })

    test('nonsense in the place of one answer makes no other card of a My Number card', async () => {
      for (const at of [1, 2 + chance.below(readingApdus() - 1)]) {
        await bench.put(spoilt(myNumberCard(), at, chance))
        const event = await events.next()
        assert.ok(event.is === 'presented', `at answer ${at} (seed ${seed})`)
        assert.equal(event.presented.kind, 'my-number-card')
        await bench.take()
        assert.equal((await events.next()).is, 'gone')
      }
    })

    test('a card that falls silent half way is unresponsive, and the next one is read', async () => {
      await bench.put(myNumberCard(), { hangAfterApdus: 3 })
      assert.equal(codeOf(await events.next()), 'CARD_UNRESPONSIVE')
      await bench.take()
      assert.equal((await events.next()).is, 'gone')
      await presentedNext(bench, events)
    })

    test('a card pulled before any of its answers is gone, and the next one is read', async () => {
      for (let pulled = 1; pulled <= readingApdus(); pulled++) {
        await bench.put(myNumberCard(), { pullAfterApdus: pulled })
        assert.equal(codeOf(await events.next()), 'CARD_GONE', `before answer ${pulled}`)
      }
      await presentedNext(bench, events)
    })

    test('an outage is a typed fault, and the card is read by itself after the cure', async (t) => {
      await bench.put(myNumberCard())
      assert.equal((await events.next()).is, 'presented')
      await bench.outage()
      assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
      const fault = await events.next()
      assert.ok(fault.is === 'reader-fault')
      assert.equal(fault.code, outageIs)

      await bench.cure()
      const curedAt = performance.now()
      assert.equal((await events.next()).is, 'ready')
      await recognised(events)
      t.diagnostic(`read ${Math.round(performance.now() - curedAt)} ms after the cure`)
      await bench.take()
      assert.equal((await events.next()).is, 'gone')
    })

    test(`after any mishaps, in any order, a good card is read within ${RECOGNISED_MS / 1_000} s`, async (t) => {
      t.diagnostic(`seed ${seed}`)
      const { acts, recognisedMs } = await sufferMishaps(bench, events, MISHAPS, chance)
      t.diagnostic(`${acts.join(', ')}: read after ${Math.round(recognisedMs)} ms`)
    })

    test('closing ends the events, and closing again is free', async () => {
      await bench.reader.close()
      assert.equal(await events.ended(), true)
      await bench.reader.close()
    })
  })
}

const codeOf = (event: ReaderEvent) => ('code' in event ? event.code : event.is)

async function presentedNext(bench: Bench, events: ReturnType<typeof follow>): Promise<void> {
  await bench.put(myNumberCard())
  await recognised(events, ({ is }) => {
    assert.equal(is, 'presented')
    return true
  })
  await bench.take()
  assert.equal((await events.next()).is, 'gone')
}
