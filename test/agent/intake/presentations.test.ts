import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWaitingRoom } from '../../../agent/intake/presentations.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { FakeClock } from '../../fakes/clock.ts'

const LAPSE_MS = 60_000
const sign = () => Promise.resolve(new Uint8Array(256))
const certificate = Uint8Array.of(1, 2, 3)

function bench() {
  const clock = new FakeClock()
  const room = openWaitingRoom<string>(clock, LAPSE_MS)
  const tap = (reader = 'desk-1', notAfter = clock.now() + 1) => {
    room.presented(reader, { kind: 'my-number-card', certificate, notAfter }, sign, false)
    const id = room.list().at(-1)?.id
    assert.ok(id !== undefined)
    return id
  }
  const shown = (id: string) => room.list().find((entry) => entry.id === id)
  return { clock, room, tap, shown }
}
const gone = { code: 'PRESENTATION_GONE' }
const asked = () => Promise.resolve('asked')

test('a tap lapses after its time, certificate and all, though nobody looks', async () => {
  const { clock, room, tap, shown } = bench()
  const id = tap()
  await clock.advance(LAPSE_MS - 1)
  assert.equal(shown(id)?.state, 'waiting')
  await clock.advance(1)
  assert.deepEqual(room.list(), [])
  assert.equal(clock.sleeping(), 0)
  await assert.rejects(room.confirm(id, 'visual', asked), gone)
})

test('a confirmation gets the card and is shown as confirmed until the tap lapses', async () => {
  const { clock, room, tap, shown } = bench()
  const at = clock.now()
  const id = tap()
  const result = await room.confirm(id, 'visual', (card) => {
    assert.deepEqual(
      { ...card, sign: undefined },
      {
        presentationId: id,
        reader: 'desk-1',
        at,
        certificate,
        certificateExpired: false,
        certificateNotAfter: at + 1,
        sign: undefined,
      },
    )
    return asked()
  })
  assert.equal(result, 'asked')
  assert.equal(shown(id)?.state, 'confirmed')
  await clock.advance(LAPSE_MS)
  assert.deepEqual(room.list(), [])
})

test('an expired certificate is a fact, and the tap can be confirmed', async () => {
  const { clock, room, tap, shown } = bench()
  const id = tap('desk-1', clock.now() - 1)
  assert.equal(shown(id)?.certificateExpired, true)
  const expired = room.confirm(id, 'visual', (card) =>
    Promise.resolve(String(card.certificateExpired)),
  )
  assert.equal(await expired, 'true')
})

test('two confirmations of one tap ask once, at the same time or one after the other', async () => {
  const { room, tap } = bench()
  const id = tap()
  let asks = 0
  const ask = async () => {
    asks += 1
    await Promise.resolve()
    return `asked ${asks}`
  }
  const both = await Promise.all([room.confirm(id, 'visual', ask), room.confirm(id, 'visual', ask)])
  assert.deepEqual(both, ['asked 1', 'asked 1'])
  assert.equal(await room.confirm(id, 'visual', ask), 'asked 1')
  assert.equal(asks, 1)
})

test('a confirmation that fails leaves the tap waiting', async () => {
  const { room, tap, shown } = bench()
  const id = tap()
  const failing = () => Promise.reject(new Error('queue full'))
  const both = [room.confirm(id, 'visual', failing), room.confirm(id, 'visual', failing)]
  for (const one of await Promise.allSettled(both)) assert.equal(one.status, 'rejected')
  assert.equal(shown(id)?.state, 'waiting')
  assert.equal(await room.confirm(id, 'visual', asked), 'asked')
})

test('a tap does not lapse while its confirmation is under way', async () => {
  const { clock, room, tap, shown } = bench()
  const id = tap()
  let finish = (_: string) => {}
  const slow = room.confirm(
    id,
    'visual',
    () => new Promise<string>((resolve) => (finish = resolve)),
  )
  await clock.advance(LAPSE_MS * 2)
  assert.equal(shown(id)?.state, 'waiting')
  finish('asked')
  assert.equal(await slow, 'asked')
  assert.deepEqual(room.list(), [])
})

test('a failed confirmation that outlived the tap leaves nothing behind', async () => {
  const { clock, room, tap } = bench()
  const id = tap()
  let fail = (_: Error) => {}
  const slow = room.confirm(id, 'visual', () => new Promise<string>((_, reject) => (fail = reject)))
  await clock.advance(LAPSE_MS)
  fail(new Error('cut'))
  await assert.rejects(slow, /cut/)
  await assert.rejects(room.confirm(id, 'visual', asked), gone)
})

test('a card in the hand is still confirmed: leaving the reader ends nothing', async () => {
  const { room, tap, shown } = bench()
  const id = tap()
  room.left('desk-1', 'removed')
  assert.deepEqual([shown(id)?.state, shown(id)?.cardPresent], ['waiting', false])
  assert.equal(await room.confirm(id, 'visual', asked), 'asked')
})

