import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Evidence, type Seen, type Sent, violationsIn } from './checker.ts'

const PEOPLE = [
  { outcome: 'valid', birthdate: '19800502' },
  { outcome: 'invalid', birthdate: '19750127' },
] as const

function seen(n: number, over: Partial<Seen> = {}): Seen {
  const { outcome, birthdate } = PEOPLE[n % 2] ?? PEOPLE[0]
  return {
    eventId: `event-${n}`,
    cursor: `cursor-${n}`,
    verificationId: `verification-${n}`,
    mark: `mark-${n}`,
    outcome,
    fault: null,
    birthdates: outcome === 'valid' ? [birthdate] : [],
    ...over,
  }
}

const sent = (n: number, over: Partial<Sent> = {}): Sent => ({
  mark: `mark-${n}`,
  kind: n % 3 === 0 ? 'tap' : 'lookup',
  about: [PEOPLE[n % 2] ?? PEOPLE[0]],
  end: 'answered',
  told: [`verification-${n}`, `verification-${n}`],
  answers: [seen(n)],
  refusals: [],
  ...over,
})

const NUMBERS = [0, 1, 2, 3, 4, 5]

/** The evidence of a right run whose feed is `feed`. */
function evidence(feed: readonly Seen[], over: Partial<Evidence> = {}): Evidence {
  return {
    sent: NUMBERS.map((n) => sent(n)),
    feed,
    polled: feed,
    file: {
      integrity: ['ok'],
      foreignKeys: 0,
      openQuestions: 0,
      verifications: feed.length,
      events: feed.map(({ eventId }, at) => ({ position: at + 1, id: eventId })),
    },
    ...over,
  }
}

const right = NUMBERS.map((n) => seen(n))
const kinds = (of: Evidence) => [...new Set(violationsIn(of).map(({ is }) => is))]
const withSent = (n: number, over: Partial<Sent>) =>
  NUMBERS.map((each) => (each === n ? sent(each, over) : sent(each)))

test('a right run has no violation', () => {
  assert.deepEqual(violationsIn(evidence(right)), [])
})

test('a poller that was answered twice with the same page is right', () => {
  const polled = [...right.slice(0, 4), ...right.slice(2)]
  assert.deepEqual(violationsIn(evidence(right, { polled })), [])
})

test('a planted loss is found, and named by its mark', () => {
  const lost = right.filter(({ mark }) => mark !== 'mark-2')
  assert.deepEqual(violationsIn(evidence(lost)), [{ is: 'lost', what: 'mark-2 has none' }])
})

test('a planted duplicate is found', () => {
  const twice = [...right, seen(6, { mark: 'mark-4', outcome: 'valid', birthdates: ['19800502'] })]
  assert.deepEqual(violationsIn(evidence(twice)), [
    { is: 'duplicate', what: 'mark-4 has 2 verifications' },
  ])
})

test('the same event twice in the feed is found', () => {
  assert.ok(kinds(evidence([...right, seen(5)])).includes('duplicate'))
})

test('a planted stranger is found', () => {
  assert.deepEqual(violationsIn(evidence([...right, seen(7)])), [
    { is: 'stranger', what: 'mark-7 was never sent' },
  ])
})

test('a verification of a tap that nobody confirmed, or that was gone, is a stranger', () => {
  for (const end of ['unconfirmed', 'gone'] as const) {
    const tap = withSent(3, { end, told: [], answers: [] })
    assert.deepEqual(kinds(evidence(right, { sent: tap })), ['stranger'], end)
  }
})

test('two questions that got each other’s verification are found', () => {
  const swapped = right.map((one) => {
    if (one.mark === 'mark-1') return { ...one, mark: 'mark-2' }
    return one.mark === 'mark-2' ? { ...one, mark: 'mark-1' } : one
  })
  assert.deepEqual(kinds(evidence(swapped)), ['swapped'])
})

test('an answer with the data of another person is found', () => {
  const other = right.map((one) => (one.mark === 'mark-2' ? seen(2, { birthdates: ['x'] }) : one))
  const told = withSent(2, { answers: [] })
  assert.deepEqual(kinds(evidence(other, { sent: told })), ['swapped'])
})

test('a key that was told two ids is found', () => {
  const told = withSent(1, { told: ['verification-1', 'verification-9'] })
  assert.deepEqual(kinds(evidence(right, { sent: told })), ['swapped'])
})

test('a confirmation that was accepted and then forgotten is a loss', () => {
  const gone = withSent(3, { end: 'gone', answers: [] })
  const feed = right.filter(({ mark }) => mark !== 'mark-3')
  assert.deepEqual(kinds(evidence(feed, { sent: gone })), ['lost'])
})

test('a tap that was gone before anything was accepted is no loss', () => {
  const gone = withSent(3, { end: 'gone', told: [], answers: [] })
  const feed = right.filter(({ mark }) => mark !== 'mark-3')
  assert.deepEqual(violationsIn(evidence(feed, { sent: gone })), [])
})

test('CARD_NEEDED is the one verification of an interrupted tap, and of no lookup', () => {
  const failed = { outcome: 'failed', fault: 'CARD_NEEDED', birthdates: [] }
  const of = (n: number) => {
    const feed = right.map((one) => (one.mark === `mark-${n}` ? seen(n, failed) : one))
    return evidence(feed, { sent: withSent(n, { answers: [] }) })
  }
  assert.deepEqual(violationsIn(of(3)), [])
  assert.deepEqual(kinds(of(4)), ['swapped'])
})

test('a key that is never answered, and an answer that may not be, are found', () => {
  const unanswered = withSent(2, { end: 'unanswered' })
  assert.deepEqual(kinds(evidence(right, { sent: unanswered })), ['unanswered'])
  const refused = withSent(2, { refusals: ['404 at Location'] })
  assert.deepEqual(kinds(evidence(right, { sent: refused })), ['refused'])
})

test('an event that the poller missed, or got out of order, is found', () => {
  const missed = right.filter((_, at) => at !== 3)
  assert.deepEqual(kinds(evidence(right, { polled: missed })), ['missed'])
  assert.deepEqual(kinds(evidence(right, { polled: right.toReversed() })), ['missed'])
})

test('positions that go back, and a feed in another order than the file, are found', () => {
  const { file } = evidence(right)
  const back = file.events.map((event) => ({ ...event, position: 7 - event.position }))
  assert.deepEqual(kinds(evidence(right, { file: { ...file, events: back } })), ['out-of-order'])
  const other = file.events.toReversed().map(({ id }, at) => ({ id, position: at + 1 }))
  assert.deepEqual(kinds(evidence(right, { file: { ...file, events: other } })), ['out-of-order'])
})

test('a damaged file, and a question left open in it, are found', () => {
  const { file } = evidence(right)
  const damages = [
    { integrity: ['row 3 missing from index'] },
    { integrity: [] },
    { foreignKeys: 1 },
    { openQuestions: 1 },
    { verifications: 7 },
  ]
  for (const damage of damages)
    assert.deepEqual(kinds(evidence(right, { file: { ...file, ...damage } })), ['file'])
})
