import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { eventually } from '../bed/client.ts'
import { makeTerminalBed, type TerminalBedOptions } from '../bed/terminal.ts'

const faceOf = (number: string) => {
  const patient = patientByNumber(number)
  if (patient === undefined) throw new Error(`no patient ${number}`)
  return patient.cardFace
}

/** A running agent beside a terminal, and its client. */
async function startBeside(t: TestContext, options: TerminalBedOptions = {}) {
  const bed = await makeTerminalBed(t, options)
  const agent = await bed.start()
  return { ...bed, agent, client: await bed.clientOf(agent) }
}

const verificationsOf = async (client: Awaited<ReturnType<typeof startBeside>>['client']) =>
  (await client.feed()).flatMap((item) => (item.type === 'verification' ? [item.verification] : []))

test('a card face is asked through the terminal, in either charset and also where the answer is a ZIP', async (t) => {
  for (const charset of ['utf-8', 'shift_jis'] as const) {
    const { client, terminal } = await startBeside(t, { terminal: { charset } })
    terminal.behave({ mode: 'zip', times: 1 })
    const zipped = await client.ask({ ...faceOf('01'), patientNumber: '00107' })
    assert.equal(zipped.outcome, 'valid')
    assert.deepEqual(zipped.source, {
      kind: 'card-face',
      authentication: 'none',
      reader: null,
      line: null,
    })
    const plain = await client.ask(faceOf('02'))
    assert.ok(plain.official !== null)
    assert.equal((await client.get(`/v1/verifications/${plain.id}/message`)).status, 200)
    assert.equal(plain.official.header.characterCodeIdentifier, charset === 'utf-8' ? '0' : '1')
  }
})

test('a result of the card reader becomes a verification of the terminal, though its file is deleted a second later', async (t) => {
  const { client, terminal, root } = await startBeside(t)
  terminal.behave({ mode: 'deletes', deleteAfterMs: 1_000, at: 'face' })
  await terminal.face('01')
  const [item] = (await client.events('', { prefer: 'wait=60' })).items
  assert.ok(item?.type === 'verification')
  assert.deepEqual(item.verification.source, {
    kind: 'terminal',
    authentication: 'terminal',
    reader: null,
    line: null,
  })
  assert.equal(item.verification.outcome, 'valid')
  await eventually('the file is gone', async () =>
    readdirSync(join(root, 'face')).length === 0 ? true : undefined,
  )
  assert.equal((await verificationsOf(client)).length, 1)
})

test('half written, twice, renamed: each result is taken in once', async (t) => {
  const { client, terminal } = await startBeside(t)
  for (const behaviour of [
    { mode: 'half-written', delayMs: 600, times: 1 },
    { mode: 'twice', delayMs: 100, second: 'same', times: 1 },
    { mode: 'twice', delayMs: 100, second: 'other', times: 1 },
    { mode: 'renames', delayMs: 300, times: 1 },
    { mode: 'locked', delayMs: 600, times: 1 },
    { mode: 'tomorrow', times: 1 },
  ] as const) {
    const before = (await verificationsOf(client)).length
    terminal.behave({ ...behaviour, at: 'face' })
    await terminal.face('01')
    await eventually(`the result of ${JSON.stringify(behaviour)}`, async () =>
      (await verificationsOf(client)).length > before ? true : undefined,
    )
  }
  terminal.behave({ mode: 'normal' })
  await terminal.face('02')
  const all = await eventually('all of them', async () => {
    const found = await verificationsOf(client)
    return found.length >= 7 ? found : undefined
  })
  assert.equal(all.length, 7)
})

test('what cannot be read, and what is another institution’s, is left, and health says so', async (t) => {
  const { client, terminal, root } = await startBeside(t)
  terminal.behave({ mode: 'other-institution', at: 'face', times: 1 })
  const foreign = await terminal.face('01')
  const codes = async () =>
    (await client.health()).checks['terminal']?.map(({ code }) => code) ?? []
  await eventually('the foreign result is told', async () =>
    (await codes()).includes('TERMINAL_OF_ANOTHER_INSTITUTION') ? true : undefined,
  )
  terminal.behave({ mode: 'not-xml', at: 'face', times: 1 })
  await terminal.face('01')
  await eventually('the unreadable one is told', async () =>
    (await codes()).includes('TERMINAL_FILE_UNREADABLE') ? true : undefined,
  )
  assert.ok(readdirSync(join(root, 'face')).includes(foreign))
  assert.deepEqual(await verificationsOf(client), [])
})

