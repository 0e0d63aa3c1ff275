/** HTTP from inside the clinic's namespace, where the agent listens on a loopback of its own. */
import { checked } from '../client.ts'
import { answerCalls } from './calls.ts'
import { Sent } from './fetch.ts'

await answerCalls({
  async fetch(given) {
    const { url, method, headers, body, timeoutMs } = checked(Sent, given)
    const response = await fetch(url, {
      method,
      headers,
      body: body === null ? null : new Uint8Array(Buffer.from(body, 'base64')),
      signal: AbortSignal.timeout(timeoutMs),
    })
    return {
      status: response.status,
      headers: [...response.headers],
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    }
  },
})
