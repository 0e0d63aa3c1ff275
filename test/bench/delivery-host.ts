/**
 * Helper: store and API in one process, as in the agent. A line to it ends a question; it answers
 * with the moment at which the commit began, ns of the system's monotonic clock.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openApi } from '../../agent/api/api.ts'
import { systemClock } from '../../agent/platform.ts'
import { openStore } from '../../agent/store/store.ts'
import { FakeFeed, FakeVerifications } from '../fakes/api-ports.ts'
import { answerLines } from './helper.ts'
import { recordMaker } from './records.ts'

const [, , folder = '.'] = process.argv
const log = { info() {}, warn() {}, error() {} }
const onBug = (error: unknown) => {
  throw error
}
const store = await openStore({
  path: join(folder, 'delivery.db'),
  key: randomBytes(32),
  clock: systemClock,
  log,
  onBug,
})
const { token } = await store.consumers.add('bench')
const api = await openApi({
  listen: [{ address: '127.0.0.1:0', allow: [], tls: null, hosts: [] }],
  monitorFrom: [],
  version: 'bench',
  feed: { page: store.feed.page, subscribe: store.subscribe },
  verifications: new FakeVerifications(new FakeFeed()),
  audit: { read: ({ id }, action, subject) => store.auditRead(id, action, subject) },
  consumers: store.consumers,
  desk: { readers: () => [], presentations: () => [] },
  health: { showing: () => [], ready: () => true },
  log,
  clock: systemClock,
  onBug,
})
const next = recordMaker()
await answerLines(JSON.stringify({ url: api.urls[0], token }), async () => {
  const { question, end } = next()
  await store.accept(question)
  const begun = process.hrtime.bigint()
  await store.end(end)
  return String(begun)
})
await api.close()
await store.close()
