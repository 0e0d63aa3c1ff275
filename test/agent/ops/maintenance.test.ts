import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { MaintenanceWindow } from '../../../agent/kernel/maintenance.ts'
import { announcementsAt, watchMaintenance } from '../../../agent/ops/maintenance.ts'
import { FakeClock } from '../../fakes/clock.ts'

const HOUR_MS = 3_600_000
const now = Date.parse('2026-04-01T09:00:00+09:00')
const window = (fromHours: number, toHours: number, line: string | null = null, title = '工事') =>
  ({ from: now + fromHours * HOUR_MS, to: now + toHours * HOUR_MS, title, line }) as const
const told = (windows: readonly MaintenanceWindow[], lines: readonly string[] = ['a', 'b']) =>
  announcementsAt(windows, lines, now).map(({ code, subject, facts }) =>
    [code.replace('MAINTENANCE_', ''), subject, facts['title']].join(' '),
  )

const cases: readonly (readonly [name: string, windows: MaintenanceWindow[], told: string[]])[] = [
  ['works tomorrow at this time are announced', [window(24, 25)], ['ANNOUNCED gateway 工事']],
  ['works a little later are not yet', [window(24.01, 25)], []],
  ['works that begin now run', [window(0, 1)], ['RUNNING gateway 工事']],
  ['works that end now are over', [window(-1, 0)], []],
  ['works on a line are told of it', [window(-1, 1, 'a')], ['RUNNING a 工事']],
  [
    'of works that run at once, the one that ends last is told',
    [window(-1, 1, null, '一'), window(-2, 2, null, '二'), window(0, 1, null, '三')],
    ['RUNNING gateway 二'],
  ],
  [
    'of works to come, the next is told, beside those that run',
    [window(-1, 1), window(5, 6, null, '後'), window(2, 3, null, '次')],
    ['RUNNING gateway 工事', 'ANNOUNCED gateway 次'],
  ],
  [
    'works on every line at once are works on the way to the gateway',
    [window(-1, 1, 'a', '甲'), window(-1, 2, 'b', '乙')],
    ['RUNNING b 乙', 'RUNNING a 甲', 'RUNNING gateway 甲'],
  ],
]

for (const [name, windows, expected] of cases)
  test(name, () => {
    assert.deepEqual(told(windows).toSorted(), expected.toSorted())
  })

test('the times are told as consumers see them', () => {
  const [one] = announcementsAt([window(1, 2)], ['a'], now)
  assert.deepEqual(one?.facts, {
    from: '2026-04-01T10:00:00+09:00',
    to: '2026-04-01T11:00:00+09:00',
    title: '工事',
  })
})

test('maintenance is announced, runs and is over; the file is read again when it changed', async (t) => {
  const clock = new FakeClock(now)
  const conditions = new Conditions(clock)
  const calendar = {
    reads: 0,
    written: 'one',
    windows: [window(25, 26)] as MaintenanceWindow[] | AgentError,
    version: () => calendar.written,
    read() {
      calendar.reads += 1
      if (calendar.windows instanceof AgentError) throw calendar.windows
      return calendar.windows
    },
  }
  const watch = watchMaintenance(calendar, ['a'], conditions, clock)
  t.after(() => watch.close())
  const codes = () => conditions.showing().map(({ code }) => code)
  assert.deepEqual(codes(), [])
  await clock.advance(HOUR_MS)
  assert.deepEqual(codes(), ['MAINTENANCE_ANNOUNCED'])
  assert.equal(calendar.reads, 1)

  calendar.written = 'two'
  calendar.windows = new AgentError('CONFIG_INVALID', 'maintenance[0].to: found nothing')
  await clock.advance(60_000)
  assert.deepEqual(codes(), ['MAINTENANCE_ANNOUNCED', 'MAINTENANCE_FILE_INVALID'])
  const [, invalid] = conditions.showing()
  assert.match(String(invalid?.facts['mistake']), /maintenance\[0\]\.to/)

  await clock.advance(24 * HOUR_MS)
  assert.deepEqual(codes(), ['MAINTENANCE_FILE_INVALID', 'MAINTENANCE_RUNNING'])

  calendar.written = 'three'
  calendar.windows = []
  await clock.advance(60_000)
  assert.deepEqual(codes(), [])
  assert.equal(calendar.reads, 3)
})
