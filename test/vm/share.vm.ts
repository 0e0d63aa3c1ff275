import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { codeOf } from '../../agent/kernel/errors.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { DEMO_INSTITUTION_CODE } from '../../agent/sim/pki.ts'
import { startTerminalSimulator } from '../../agent/sim/terminal/server.ts'
import type { Client } from '../bed/client.ts'
import { readyPackage } from '../bed/machine/package.ts'
import { API, clientThrough, inTime, startAgent, UNHURRIED } from './clinic.ts'
import { bootVirtual, HOST } from './machine.ts'
import { ACCOUNT, openShare, SHARE } from './samba.ts'

const answers = `way = "terminal"
simulator = true
[institution]
code = "${DEMO_INSTITUTION_CODE}"
[terminal]
share = "//${HOST}/${SHARE}"
user = "${ACCOUNT.user}"
password_file = "share.pass"
certificate_expires = "2099-05-31"
[[consumers]]
name = "rececom"
role = "receipt-computer"
[staff]
name = "院内　太郎"
`
const SECRET = '/etc/onshi-agent/share.credentials'
const POINT = '/srv/onshi-agent/terminal'
const face = patientByNumber('20')?.cardFace ?? {}

/** What the agent says of each of the terminal's folders; undefined while its unit starts it anew. */
async function standings(client: Client): Promise<readonly string[] | undefined> {
  const answer = await client.get('/v1/terminal').catch((error: unknown) => {
    if (codeOf(error) === 'ECONNRESET') return undefined
    throw error
  })
  const told = answer && JSON.parse(answer.text)
  return told?.folders.map(({ state }: { state: string }) => state)
}

test('setup mounts the terminal’s share with an account of its own, and the packaged unit works on it', async (t) => {
  const share = await openShare(t)
  const terminal = await startTerminalSimulator({ root: share.folder, pollMs: 200 })
  t.after(() => terminal.close())
  const machine = await bootVirtual(t, {
    files: { ...UNHURRIED, '/root/answers.toml': answers },
    secrets: { '/root/share.pass': 'not this one' },
    debs: [readyPackage()],
  })
  await machine.must('dpkg -i /root/onshi-agent_*.deb')
  const setup = () => machine.run('onshi-agent setup --answers /root/answers.toml')

  await t.test('a wrong password is said to be one, and nothing is set up', async () => {
    const { code, stderr } = await setup()
    assert.equal(code, 69, stderr)
    assert.match(stderr, /SHARE_NOT_MOUNTED[\s\S]*user or password refused/)
    assert.equal((await machine.run(`test -e ${SECRET} || grep -q cifs /proc/mounts`)).code, 1)
  })

  await t.test('so is a folder that the account may not read', async () => {
    await machine.must('cat >/root/share.pass', { input: ACCOUNT.password })
    chmodSync(join(share.folder, 'res'), 0o000)
    const { code, stdout, stderr } = await setup()
    assert.equal(code, 69, stdout + stderr)
    assert.match(stderr, /SHARE_RIGHT_MISSING[\s\S]*res/)
    assert.equal((await machine.run('grep -q cifs /proc/mounts')).code, 1)
    chmodSync(join(share.folder, 'res'), 0o755)
  })

  await t.test('with its rights, setup goes on to a first verification', async () => {
    const { code, stdout, stderr } = await setup()
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, /資格は有効です/)
    assert.equal(await machine.must(`stat -c '%a %U' ${SECRET}`), '600 root\n')
    const [mount = ''] = (await machine.must(`grep ' ${POINT} cifs ' /proc/mounts`)).split('\n')
    t.diagnostic(mount)
    assert.ok(!mount.includes(ACCOUNT.password), 'the password shows in no mount table')
  })

  const token = await machine.must('cat /root/onshi-agent-setup/consumer-rececom.txt')
  const client = clientThrough(machine, token.trim())
  const isReached = () =>
    inTime(`all folders of ${API}`, async () =>
      (await standings(client))?.every((state) => state === 'reachable') ? true : undefined,
    )

  await t.test('the unit finds it, asks by it, and does again after a boot', async () => {
    await isReached()
    assert.equal((await client.ask(face)).outcome, 'valid')
    await machine.reboot()
    await startAgent(machine)
    await isReached()
    assert.equal((await client.ask(face)).outcome, 'valid')
  })

  await t.test('a terminal that is switched off is told, and found again', async () => {
    await share.stop()
    const offline = await client.ask(face)
    assert.equal(offline.outcome, 'offline')
    await share.start()
    await isReached()
    assert.equal((await client.ask(face)).outcome, 'valid')
  })
})
