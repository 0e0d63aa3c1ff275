/**
 * Helper: node:http that holds every request and, at a line, sends the bytes of a file to all: the
 * end of a long poll, a chunk of a stream. It answers with the moment at which it began, ns; the line
 * `heap` with the bytes that are alive.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { liveBytes } from './heap.ts'
import { answerLines } from './helper.ts'

const [, , pageFile] = process.argv
const page = pageFile === undefined ? Buffer.from('{}') : readFileSync(pageFile)
const frame = Buffer.from(`id: 1\ndata: ${page.toString()}\n\n`)
const polls = new Set<ServerResponse>()
const streams = new Set<ServerResponse>()
const server = createServer((request, response) => {
  if (request.headers.accept !== 'text/event-stream') {
    polls.add(response)
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  response.write('retry: 2000\n\n')
  streams.add(response)
})
server.keepAliveTimeout = 75_000
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
const port = address !== null && typeof address === 'object' ? address.port : 0
const headers = {
  'content-type': 'application/json; charset=utf-8',
  'content-length': String(page.length),
}

await answerLines(`http://127.0.0.1:${port}`, async (line) => {
  if (line === 'heap') return String(liveBytes())
  const begunNs = process.hrtime.bigint()
  for (const response of [...polls]) {
    polls.delete(response)
    response.writeHead(200, headers).end(page)
  }
  for (const response of streams) response.write(frame)
  return String(begunNs)
})
server.close()
server.closeAllConnections()
