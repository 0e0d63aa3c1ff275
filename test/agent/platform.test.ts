import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { systemClock } from '../../agent/platform.ts'

test('a sleep is never over before its time', async () => {
  const { signal } = new AbortController()
  const early: number[] = []
  const sleepOnce = async (ms: number) => {
    const from = systemClock.now()
    await systemClock.sleep(ms, signal)
    if (systemClock.now() - from < ms) early.push(ms)
  }
  const sleeper = async (ms: number) => {
    for (let count = 0; count < 40; count += 1) await sleepOnce(ms)
  }
  await Promise.all(Array.from({ length: 40 }, (_, at) => sleeper(1 + at)))
  assert.deepEqual(early, [])
})

test('a sleep ends at once when it is no longer wanted', async () => {
  const over = new AbortController()
  const sleeping = systemClock.sleep(600_000, over.signal)
  over.abort()
  await sleeping
  await systemClock.sleep(600_000, over.signal)
})

/** What a process writes whose standard output is `JOURNAL_STREAM`, or is not. */
function written(stream: string): string {
  const program = `
    const { thisMachine } = await import('${pathToFileURL('agent/platform.ts').href}')
    const { log } = thisMachine('info')
    log.info({}, 'a')
    log.warn({}, 'b')
    log.error({}, 'c')`
  const shell = `JOURNAL_STREAM=${stream} exec "$0" --input-type=module -e "$1"`
  return spawnSync('sh', ['-c', shell, process.execPath, program], { encoding: 'utf8' }).stdout
}

test('a line carries its priority where journald reads it, and is plain JSON anywhere else', () => {
  const begins = (text: string) => text.split('\n').map((line) => line.slice(0, 3))
  assert.deepEqual(begins(written('$(stat -L -c %d:%i /proc/$$/fd/1)')), ['<6>', '<4>', '<3>', ''])
  assert.deepEqual(begins(written('1:1')), ['{"l', '{"l', '{"l', ''])
})
