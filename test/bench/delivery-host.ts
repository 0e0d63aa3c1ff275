/**
 * Helper: store and API in one process, as in the agent. A line to it ends a question; it answers
 * with the moment at which the commit began, ns of the system's monotonic clock. The line `heap` is
 * answered with the bytes that are alive.
 */
import { openApi } from '../../agent/api/api.ts'
import { systemClock } from '../../agent/platform.ts'
import { fakePorts } from '../fakes/api-ports.ts'
import { liveBytes } from './heap.ts'
import { answerLines } from './helper.ts'
import { instantAsker } from './instant.ts'
import { onBug, openScratchStore, silentLog } from './scratch-store.ts'

const [, , folder = '.'] = process.argv
const store = await openScratchStore(folder)
const { token } = await store.consumers.add({
  name: 'bench',
  role: 'receipt-computer',
  sources: [],
  sink: null,
})
const api = await openApi({
  ...fakePorts(),
  listen: [{ address: '127.0.0.1:0', allow: [], tls: null, hosts: [] }],
  monitorFrom: [],
  version: 'bench',
  feed: { page: store.feed.page, subscribe: store.subscribe },
  outages: store.outages,
  audit: { read: ({ id }, action, subject) => store.auditRead(id, action, subject) },
  consumers: store.consumers,
  log: silentLog,
  clock: systemClock,
  onBug,
})
const ask = instantAsker(store)
const hello = JSON.stringify({ url: api.urls[0], token })
await answerLines(hello, async (line) =>
  String(line === 'heap' ? liveBytes() : (await ask()).begunNs),
)
await api.close()
await store.close()
