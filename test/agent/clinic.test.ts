import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { clinicTimesOf, rulesOf } from '../../agent/clinic.ts'
import { receptionOf } from '../../agent/eligibility/judge/reception.ts'
import { builtInRules } from '../../agent/kernel/built-in-rules.ts'
import { openHoursOf } from '../../agent/lines.ts'
import { checkConfig } from '../../config/load.ts'
import { makeBed } from '../bed/agent.ts'
import { clinicFolder, good, writeConfig } from '../config/clinic.ts'

const readme = readFileSync(new URL('../../config/README.md', import.meta.url), 'utf8')
const [, section = ''] = readme.split('## The clinic’s times\n')
/** What the README shows: configuration, holidays, rules. */
const [tables = '', holidays = '', rules = ''] = [
  ...(section.split('\n## ')[0] ?? '').matchAll(/```text\n([\s\S]*?)```/g),
].map(([, text]) => text ?? '')

test('the clinic of the README is judged by its hours, its holidays and its rules', (t) => {
  const folder = clinicFolder(t)
  writeFileSync(join(folder, 'holidays.toml'), holidays)
  writeFileSync(join(folder, 'rules.toml'), rules.replace('nightFrom = 18', 'nightFrom = 17'))
  const config = checkConfig(writeConfig(folder, `${good}\n${tables}`), {})
  const times = clinicTimesOf(config)
  const isOpen = openHoursOf(config)
  const at = (time: string) => Date.parse(`${time}+09:00`)
  const classAt = (time: string) => {
    const { timeClass, afterHoursLevel } = receptionOf(at(time), times, rulesOf(config), 'unknown')
    return [timeClass, isOpen(at(time)), afterHoursLevel]
  }
  assert.deepEqual(classAt('2026-05-30T12:15'), ['early-or-night', true, 3], 'a Saturday')
  assert.deepEqual(classAt('2026-08-13T10:00'), ['out-of-hours', false, 1], 'a day off')
  assert.deepEqual(classAt('2026-10-03T10:00'), ['out-of-hours', false, 1], 'Saturdays closed')
  assert.deepEqual(classAt('2026-10-12T10:00'), ['holiday', false, 1], 'スポーツの日')
  assert.deepEqual(classAt('2027-06-01T10:00'), ['holiday', false, 1], 'added')
  assert.deepEqual(classAt('2027-10-11T10:00'), ['in-hours', true, 1], 'taken away')
  assert.deepEqual(classAt('2026-09-29T17:30'), ['in-hours', true, 1])
  assert.deepEqual(classAt('2028-06-01T16:30'), ['in-hours', true, 1])
  assert.deepEqual(classAt('2028-06-01T17:00'), ['out-of-hours', false, 1])
})

test('without files the kept holidays and the built-in rules hold', (t) => {
  const config = checkConfig(writeConfig(clinicFolder(t), good), {})
  assert.deepEqual(rulesOf(config), builtInRules)
  assert.equal(clinicTimesOf(config).holidays.nameOf('2026-09-22')?.includes('休日'), true)
})

for (const [key, text, field] of [
  ['holidays_file', '[[remove]]\nday = "10-11"\n', 'remove[0].day'],
  ['rules_file', '[[renewals]]\nfrom = "2028-04-01"\nday = "08-01"\n', 'renewals[0].age'],
] as const)
  test(`a mistake in what clinic.${key} names is told by a check and refuses the start`, async (t) => {
    const bed = await makeBed(t, { tables: `[clinic]\n${key} = "dated.toml"\n` })
    writeFileSync(join(bed.folder, 'dated.toml'), text)
    for (const args of [['run', '--check'], ['run']]) {
      const { code, stderr } = await bed.cli(...args)
      assert.equal(code, 78, stderr)
      assert.ok(stderr.includes('dated.toml'), stderr)
      assert.ok(stderr.includes(field), stderr)
    }
  })
