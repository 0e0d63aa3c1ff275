import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { type Static, Type } from 'typebox'
import { AppointmentView } from '../../agent/api/appointments.ts'
import { JobList } from '../../agent/api/jobs.ts'
import { startOrcaSimulator } from '../../agent/sim/orca/server.ts'
import { patientByNumber, patients } from '../../agent/sim/patients.ts'
import { startBed } from '../bed/agent.ts'
import { type Client, checked, clientOf, eventually } from '../bed/client.ts'
import { addConsumer, jsonIn } from '../bed/consumer.ts'
import type { AgentProcess, Printed } from '../bed/process.ts'
import { makeTerminalBed, type TerminalBedOptions } from '../bed/terminal.ts'

const List = Type.Object({ day: Type.String(), items: Type.Array(AppointmentView) })
type Items = Static<typeof List>['items']

/** A day in Japan, `days` from today. */
const dayFromNow = (days: number) =>
  new Date(Date.now() + (9 + 24 * days) * 3_600_000).toISOString().slice(0, 10)
/** Which minute of Japan’s day it was, `minutes` ago, as cron writes it. */
const cronAgo = (minutes: number) => {
  const then = new Date(Date.now() + (9 * 60 - minutes) * 60_000)
  return `${then.getUTCMinutes()} ${then.getUTCHours()} * * *`
}
const jobs = (text: string) => `[jobs]\nappointments = "${text}"\n`

/** Ten who are simply valid, and one or more of every other outcome that a bulk answer has. */
const chosen = [
  ...Array.from({ length: 10 }, (_, at) => at + 1),
  24,
  27,
  28,
  29,
  30,
  31,
  32,
  33,
  38,
  39,
]
const expected = patients.filter(({ number }) => chosen.includes(Number(number)))
const itemOf = ({ number, cardFace }: (typeof patients)[number], at: number) => ({
  time: `${String(9 + Math.floor(at / 4)).padStart(2, '0')}:${String((at % 4) * 15).padStart(2, '0')}`,
  patientNumber: `000${number}`,
  cardFace,
})
const items = expected.map(itemOf)

