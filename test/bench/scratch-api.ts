import { type ApiOptions, openApi } from '../../agent/api/api.ts'
import { systemClock } from '../../agent/platform.ts'
import type { Store } from '../../agent/store/store.ts'
import { fakePorts } from '../fakes/api-ports.ts'
import { onBug, silentLog } from './scratch-store.ts'

/** The API over a store, on a free port of the loopback; what it has no part of is a fake. */
export const openScratchApi = (store: Store, parts: Partial<ApiOptions> = {}) =>
  openApi({
    ...fakePorts(),
    ...parts,
    listen: [{ address: '127.0.0.1:0', allow: [], tls: null, hosts: [] }],
    monitorFrom: [],
    version: 'bench',
    feed: { page: store.feed.page, end: store.feed.end, subscribe: store.subscribe },
    outages: store.outages,
    audit: { read: ({ id }, action, subject) => store.auditRead(id, action, subject) },
    consumers: store.consumers,
    log: silentLog,
    clock: systemClock,
    onBug,
  })
