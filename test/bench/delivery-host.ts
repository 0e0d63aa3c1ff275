/**
 * Helper: store and API in one process, as in the agent. A line to it ends a question; it answers
 * with the moment at which the commit began, ns of the system's monotonic clock. The line `heap` is
 * answered with the bytes that are alive.
 */
import { liveBytes } from './heap.ts'
import { answerLines } from './helper.ts'
import { instantAsker } from './instant.ts'
import { openScratchApi } from './scratch-api.ts'
import { openScratchStore } from './scratch-store.ts'

const [, , folder = '.'] = process.argv
const store = await openScratchStore(folder)
const { token } = await store.consumers.add({
  name: 'bench',
  role: 'receipt-computer',
  sources: [],
  sink: null,
})
const api = await openScratchApi(store)
const ask = instantAsker(store)
const hello = JSON.stringify({ url: api.urls[0], token })
await answerLines(hello, async (line) =>
  String(line === 'heap' ? liveBytes() : (await ask()).begunNs),
)
await api.close()
await store.close()