test('the receipt computer’s own answers are taken in too, and it notices nothing of the agent, not even its death', async (t) => {
  const { client, agent, receiptComputer } = await startBeside(t)
  const computer = receiptComputer()
  await computer.ask(faceOf('01'))
  const [item] = (await client.events('', { prefer: 'wait=60' })).items
  assert.ok(item?.type === 'verification')
  assert.deepEqual(
    [item.verification.source.kind, item.verification.source.authentication],
    ['terminal', 'none'],
  )
  await agent.stop('SIGKILL')
  const answer = await computer.ask(faceOf('02'))
  assert.equal(answer.isWhole, true)
  assert.deepEqual(computer.complaints(), [])
})

test('files that came while the agent was dead are taken in once it lives, and none a second time', async (t) => {
  const bed = await startBeside(t)
  const { client, agent, terminal } = bed
  await terminal.face('01')
  await eventually('the first', async () =>
    (await verificationsOf(client)).length === 1 ? true : undefined,
  )
  await agent.stop('SIGKILL')
  await terminal.face('02')
  const again = await bed.clientOf(await bed.start(), 'second')
  await eventually('the second', async () =>
    (await verificationsOf(again)).length === 2 ? true : undefined,
  )
  await terminal.face('03')
  const all = await eventually('the third', async () => {
    const found = await verificationsOf(again)
    return found.length >= 3 ? found : undefined
  })
  assert.equal(all.length, 3)
})

test('a question that a crash interrupted uses the answer that lies there, and asks nobody twice', async (t) => {
  const bed = await startBeside(t)
  const { client, agent, terminal } = bed
  terminal.behave({ mode: 'slow', delayMs: 1_500, at: 'answer', times: 1 })
  const asked = await client.post('/v1/verifications', faceOf('01'), { prefer: 'respond-async' })
  const { id } = JSON.parse(asked.text)
  await eventually('the request is picked up', async () =>
    terminal.stats().pickedUp > 0 ? true : undefined,
  )
  await agent.stop('SIGKILL')
  await eventually('the answer', async () =>
    readdirSync(join(bed.root, 'res')).length > 0 ? true : undefined,
  )
  const again = await bed.clientOf(await bed.start(), 'second')
  const verification = await eventually('the verification', async () => {
    const found = await verificationsOf(again)
    return found.find((one) => one.id === id)
  })
  assert.equal(verification.outcome, 'valid')
  assert.equal(terminal.stats().pickedUp, 1)
  assert.equal((await verificationsOf(again)).length, 1)
})

test('an answer that comes too late stands in the place of the question that ended without it', async (t) => {
  const { client, terminal } = await startBeside(t, { keys: { answer_seconds: 1 } })
  terminal.behave({ mode: 'slow', delayMs: 3_000, at: 'answer', times: 1 })
  const failed = await client.ask(faceOf('01'))
  assert.deepEqual([failed.outcome, failed.fault?.code], ['failed', 'GATEWAY_TIMEOUT'])
  const late = await eventually('the late answer', async () => {
    const found = await verificationsOf(client)
    return found.find(({ supersedes }) => supersedes === failed.id)
  })
  assert.deepEqual([late.outcome, late.source.kind], ['valid', 'card-face'])
})

test('trouble 21: a terminal that sleeps leaves the request lying: it is taken back, ends offline, and is asked again later', async (t) => {
  const { client, terminal, root } = await startBeside(t, { keys: { pickup_seconds: 1 } })
  terminal.behave({ mode: 'asleep' })
  const offline = await client.ask(faceOf('01'))
  assert.deepEqual([offline.outcome, offline.fault?.code], ['offline', 'TERMINAL_SILENT'])
  assert.deepEqual(readdirSync(join(root, 'req')), [])
  const { status, checks } = await client.health()
  assert.equal(status, 'fail')
  assert.ok(checks['terminal']?.some(({ code }) => code === 'TERMINAL_SILENT'))
  terminal.behave({ mode: 'normal' })
  await terminal.face('02')
  const found = await eventually('it is asked again', async () =>
    (await verificationsOf(client)).find(({ supersedes }) => supersedes === offline.id),
  )
  assert.equal(found.outcome, 'valid')
  await eventually(
    'health is well again',
    async () =>
      (await client.health()).checks['terminal']?.every(({ status }) => status === 'pass') ||
      undefined,
  )
})

