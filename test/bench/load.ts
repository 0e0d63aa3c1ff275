/** Helper: polls over several connections at once. A job is one line of JSON, and so is its answer. */
import { setTimeout as wait } from 'node:timers/promises'
import { checked } from '../bed/client.ts'
import { answerLines } from './helper.ts'
import { Job } from './load-job.ts'
import { openWire } from './wire.ts'

/** First value of `limit` and how many follow: more than the agent keeps pages for. */
const LIMITS = [100, 400] as const

async function poll({ url, request, requests, pauseMs }: Job, timesMs: number[]): Promise<void> {
  await using wire = await openWire(url)
  for (let n = 0; n < requests; n += 1) {
    const from = performance.now()
    await wire.ask(request.replace('LIMIT', String(LIMITS[0] + (n % LIMITS[1]))))
    timesMs.push(performance.now() - from)
    if (pauseMs > 0) await wait(pauseMs * (0.5 + Math.random()))
  }
}

await answerLines('ready', async (line) => {
  const job = checked(Job, JSON.parse(line))
  const timesMs: number[] = []
  await Promise.all(Array.from({ length: job.connections }, () => poll(job, timesMs)))
  return JSON.stringify(timesMs)
})
