/** Helper: node:http that sends the bytes of a file, with the headers of another server's answer. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { answerLines } from './helper.ts'

const [, , bodyFile, ...headers] = process.argv
const body = bodyFile === undefined ? Buffer.from('{}') : readFileSync(bodyFile)
const server = createServer((_request, response) => {
  response.writeHead(200, [...headers, 'content-length', String(body.length)])
  response.end(body)
})
server.keepAliveTimeout = 75_000
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
const port = address !== null && typeof address === 'object' ? address.port : 0
await answerLines(`http://127.0.0.1:${port}`)
server.close()
server.closeAllConnections()
