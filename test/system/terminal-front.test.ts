import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { eventually } from '../bed/client.ts'
import { runCli } from '../bed/process.ts'
import { makeTerminalBed } from '../bed/terminal.ts'

const faceOf = (number: string) => {
  const patient = patientByNumber(number)
  if (patient === undefined) throw new Error(`no patient ${number}`)
  return patient.cardFace
}

/** The bypass is a bind mount; without root this needs a machine where one may mount. */
const noMounts = process.getuid?.() === 0 ? undefined : 'needs root (mount --bind)'

test('the receipt computer behind the agent asks and reads as before, byte for byte and each file once', async (t) => {
  const bed = await makeTerminalBed(t, { inFront: true })
  const agent = await bed.start()
  const client = await bed.clientOf(agent)
  const computer = bed.receiptComputer()
  const answer = await computer.ask(faceOf('01'))
  assert.equal(answer.isWhole, true)
  const name = await bed.terminal.face('02')
  const result = await computer.arrived((file) => file.name === name)
  assert.equal(result.isWhole, true)
  await client.ask(faceOf('03'))
  const kinds = await eventually('all three in the feed', async () => {
    const items = await client.feed()
    const found = items.flatMap((item) =>
      item.type === 'verification' ? [item.verification.source.kind] : [],
    )
    return found.length >= 3 ? found.sort() : undefined
  })
  assert.deepEqual(kinds, ['card-face', 'terminal', 'terminal'])
  assert.deepEqual(readdirSync(join(bed.frontRoot, 'req')), [])
  const own = readdirSync(join(bed.frontRoot, 'res')).filter((one) => /_A[0-9A-Z]{11}\./.test(one))
  assert.deepEqual(own, [], 'answers to the agent’s own questions are not passed on')
  assert.deepEqual(computer.complaints(), [])
})

test('a half written answer reaches the receipt computer whole, and what is no eligibility message too', async (t) => {
  const bed = await makeTerminalBed(t, { inFront: true })
  await bed.start()
  const computer = bed.receiptComputer()
  bed.terminal.behave({ mode: 'half-written', delayMs: 800, at: 'answer', times: 1 })
  assert.equal((await computer.ask(faceOf('01'))).isWhole, true)
  writeFileSync(join(bed.root, 'res', 'YZKsiquc01res_202604010009.pdf'), '%PDF-1.4\n…\n%%EOF\n')
  await eventually(
    'the other file',
    async () =>
      readdirSync(join(bed.frontRoot, 'res')).includes('YZKsiquc01res_202604010009.pdf') ||
      undefined,
  )
  assert.deepEqual(computer.complaints(), [])
})

test('after a crash nothing is lost for the receipt computer, and it gets nothing it has had', async (t) => {
  const bed = await makeTerminalBed(t, { inFront: true })
  const agent = await bed.start()
  const computer = bed.receiptComputer()
  const first = await bed.terminal.face('01')
  await computer.arrived((file) => file.name === first)
  await eventually('it is taken in', async () => {
    const { stdout } = await bed.cli('terminal', '--json')
    return JSON.parse(stdout).heardAt === null ? undefined : true
  })
  await agent.stop('SIGKILL')
  const second = await bed.terminal.face('02')
  await bed.start()
  await computer.arrived((file) => file.name === second)
  assert.deepEqual(
    computer.received().map(({ name }) => name),
    [first, second],
  )
  assert.deepEqual(computer.complaints(), [])
})

test('a folder that cannot be written is told; its files wait, and everybody else has them', async (t) => {
  const bed = await makeTerminalBed(t, { inFront: true })
  const client = await bed.clientOf(await bed.start())
  const face = join(bed.frontRoot, 'face')
  renameSync(face, `${face}-away`)
  writeFileSync(face, 'no folder')
  const name = await bed.terminal.face('01')
  const { items } = await client.events('', { prefer: 'wait=60' })
  assert.equal(items.length, 1)
  await eventually(
    'health tells it',
    async () =>
      (await client.health()).checks['terminal']?.some(({ code }) => code === 'FRONT_UNWRITABLE') ||
      undefined,
  )
  renameSync(face, `${face}-file`)
  renameSync(`${face}-away`, face)
  await eventually('the file is there', async () => readdirSync(face).includes(name) || undefined)
  assert.equal((await client.feed()).length, 1)
  await eventually(
    'health is well',
    async () =>
      (await client.health()).checks['terminal']?.every(
        ({ code }) => code !== 'FRONT_UNWRITABLE',
      ) || undefined,
  )
})

test('the printed bypass takes the agent out of the way in one step, dead or alive, and is undone in one', {
  skip: noMounts ?? false,
}, async (t) => {
  const bed = await makeTerminalBed(t, { inFront: true })
  const agent = await bed.start()
  const client = await bed.clientOf(agent)
  const isEmptied = (what: string) =>
    eventually(what, async () =>
      readdirSync(join(bed.root, 'res')).length === 0 ? true : undefined,
    )
  const computer = bed.receiptComputer()
  await computer.ask(faceOf('01'))
  await eventually('it is taken in', async () =>
    (await client.feed()).length === 1 ? true : undefined,
  )
  await isEmptied('the receipt computer’s deletion has reached the terminal')
  await agent.stop('SIGKILL')
  const step = (await bed.cli('terminal', '--bypass')).stdout.trim()
  const undo = (await bed.cli('terminal', '--undo')).stdout.trim()
  assert.match(step, /^mount --bind \S+ \S+$/)
  execFileSync('sh', ['-c', step])
  let mounted = true
  const unmount = () => {
    if (mounted) execFileSync('sh', ['-c', undo])
    mounted = false
  }
  t.after(unmount)
  assert.equal((await computer.ask(faceOf('02'))).isWhole, true, 'with the agent dead')
  await isEmptied('the receipt computer has deleted it before any agent lives')

  const next = await bed.start()
  const nextClient = await bed.clientOf(next, 'second')
  await eventually(
    'the bypass is told',
    async () =>
      (await nextClient.health()).checks['terminal']?.some(
        ({ code }) => code === 'TERMINAL_BYPASSED',
      ) || undefined,
  )
  assert.equal((await computer.ask(faceOf('03'))).isWhole, true, 'with the agent alive beside it')
  unmount()
  await eventually(
    'the bypass is over',
    async () =>
      (await nextClient.health()).checks['terminal']?.every(
        ({ code }) => code !== 'TERMINAL_BYPASSED',
      ) || undefined,
  )
  assert.equal((await computer.ask(faceOf('04'))).isWhole, true, 'through the agent again')
  const taken = await eventually('every answer in the feed', async () => {
    const items = await nextClient.feed()
    return items.length >= 3 ? items : undefined
  })
  // The second was read and deleted while no agent lived.
  assert.equal(taken.length, 3)
  assert.deepEqual(computer.complaints(), [])
})