const put = async (client: Client, day: string, list: readonly object[]) => {
  const reply = await client.send(`/v1/appointments/${day}`, {
    method: 'PUT',
    body: JSON.stringify({ items: list }),
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(reply.status, 200, reply.text)
}
const listed = async (client: Client, day: string, query = ''): Promise<Items> =>
  checked(List, JSON.parse((await client.get(`/v1/appointments/${day}${query}`)).text)).items
const answered = (client: Client, day: string) =>
  eventually('everybody was asked about and answered', async () => {
    const all = await listed(client, day)
    return all.every(({ status }) => status !== 'waiting') ? all : undefined
  })
/** `onshi-agent job run appointments`, until it has ended. */
async function runJob({ cli }: { cli(...args: string[]): Promise<Printed> }) {
  jsonIn(await cli('job', 'run', 'appointments'))
  return eventually('the job has ended', async () => {
    const [job] = checked(JobList, jsonIn(await cli('job', 'list'))).items
    return job?.current === null && job.last?.by === 'hand' ? job.last : undefined
  })
}

async function startBeside(
  t: Parameters<typeof makeTerminalBed>[0],
  options: TerminalBedOptions = {},
) {
  const bed = await makeTerminalBed(t, {
    tables: jobs(''),
    ...options,
    terminal: { pendingFetches: 0, ...options.terminal },
  })
  const agent = await bed.start()
  return { ...bed, agent, client: await bed.clientOf(agent) }
}
const requests = (names: object) => Object.keys(names).map((name) => name.slice(0, 13))
/** What a configuration needs beside an ORCA on this machine, so that its appointments are fetched. */
const fetching =
  '[outbox]\norca_appointments = true\ntargets = [{ host = "127.0.0.1", networks = ["127.0.0.1"] }]\n'
async function addOrca(bed: Awaited<ReturnType<typeof startBeside>>, url: string) {
  writeFileSync(`${bed.folder}/orca.pass`, 'ormaster', { mode: 0o600 })
  const sink = ['--sink', 'orca', '--url', url, '--user', 'ormaster']
  const secret = ['--password-file', `${bed.folder}/orca.pass`]
  await addConsumer(bed, 'orca', 'receipt-computer', ...sink, ...secret)
}
const billingOf = async (bed: { cli(...args: string[]): Promise<Printed> }, agent: AgentProcess) =>
  clientOf(agent.url, (await addConsumer(bed, 'billing', 'billing')).token)

test('trouble 26: who comes tomorrow is asked about in bulk, and the morning list has those to look at', async (t) => {
  const bed = await startBeside(t)
  const { client, terminal } = bed
  const day = dayFromNow(1)
  await put(client, day, [...items, { patientNumber: 'unknown' }])
  assert.ok((await listed(client, day)).every(({ needsCheck }) => needsCheck))
  const { result } = await runJob(bed)
  assert.deepEqual(result, { expected: 21, asked: 20, askedBefore: 0, notCheckable: 1 })
  const all = await answered(client, day)
  const outcomes = new Map(all.map(({ patientNumber, outcome }) => [patientNumber, outcome]))
  for (const { number, outcome } of expected) assert.equal(outcomes.get(`000${number}`), outcome)
  const morning = await listed(client, day, '?list=morning')
  assert.deepEqual(
    morning,
    all.filter(({ status }) => status !== 'ok'),
  )
  assert.ok(morning.some(({ status }) => status === 'invalid'))
  assert.equal(
    morning.find(({ patientNumber }) => patientNumber === 'unknown')?.reason,
    'unknown-patient',
  )
  assert.ok(morning.length < all.length)
  assert.deepEqual(requests(terminal.stats().pickedUpByName), ['OQSmuquc01req', 'OQSmuquc02req'])
  assert.deepEqual(terminal.stats().refused, {})
  // A number alone is enough from the second time on.
  const next = dayFromNow(0)
  await put(client, next, [{ patientNumber: '00001' }])
  assert.deepEqual((await runJob(bed)).result, {
    ...{ expected: 22, asked: 1, askedBefore: 20, notCheckable: 1 },
  })
  assert.deepEqual(
    (await answered(client, next)).map(({ status, outcome }) => [status, outcome]),
    [['ok', 'valid']],
  )
})

test('a kill between hand-over and answer: nobody is asked a second time', async (t) => {
  const bed = await startBeside(t)
  const { client, agent, terminal } = bed
  terminal.behave({ mode: 'slow', delayMs: 5_000, at: 'answer', times: 1 })
  const day = dayFromNow(1)
  await put(client, day, items)
  await runJob(bed)
  await eventually('it is picked up', async () => terminal.stats().pickedUp > 0 || undefined)
  await agent.stop('SIGKILL')
  await eventually(
    'the answer lies there',
    async () => readdirSync(`${bed.root}/res`).length > 0 || undefined,
  )
  const again = await bed.clientOf(await bed.start(), 'second')
  assert.equal((await runJob(bed)).result['asked'], 0)
  const all = await answered(again, day)
  assert.equal(all.filter(({ outcome }) => outcome === 'valid').length > 0, true)
  assert.deepEqual(requests(terminal.stats().pickedUpByName), ['OQSmuquc01req', 'OQSmuquc02req'])
  assert.equal((await again.feed()).length, items.length)
})

test('a night without power: what was missed is done at the next start, once', async (t) => {
  const bed = await startBeside(t)
  const { client, agent, configFile } = bed
  for (const day of [dayFromNow(0), dayFromNow(1)]) await put(client, day, items.slice(0, 3))
  await agent.stop('SIGTERM')
  const missed = readFileSync(configFile, 'utf8').replace(jobs(''), jobs(cronAgo(30)))
  writeFileSync(configFile, missed)
  for (const name of ['second', 'third']) {
    const started = await bed.start()
    const last = await eventually('the run is made', async () => {
      const [job] = checked(JobList, jsonIn(await bed.cli('job', 'list'))).items
      return job?.last ?? undefined
    })
    assert.deepEqual([last.by, last.ending, last.result['asked']], ['missed', 'done', 3])
    const waits = await bed.clientOf(started, name)
    await eventually('the answers', async () => (await waits.feed()).length === 3 || undefined)
    await started.stop('SIGTERM')
  }
  assert.deepEqual(requests(bed.terminal.stats().pickedUpByName), [
    'OQSmuquc01req',
    'OQSmuquc02req',
  ])
})

test('over lines they are asked one after the other, and billing may run it', async (t) => {
  const bed = await startBed(t, { tables: jobs('') })
  const { client, agent } = bed
  const day = dayFromNow(1)
  await put(client, day, items.slice(0, 2))
  const billing = await billingOf(bed, agent)
  const run = await billing.post('/v1/jobs/appointments/runs', {})
  assert.equal(run.status, 202, run.text)
  const all = await answered(billing, day)
  assert.deepEqual(
    all.map(({ status }) => status),
    ['ok', 'ok'],
  )
  for (const item of await client.feed())
    if (item.type === 'verification')
      assert.deepEqual(
        [item.verification.source.kind, item.verification.reception],
        ['card-face', null],
      )
  assert.equal((await client.post('/v1/jobs/appointments/runs', {})).status, 403)
})

test('the appointments of an ORCA are fetched before anybody is asked about', async (t) => {
  const day = dayFromNow(1)
  const face = patientByNumber('01')?.cardFace
  const orca = await startOrcaSimulator({
    patients: [
      {
        ...{ Patient_ID: '00042', WholeName: '試験　太郎', WholeName_inKana: 'シケン　タロウ' },
        ...{ BirthDate: '1980-05-02', Sex: '1' },
        HealthInsurance_Info: [
          {
            InsuranceProvider_Class: '006',
            InsuranceProvider_Number: face?.insurerNumber ?? '',
            HealthInsuredPerson_Symbol: face?.insuredCardSymbol ?? '',
            HealthInsuredPerson_Number: '５６７８',
            HealthInsuredPerson_Branch_Number: '01',
            Certificate_StartDate: '2020-04-01',
          },
        ],
      },
    ],
    appointments: [{ Appointment_Date: day, Patient_ID: '00042', Appointment_Time: '10:15:00' }],
  })
  t.after(() => orca.close())
  const bed = await startBeside(t, { tables: jobs('') + fetching })
  await addOrca(bed, orca.url)
  assert.equal((await runJob(bed)).result['asked'], 1)
  const [one, ...more] = await answered(bed.client, day)
  assert.deepEqual(more, [])
  assert.deepEqual(
    [one?.source, one?.time, one?.patientNumber, one?.status],
    ['orca', '10:15', '00042', 'ok'],
  )
  orca.book([])
  assert.equal((await runJob(bed)).result['expected'], 0)
})

test('a job that fails twice is told in health, also after a restart, until it is done', async (t) => {
  const orca = await startOrcaSimulator()
  await orca.close()
  const bed = await startBeside(t, { tables: jobs(cronAgo(30)) + fetching })
  const told = async ({ client }: { client: Client }) =>
    Object.values((await client.health()).checks)
      .flat()
      .flatMap(({ code, componentId, facts }) =>
        code === 'JOB_FAILED' ? [`${componentId} ${facts['code']}`] : [],
      )
  const tells = (of: { client: Client }, what: string[]) =>
    eventually(`health tells ${what.join()}`, async () =>
      `${await told(of)}` === `${what}` ? true : undefined,
    )
  await addOrca(bed, orca.url)
  assert.equal((await runJob(bed)).ending, 'failed')
  assert.deepEqual(await told(bed), [])
  assert.equal((await runJob(bed)).ending, 'failed')
  await tells(bed, ['appointments SINK_UNREACHABLE'])
  await bed.agent.stop('SIGTERM')
  const again = await bed.start()
  const restarted = { ...bed, client: await bed.clientOf(again, 'second') }
  await tells(restarted, ['appointments SINK_UNREACHABLE'])
  await bed.cli('consumer', 'revoke', 'orca')
  assert.equal((await runJob(bed)).ending, 'done')
  await tells(restarted, [])
})
