import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { forgetAside } from '../../agent/ops/backup/swap.ts'
import { makePki, writePki } from '../../agent/sim/pki.ts'
import { CODE } from './ops/backup/shelf.ts'
import { emptyMachine } from './restore-bed.ts'

test('the certificate that a person names counts, with its passphrase; the pair of before stays beside', async (t) => {
  const pki = makePki({ institutionCode: CODE })
  const { machine, folder, restore } = await emptyMachine(t, { ca: pki.ca.certificatePem })
  const { clientPkcs12, passphrase } = writePki(join(folder, 'new'), pki)
  const etc = join(machine, 'etc')
  mkdirSync(etc)
  writeFileSync(join(etc, 'clinic.p12'), 'of before')
  writeFileSync(join(etc, 'clinic.p12.pass'), 'its passphrase')
  const certificate = ['--certificate', clientPkcs12, '--passphrase-file', passphrase]
  const said = await restore(...certificate)
  const now = (name: string) => readFileSync(join(etc, name))
  assert.deepEqual(now('clinic.p12'), pki.clientPkcs12)
  assert.equal(now('clinic.p12.pass').toString(), `${pki.passphrase}\n`)
  const asideOf = (name: string) =>
    readdirSync(etc).filter((one) => one.startsWith(`${name}.before-restore-`))
  const [oldPkcs12 = '', ...more] = asideOf('clinic.p12')
  const [oldPassphrase = ''] = asideOf('clinic.p12.pass')
  assert.deepEqual(more, [])
  assert.equal(now(oldPkcs12).toString(), 'of before')
  assert.equal(now(oldPassphrase).toString(), 'its passphrase')
  for (const name of [oldPkcs12, oldPassphrase]) assert.ok(said.includes(join(etc, name)), name)
  assert.match(said, /counts is \S+clinic\.p12\. One that was imported/)
  await restore('--replace', ...certificate)
  assert.equal(asideOf('clinic.p12').length, 1, 'the same one once more moves nothing')
})

test('over a box that was set up meanwhile, clients find the CA of the backup again, and what stays is told', async (t) => {
  const { machine, restore } = await emptyMachine(t, { ownCa: 'of the backup' })
  await restore()
  const state = join(machine, 'state')
  const config = join(machine, 'etc/agent.toml')
  const edited = `${readFileSync(config, 'utf8')}# of a setup meanwhile\n`
  const fresh = join(state, 'ca/ca.json')
  writeFileSync(config, edited)
  writeFileSync(fresh, 'of a setup meanwhile')
  writeFileSync(join(state, 'ca/server.json'), 'signed by that')
  utimesSync(join(state, 'ca'), 0, 0)
  const began = Date.now()
  const said = await restore('--replace')
  assert.equal(readFileSync(fresh, 'utf8'), 'of the backup')
  assert.deepEqual(readdirSync(join(state, 'ca')), ['ca.json'], 'nothing that another CA signed')
  const [aside = ''] = readdirSync(state).filter((name) => name.endsWith('-ca'))
  assert.equal(readFileSync(join(state, aside, 'ca.json'), 'utf8'), 'of a setup meanwhile')
  assert.ok(said.includes(join(state, aside)))
  assert.equal(readFileSync(config, 'utf8'), edited)
  assert.match(said, new RegExp(`kept:\\n {2}${config}\\n\\n`), 'and no file that is the same')
  assert.equal(forgetAside(join(state, 'agent.db'), began - 1_000), 0, 'its time begins now')
})