test('a folder that is watched and written is refused at start, also behind a link', async (t) => {
  const bed = await makeTerminalBed(t, { inFront: true })
  const face = join(bed.frontRoot, 'face')
  renameSync(face, `${face}-away`)
  execFileSync('ln', ['-s', join(bed.root, 'face'), face])
  const run = await runCli(['run', '--config', bed.configFile])
  assert.equal(run.code, 78)
  assert.match(run.stderr, /FOLDER_LOOP/)
})

test('every name is passed on: the same content twice, a name with our letter, an unusual ending', async (t) => {
  const bed = await makeTerminalBed(t, { inFront: true })
  const client = await bed.clientOf(await bed.start())
  const there = (folder: string, name: string) =>
    eventually(
      name,
      async () => readdirSync(join(bed.frontRoot, folder)).includes(name) || undefined,
    )
  const bytes = '%PDF-1.4\n%%EOF\n'
  for (const name of ['TKKsiquc01res_1.pdf', 'TKKsiquc01res_2.pdf']) {
    writeFileSync(join(bed.root, 'res', name), bytes)
    await there('res', name)
  }
  // Taken by the receipt computer, and written once more by the terminal.
  rmSync(join(bed.frontRoot, 'res', 'TKKsiquc01res_1.pdf'))
  await eventually('its going at the terminal', async () =>
    readdirSync(join(bed.root, 'res')).includes('TKKsiquc01res_1.pdf') ? undefined : true,
  )
  writeFileSync(join(bed.root, 'res', 'TKKsiquc01res_1.pdf'), bytes)
  await there('res', 'TKKsiquc01res_1.pdf')

  const computer = bed.receiptComputer({ root: bed.frontRoot })
  await computer.ask(faceOf('01'))
  const foreign = 'OQSsiquc01res_A20261123001.xml'
  writeFileSync(join(bed.root, 'res', foreign), '<XmlMsg></XmlMsg>')
  await there('res', foreign)
  writeFileSync(join(bed.root, 'res', 'list.csv'), 'a,b\n')
  await there('res', 'list.csv')
  assert.equal((await client.feed()).length, 1)
})

test('what the receipt computer keeps stays at the terminal, and a newer file of a name is not taken away', async (t) => {
  const bed = await makeTerminalBed(t, { inFront: true })
  await bed.start()
  const names = Array.from({ length: 60 }, (_, n) => `YZKsiquc01res_${n}.pdf`)
  for (const name of names) writeFileSync(join(bed.root, 'res', name), `%PDF ${name}\n%%EOF\n`)
  const front = join(bed.frontRoot, 'res')
  await eventually(
    'all of them',
    async () => readdirSync(front).length === names.length || undefined,
  )
  const taken = names.filter((_, n) => n % 2 === 0)
  for (const name of taken) {
    rmSync(join(front, name))
    if (name === taken[0]) writeFileSync(join(bed.root, 'res', name), '%PDF another\n%%EOF\n')
  }
  const left = names.filter((_, n) => n % 2 === 1)
  await eventually('the others gone', async () => {
    const there = readdirSync(join(bed.root, 'res'))
    return there.length === left.length + 1 || undefined
  })
  assert.deepEqual(
    readdirSync(join(bed.root, 'res')).sort(),
    [...left, taken[0] ?? ''].sort(),
    'only what was read and is unchanged went',
  )
})

test('answers to our own bulk questions and registrations are nobody else’s, also after a restart', async (t) => {
  const bed = await makeTerminalBed(t, { inFront: true })
  const agent = await bed.start()
  const client = await bed.clientOf(agent)
  const batch = await client.post('/v1/batches', { items: [faceOf('01')] })
  assert.equal(batch.status, 202)
  const { insurerNumber, insuredIdentificationNumber } = faceOf('02')
  const registered = await client.post('/v1/reference-numbers', {
    referenceNumber: '00042',
    insurerNumber,
    insuredIdentificationNumber,
  })
  assert.ok([201, 202].includes(registered.status), registered.text)
  await eventually(
    'the bulk answers',
    async () => readdirSync(join(bed.root, 'res')).length >= 2 || undefined,
  )
  await agent.stop('SIGKILL')
  await bed.start()
  const name = 'YZKsiquc01res_1.pdf'
  writeFileSync(join(bed.root, 'res', name), '%PDF\n%%EOF\n')
  await eventually(
    'a foreign file',
    async () => readdirSync(join(bed.frontRoot, 'res')).includes(name) || undefined,
  )
  assert.deepEqual(readdirSync(join(bed.frontRoot, 'res')), [name])
})
