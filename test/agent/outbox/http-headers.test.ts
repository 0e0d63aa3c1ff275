import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { openHttp } from '../../../agent/outbox/http.ts'
import { forever, local } from './bed.ts'

test('a header that cannot be sent is a mistake of the settings, and is not told', async (t) => {
  const http = openHttp({ targets: local, timeoutMs: 5_000, answerLimitBytes: 1_000 })
  t.after(() => http.close())
  const headers: Readonly<Record<string, string>>[] = [
    { authorization: 'Bearer secret\ntoken' },
    { authorization: 'Bearer 秘密' },
    { 'X Key': 'secret' },
    { '': 'secret' },
  ]
  for (const one of headers)
    for (const url of ['http://127.0.0.1:1/', 'https://127.0.0.1:1/'])
      await assert.rejects(
        http.send({ method: 'GET', url: new URL(url), headers: one }, forever()),
        (error) => {
          assert.ok(error instanceof AgentError && error.code === 'CONFIG_INVALID', String(error))
          assert.doesNotMatch(`${error.message}${JSON.stringify(error.facts)}`, /secret|秘密/)
          return true
        },
      )
})
