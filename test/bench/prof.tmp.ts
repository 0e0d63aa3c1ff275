import { makeBed, fillFeed, requestFor } from './bed.ts'
import { startLoad } from './load-job.ts'
await using bed = await makeBed()
await using daemon = await bed.start({ env: { NODE_OPTIONS: '--cpu-prof --cpu-prof-dir=/tmp/prof' } })
await fillFeed(bed, daemon, 40)
await using load = await startLoad()
const r = requestFor(bed, daemon, '/v1/events?limit=20')
await load.run({ url: daemon.url, request: r, connections: 10, requests: 1500, pauseMs: 0 })
