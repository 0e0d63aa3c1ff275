import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { TerminalEvent } from '../../agent/kernel/terminal.ts'
import { openTerminalNews } from '../../agent/terminal-events.ts'
import { FakeClock } from '../fakes/clock.ts'

const MINUTE_MS = 60_000

test('what waited while the share was away says nothing about the terminal’s clock, what comes later does', async () => {
  const clock = new FakeClock()
  const news = openTerminalNews(clock)
  const aheads: number[] = []
  news.listen((event: TerminalEvent) => {
    if (event.is === 'clock') aheads.push(event.aheadSeconds)
  })
  const came = (ageMs: number) =>
    news.ofFolder({ is: 'came', role: 'face', modifiedAt: clock.now() - ageMs })
  await clock.advance(10 * MINUTE_MS)
  came(1_000)
  assert.deepEqual(aheads, [-1])
  const fault = new AgentError('TERMINAL_UNREACHABLE', 'as told')
  news.ofFolder({ is: 'folder', role: 'face', fault })
  await clock.advance(15 * MINUTE_MS)
  news.ofFolder({ is: 'folder', role: 'face', fault: null })
  for (const minutes of [15, 10, 5]) came(minutes * MINUTE_MS)
  assert.deepEqual(aheads, [-1], 'the backlog')
  await clock.advance(2 * MINUTE_MS)
  came(-600_000)
  assert.deepEqual(aheads, [-1, 600])
})