test('the share that is gone is told, and taken up again by itself', async (t) => {
  const { client, terminal, root } = await startBeside(t)
  await terminal.close()
  await rename(root, `${root}-away`)
  await eventually(
    'the share is missed',
    async () =>
      (await client.health()).checks['terminal']?.some(
        ({ code }) => code === 'TERMINAL_UNREACHABLE',
      ) || undefined,
  )
  const offline = await client.ask(faceOf('01'))
  assert.deepEqual([offline.outcome, offline.fault?.code], ['offline', 'TERMINAL_UNREACHABLE'])
  await rename(`${root}-away`, root)
  await eventually(
    'the share is back',
    async () =>
      (await client.health()).checks['terminal']?.every(({ status }) => status === 'pass') ||
      undefined,
  )
})

test('line and certificate are said to be the terminal’s, and its folders are listed', async (t) => {
  const { client, cli } = await startBeside(t)
  const { checks } = await client.health()
  assert.match(checks['line']?.[0]?.hint ?? '', /Not visible from here/)
  assert.match(checks['certificate']?.[0]?.hint ?? '', /Not visible from here/)
  const { folders, bypass } = JSON.parse((await client.get('/v1/terminal')).text)
  assert.deepEqual(
    folders.map(({ role, state }: { role: string; state: string }) => [role, state]),
    [
      ['req', 'reachable'],
      ['res', 'reachable'],
      ['face', 'reachable'],
    ],
  )
  assert.equal(bypass, null)
  assert.match((await cli('terminal')).stdout, /beside/)
  const certificates = await cli('cert', 'list')
  assert.match(certificates.stderr, /NOT_VISIBLE_HERE/)
  const quality = await client.get('/v1/lines/ngn/quality')
  assert.deepEqual([quality.status, JSON.parse(quality.text).code], [409, 'NOT_VISIBLE_HERE'])
})

test('no file of another program is changed or taken away', async (t) => {
  const { client, terminal, root } = await startBeside(t)
  const name = await terminal.face('01')
  const path = join(root, 'face', name)
  const before = await readFile(path)
  await client.events('', { prefer: 'wait=60' })
  await client.ask(faceOf('02'))
  assert.deepEqual(await readFile(path), before)
  assert.equal(readdirSync(join(root, 'res')).length, 1)
  assert.deepEqual(readdirSync(root).sort(), ['face', 'req', 'res', 'trash'])
})

test('trouble 23: files of a folder that the agent owns go to its spool', async (t) => {
  const { client, terminal, root } = await startBeside(t, { keys: { owns: true, spool_files: 1 } })
  await terminal.face('01')
  await terminal.face('02')
  await eventually('both are taken in', async () =>
    (await verificationsOf(client)).length === 2 ? true : undefined,
  )
  const face = join(root, 'face')
  await eventually('the folder is empty but for the spool', async () =>
    readdirSync(face).join() === 'onshi-agent-spool' ? true : undefined,
  )
  await eventually('the spool is bounded', async () =>
    readdirSync(join(face, 'onshi-agent-spool')).length === 1 ? true : undefined,
  )
})

test('doctor looks at the folders, with the agent running or not, and names the one that is broken', async (t) => {
  const { cli, agent, root } = await startBeside(t)
  const well = await cli('doctor', '--steps')
  assert.equal(well.stdout.match(/^OK +確認端末 +(req|res|face): /gm)?.length, 3)
  assert.match(well.stdout, /OK +端末への照会/)
  assert.match(well.stdout, /ここからは見えません/)
  await rename(join(root, 'res'), join(root, 'gone'))
  for (const isRunning of [true, false]) {
    if (!isRunning) await agent.stop()
    const broken = await cli('doctor', '--json')
    assert.equal(broken.code, 69)
    const { folders } = JSON.parse(broken.stdout)
    assert.deepEqual(
      folders.map(({ role, fault }: { role: string; fault: { code: string } | null }) => [
        role,
        fault?.code ?? null,
      ]),
      [
        ['req', null],
        ['res', 'TERMINAL_UNREACHABLE'],
        ['face', null],
      ],
    )
  }
})
