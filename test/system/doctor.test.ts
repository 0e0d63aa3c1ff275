import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { CheckShown } from '../../agent/ops/doctor/check.ts'
import { checked } from '../bed/client.ts'
import { makeNetBed, type NetBed } from '../bed/net/bed.ts'
import { whyNoNet } from '../bed/net/namespaces.ts'
import { NOBODY } from '../bed/net/plan.ts'
import { quickApt } from '../bed/quick-apt.ts'

quickApt()

const options = { skip: whyNoNet() ?? false, timeout: 120_000 }

const Fault = Type.Union([Type.Object({ code: Type.String(), number: Type.String() }), Type.Null()])
const Data = Type.Object({
  ok: Type.Boolean(),
  checks: Type.Array(CheckShown),
  lines: Type.Array(
    Type.Object({
      name: Type.String(),
      path: Type.Object({ fault: Fault }),
      routing: Type.Object({
        result: Type.String(),
        found: Type.Union([Type.String(), Type.Null()]),
      }),
    }),
  ),
  forwarding: Type.Object({ result: Type.String() }),
})

async function doctor(bed: NetBed) {
  const { code, stdout, stderr } = await bed.cli('doctor', '--json')
  assert.equal(stderr, '')
  const data = checked(Data, JSON.parse(stdout))
  const faults = Object.fromEntries(
    data.lines.map(({ name, path }) => [name, path.fault?.code ?? null]),
  )
  const red = data.checks.filter(({ verdict }) => verdict === 'ng').map(({ id }) => id)
  return { code, data, faults, red }
}

/** What needs more than a line: a machine with a time service, and somebody who administers. */
const NOT_OF_LINES = ['staff-administrator', 'clock-synchronised']

test(
  'without an agent, doctor tests the lines itself, and nothing is wrong but that none runs',
  options,
  async (t) => {
    const bed = await makeNetBed(t)
    const { code, data, faults, red } = await doctor(bed)
    assert.deepEqual([code, data.ok, faults], [69, false, { a: null, b: null, c: null }])
    assert.deepEqual(
      red.filter((id) => !NOT_OF_LINES.includes(id)),
      ['agent-answers'],
    )
  },
)

test(
  'trouble 15: doctor names a cable, a missing rule and a silent line, and ends with 69',
  options,
  async (t) => {
    const bed = await makeNetBed(t)
    await bed.line('a').set({ hole: true })
    await bed.line('b').unplug()
    await bed.ip('clinic', '-6', 'rule', 'del', 'from', bed.line('c').plan().source)
    const { code, data, faults } = await doctor(bed)
    assert.deepEqual([code, data.ok], [69, false])
    assert.deepEqual(faults, {
      a: 'LINE_NAME_UNRESOLVED',
      b: 'LINE_LINK_DOWN',
      c: 'LINE_MISROUTED',
    })
    assert.deepEqual(
      data.lines.map(({ routing }) => [routing.result, routing.found]),
      [
        ['pass', 'line-a'],
        ['skipped', null],
        ['fail', 'line-a'],
      ],
    )
    const { code: again, stdout } = await bed.cli('doctor')
    assert.equal(again, 69)
    assert.match(stdout, /E404 LINE_LINK_DOWN {2}回線のLANケーブルがつながっていません。/)
    assert.match(stdout, /From=fd00:c::\/64/)
  },
)

test('doctor asks the running agent, which knows where the gateway was', options, async (t) => {
  const bed = await makeNetBed(t)
  await bed.startAgent()
  const well = await doctor(bed)
  assert.deepEqual(well.faults, { a: null, b: null, c: null })
  assert.deepEqual(
    well.red.filter((id) => !NOT_OF_LINES.includes(id)),
    [],
  )
  await bed.line('a').set({ hole: true })
  await bed.dns('b').behave({ mode: 'wrong', address: NOBODY.ipv6 })
  const silent = await doctor(bed)
  assert.equal(silent.code, 69)
  assert.deepEqual(silent.faults, { a: 'LINE_UNREACHABLE', b: 'LINE_NAME_UNRESOLVED', c: null })
})

test('doctor sees a box that passes packets on between the lines', options, async (t) => {
  const bed = await makeNetBed(t)
  const sysctl = bed.spawnIn('clinic', 'sysctl', ['-q', '-w', 'net.ipv6.conf.all.forwarding=1'])
  await new Promise((resolve) => sysctl.once('exit', resolve))
  const { code, data } = await doctor(bed)
  assert.deepEqual([code, data.forwarding.result], [69, 'fail'])
  assert.match((await bed.cli('doctor')).stdout, /net\.ipv6\.conf\.all\.forwarding = 0/)
})
