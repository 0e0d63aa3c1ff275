import { randomUUID } from 'node:crypto'
import type { Fault, Passing } from './proxy.ts'

interface Event {
  id: string
  cursor: string
  type: string
  verification?: { patientNumber?: string | null; results: Record<string, unknown>[] }
}

/** Changes the items of a page; `limit` as it was asked. */
const onPages =
  (change: (items: Event[], limit: number) => Event[]) =>
  (passing: Passing): void => {
    const { pathname, searchParams } = new URL(passing.path, 'http://agent')
    if (pathname !== '/v1/events' || passing.status !== 200) return
    const page: { items: Event[] } = JSON.parse(passing.body.toString())
    const items = change(page.items, Number(searchParams.get('limit')))
    passing.body = Buffer.from(JSON.stringify({ ...page, items }))
  }

const readsPages = [
  ...['first-page', 'event-shape', 'event-published', 'pages-agree', 'events-once'],
  ...['cursor-exclusive', 'page-repeats', 'unchanged-page', 'limit-bounds', 'cursor-gone'],
  ...['wait-not-needed', 'wait-is-woken', 'stream-same', 'stream-resumes', 'stream-is-woken'],
  ...['ask-ends', 'message-as-it-came', 'message-charsets', 'message-other-charset'],
  ...['note-is-an-event', 'slow-half-page', 'slow-neighbour', 'crash-in-a-page'],
  ...['crash-in-a-stream', 'crash-among-others'],
]

/** What an agent could do wrong, and who must find it. */
export const faults: readonly Fault[] = [
  {
    name: 'the last event of a small page is lost',
    finds: ['pages-agree', 'crash-among-others'],
    says: /lost, the first is number 2/,
    answer: onPages((items, limit) => (limit > 1 && limit < 100 ? items.slice(0, -1) : items)),
  },
  {
    name: 'two events of a small page are swapped',
    finds: ['pages-agree', 'crash-among-others'],
    says: /another order, from number 1 on/,
    answer: onPages((items, limit) => {
      const [first, second, ...rest] = items
      if (limit !== 2 || first === undefined || second === undefined) return items
      return [second, first, ...rest]
    }),
  },
  {
    name: 'an event comes again under another id',
    finds: ['events-once'],
    says: /each cursor once|each verification once/,
    answer: onPages((items, limit) => {
      const [first, ...rest] = items
      return limit < 500 || first === undefined
        ? items
        : [first, { ...first, id: randomUUID() }, ...rest]
    }),
  },
  {
    name: 'a verification that was asked never comes into the feed',
    finds: ['ask-ends'],
    says: /not at all: an event is lost/,
    answer: onPages((items) =>
      items.filter((item) => !item.verification?.patientNumber?.startsWith('conformance-')),
    ),
  },
  {
    name: 'Prefer: wait is ignored',
    finds: ['wait-is-kept', 'wait-is-woken'],
    says: /one at once, as if nothing had been asked/,
    request: (headers) => {
      if (headers.accept === undefined) delete headers['prefer']
    },
  },
  {
    name: 'a field that may not be seen is null',
    finds: ['event-shape', 'event-published'],
    says: /verification\.results\[0\]\.insurerNumber: null/,
    answer: onPages((items) =>
      items.map((item) => {
        const [first] = item.verification?.results ?? []
        if (first !== undefined) first['insurerNumber'] = null
        return item
      }),
    ),
  },
  {
    name: 'pages come as text',
    finds: readsPages,
    says: /came +"text\/plain"/,
    answer: ({ path, headers, status }) => {
      if (path.startsWith('/v1/events') && status === 200) headers['content-type'] = 'text/plain'
    },
  },
  {
    name: 'refusals come as a page of HTML',
    finds: ['refusals-explained'],
    says: /content type "text\/html"/,
    answer: (passing) => {
      if (passing.status < 400) return
      passing.headers['content-type'] = 'text/html'
    },
  },
  {
    name: 'a refusal has no number to read over the phone',
    finds: ['refusals-explained'],
    says: /no number/,
    answer: (passing) => {
      if (passing.status >= 400)
        passing.body = Buffer.from(passing.body.toString().replace(/"number":"[^"]*",/, ''))
    },
  },
  {
    name: 'a stream begins anew whatever it is told',
    finds: ['stream-resumes', 'stream-bad-id'],
    request: (headers) => {
      delete headers['last-event-id']
    },
  },
  {
    name: 'a stream loses every third event',
    finds: ['stream-same', 'stream-resumes', 'slow-stream', 'crash-in-a-stream'],
    says: /lost/,
    frame: (nth) => nth % 3 !== 0,
  },
  {
    name: 'an Idempotency-Key is ignored',
    finds: ['key-same-body', 'key-other-body'],
    request: (headers) => {
      delete headers['idempotency-key']
    },
  },
  {
    name: 'nothing is ever 304',
    finds: ['unchanged-page'],
    request: (headers) => {
      delete headers['if-none-match']
    },
  },
  {
    name: 'a cursor of another time is an empty page',
    finds: ['cursor-gone'],
    answer: (passing) => {
      if (passing.status !== 410) return
      passing.status = 200
      passing.headers['content-type'] = 'application/json'
      passing.body = Buffer.from('{"items":[],"cursor":"x"}')
    },
  },
  {
    name: 'answers may be cached',
    finds: ['not-cached'],
    answer: ({ headers }) => {
      headers['cache-control'] = 'max-age=60'
    },
  },
  {
    name: 'Shift_JIS is said and UTF-8 is sent',
    finds: ['message-charsets'],
    answer: ({ path, headers }) => {
      if (path.endsWith('charset=utf-8'))
        headers['content-type'] = 'application/xml; charset=Shift_JIS'
    },
  },
]

/** Everyone is let in; made for one token. */
export const openDoor = (token: string): Fault => ({
  name: 'any token opens the door',
  finds: ['token-needed', 'token-wrong'],
  request: (headers) => {
    headers.authorization = `Bearer ${token}`
  },
})

const forbidden = JSON.stringify({
  code: 'FORBIDDEN',
  number: 'E602',
  title: 'この操作は許可されていません。',
  status: 403,
  detail: 'this role may not',
  action: '保守業者に連絡してください。',
})

/** No fault: an agent as a role sees it that only reads, and not everything. */
export const ward: Fault = {
  name: 'a role that sees little',
  finds: [],
  answer: (passing) => {
    onPages((items) =>
      items.map((item) => {
        for (const result of item.verification?.results ?? []) delete result['insurerNumber']
        delete item.verification?.patientNumber
        return item
      }),
    )(passing)
    const isShut = /\/message|^\/(health|openapi)|\/patients\//.test(passing.path)
    if (passing.method !== 'POST' && !isShut) return
    passing.status = 403
    passing.headers = { 'content-type': 'application/problem+json' }
    passing.body = Buffer.from(forbidden)
  },
}
