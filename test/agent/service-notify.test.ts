import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { openService, type ServiceOptions } from '../../agent/service-notify.ts'
import { FakeClock } from '../fakes/clock.ts'
import { recordingLog } from '../fakes/log.ts'

const UNDER_SYSTEMD = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '60000000' }
const FED = ['WATCHDOG=1', '--status=OK']

function stage(options: Partial<ServiceOptions> = {}) {
  const clock = new FakeClock()
  const log = recordingLog()
  const sent: (readonly string[])[] = []
  const send = async (words: readonly string[]) => void sent.push(words)
  const service = openService({
    environment: UNDER_SYSTEMD,
    isAlive: () => Promise.resolve(),
    status: () => 'OK',
    clock,
    log,
    send,
    ...options,
  })
  return { clock, lines: log.lines, sent, service }
}

test('systemd is told when the API listens, twice in each watchdog time that it lives, and of its stop', async () => {
  const { clock, sent, service } = stage()
  await service.ready()
  assert.deepEqual(sent, [['--ready', '--status=OK']])
  await clock.advance(29_999)
  assert.equal(sent.length, 1)
  await clock.advance(1)
  assert.deepEqual(sent.slice(1), [FED])
  await clock.advance(60_000)
  assert.deepEqual(sent.slice(1), [FED, FED, FED])
  await service.stopping()
  assert.deepEqual(sent.at(-1), ['STOPPING=1', '--status=stopping'])
  await service.close()
  await clock.advance(60_000)
  assert.equal(sent.length, 5)
})

test('the watchdog goes hungry while the store’s writer does not answer, and the stop does not wait for it', async () => {
  const answer = Promise.withResolvers<void>()
  const { clock, sent, service } = stage({ isAlive: () => answer.promise })
  await service.ready()
  await clock.advance(120_000)
  assert.equal(sent.length, 1, 'only that it is ready')
  await service.stopping()
  await service.close()
  assert.deepEqual(sent.at(-1), ['STOPPING=1', '--status=stopping'])
})

test('an answer that was late feeds it again', async () => {
  const answer = Promise.withResolvers<void>()
  const { clock, sent, service } = stage({ isAlive: () => answer.promise })
  await service.ready()
  await clock.advance(40_000)
  answer.resolve()
  await clock.advance(0)
  assert.deepEqual(sent.slice(1), [FED])
  await service.close()
})

test('outside of systemd nothing is told', async () => {
  const { clock, sent, service } = stage({ environment: {} })
  await service.ready()
  await clock.advance(120_000)
  await service.stopping()
  await service.close()
  assert.deepEqual(sent, [])
  assert.equal(clock.sleeping(), 0)
})

test('a start that systemd cannot be told of is a fault; later ones are logged, and tried again', async () => {
  const refusing = Object.assign(new Error('no such program'), { code: 'ENOENT' })
  const refused = stage({ send: () => Promise.reject(refusing) })
  const starting = assert.rejects(refused.service.ready(), { code: 'SERVICE_MANAGER_SILENT' })
  await refused.clock.advance(0)
  await refused.clock.advance(60_000)
  await starting

  let isBroken = false
  const sent: (readonly string[])[] = []
  const { clock, lines, service } = stage({
    send: async (words) => {
      sent.push(words)
      if (isBroken) throw refusing
    },
  })
  await service.ready()
  isBroken = true
  await clock.advance(60_000)
  assert.equal(sent.length, 3)
  assert.match(JSON.stringify(lines), /service-notify-failed/)
  await service.close()
})

test('a systemd that was busy at the start is told once more', async () => {
  let attempts = 0
  const { clock, service } = stage({
    send: async () => {
      attempts += 1
      if (attempts < 3) throw new Error('Failed to invoke barrier')
    },
  })
  const ready = service.ready()
  await clock.advance(0)
  await clock.advance(10_000)
  await ready
  assert.equal(attempts, 3)
  await service.close()
})

test('of a feed nothing stays, however long the agent runs', async () => {
  const clock = new FakeClock()
  let seen: AbortSignal | undefined
  const { service } = stage({
    clock: {
      sleep(ms, signal) {
        seen = signal
        return clock.sleep(ms, signal)
      },
    },
  })
  await service.ready()
  for (let feeds = 0; feeds < 20; feeds += 1) await clock.advance(30_000)
  assert.ok(seen)
  assert.equal(getEventListeners(seen, 'abort').length, 1, 'the sleep alone')
  await service.close()
})