test('two patients who tap one after the other both wait', async () => {
  const { room, tap, shown } = bench()
  const first = tap()
  room.left('desk-1', 'removed')
  const second = tap()
  assert.deepEqual([shown(first)?.cardPresent, shown(second)?.cardPresent], [false, true])
  assert.equal(await room.confirm(first, 'visual', asked), 'asked')
  assert.equal(shown(second)?.state, 'waiting')
})

test('a second card withdraws the first one’s tap, on that reader only', async () => {
  const { room, tap, shown } = bench()
  const [here, there] = [tap('desk-1'), tap('desk-2')]
  room.left('desk-1', 'two-cards')
  room.unreadable('desk-1', 'TWO_CARDS')
  assert.equal(shown(here)?.state, 'gone')
  assert.equal(shown(there)?.state, 'waiting')
  assert.deepEqual(
    room.list().map(({ fault }) => fault),
    [null, null, 'TWO_CARDS'],
  )
  await assert.rejects(room.confirm(here, 'visual', asked), gone)
})

test('an earlier patient’s tap survives a second card that joins a later one', async () => {
  const { room, tap, shown } = bench()
  const earlier = tap()
  room.left('desk-1', 'removed')
  const later = tap()
  room.left('desk-1', 'two-cards')
  assert.deepEqual([shown(earlier)?.state, shown(later)?.state], ['waiting', 'gone'])
})

test('other cards are news with a name, and cannot be confirmed', async () => {
  const { clock, room } = bench()
  room.presented('desk-1', { kind: 'other-card', name: '運転免許証' }, sign, false)
  const [news] = room.list()
  assert.ok(news !== undefined)
  assert.deepEqual(
    [news.kind, news.name, news.certificateExpired],
    ['other-card', '運転免許証', null],
  )
  await assert.rejects(room.confirm(news.id, 'visual', asked), {
    ...gone,
    message: /no My Number card/,
  })
  await clock.advance(LAPSE_MS)
  assert.deepEqual(room.list(), [])
})

test('news of what has left gives way to what comes next on that reader', () => {
  const { room, tap } = bench()
  room.unreadable('desk-1', 'CARD_GONE')
  room.presented('desk-2', { kind: 'not-a-card' }, sign, false)
  assert.deepEqual(
    room.list().map(({ state, cardPresent }) => [state, cardPresent]),
    [
      ['gone', false],
      ['waiting', true],
    ],
  )
  tap('desk-1')
  assert.deepEqual(
    room.list().map(({ kind }) => kind),
    ['not-a-card', 'my-number-card'],
  )
})

test('a contact that bounces does not fill the list', () => {
  const { room } = bench()
  for (let turn = 0; turn < 500; turn++) room.unreadable(`desk-${turn}`, 'CARD_UNREADABLE')
  assert.ok(room.list().length <= 25)
})

test('an unknown tap cannot be confirmed', async () => {
  const { room } = bench()
  await assert.rejects(room.confirm('0190b5c4-0000-7000-8000-000000000000', 'visual', asked), gone)
})

test('closing forgets every card', async () => {
  const { clock, room, tap } = bench()
  const id = tap()
  room.close()
  assert.deepEqual(room.list(), [])
  assert.equal(clock.sleeping(), 0)
  await assert.rejects(room.confirm(id, 'visual', asked), gone)
})

test('a person who confirms by sight while a PIN is entered is heard when the entry fails', async () => {
  const { room, tap } = bench()
  const id = tap()
  const entry = Promise.withResolvers<string>()
  const byPin = room.confirm(id, 'pin', () => entry.promise)
  const bySight = room.confirm(id, 'visual', asked)
  entry.reject(new AgentError('PIN_ENTRY_CANCELLED', 'cancelled'))
  await assert.rejects(byPin, { code: 'PIN_ENTRY_CANCELLED' })
  assert.equal(await bySight, 'asked')
})

test('a person who confirms by sight gets what the PIN came to where it was right', async () => {
  const { room, tap } = bench()
  const id = tap()
  const entry = Promise.withResolvers<string>()
  const byPin = room.confirm(id, 'pin', () => entry.promise)
  const bySight = room.confirm(id, 'visual', () => assert.fail('asked twice'))
  entry.resolve('by pin')
  assert.deepEqual([await byPin, await bySight], ['by pin', 'by pin'])
})

test('a tap whose entry failed waits on for its whole time, and without its card no PIN can be entered', async () => {
  const { clock, room, shown } = bench()
  const present = { kind: 'my-number-card', certificate, notAfter: clock.now() + 1 } as const
  room.presented('desk-1', present, sign, true)
  const id = room.list()[0]?.id ?? ''
  assert.equal(shown(id)?.pin, 'possible')
  const entry = Promise.withResolvers<string>()
  const byPin = room.confirm(id, 'pin', () => entry.promise)
  await clock.advance(LAPSE_MS)
  entry.reject(new AgentError('PIN_ENTRY_TIMEOUT', 'late'))
  await assert.rejects(byPin, { code: 'PIN_ENTRY_TIMEOUT' })
  assert.equal(shown(id)?.state, 'waiting')
  room.left('desk-1', 'removed')
  assert.equal(shown(id)?.pin, 'none')
  await clock.advance(LAPSE_MS)
  assert.equal(shown(id), undefined)
})
