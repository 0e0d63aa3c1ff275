import assert from 'node:assert/strict'
import { before, type TestContext, test } from 'node:test'
import { dropInOf } from '../../agent/ops/credentials/drop-in.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { clientOf, eventually } from '../bed/client.ts'
import { emptyBox, LAN, OQS, STICK } from '../bed/machine/clinic-setup.ts'
import { fetchIn } from '../bed/machine/fetch.ts'
import { readyPackage } from '../bed/machine/package.ts'
import { whyNoMachine } from '../bed/machine/root.ts'
import type { Machine } from '../bed/machine.ts'

const skip = whyNoMachine() ?? false
let deb = ''
before(() => {
  if (skip === false) deb = readyPackage()
})

const CREDENTIALS = '/etc/onshi-agent/credentials'
const DROP_IN = '/etc/systemd/system/onshi-agent.service.d/50-credentials.conf'
const BACKUPS = '/var/lib/onshi-agent/backups'
const PAPERS = '/root/onshi-agent-setup'
const FIVE_MINUTES_MS = 300_000
const face = patientByNumber('20')?.cardFace ?? {}

const setup = (machine: Machine, file: string) =>
  machine.run(`onshi-agent setup --answers /root/${file}`)
const clientIn = (machine: Machine, token: string) =>
  clientOf('http://127.0.0.1:8480', token, fetchIn(machine))
const newest = async (machine: Machine) =>
  (await machine.must(`ls -1 ${BACKUPS}/*.age | tail -1`)).trim()
const ownerOf = async (machine: Machine, file: string) =>
  (await machine.must(`stat -c %U:%G:%a ${file}`)).trim()

async function byTerminal(machine: Machine): Promise<void> {
  const forbidden = await setup(machine, 'terminal.toml')
  assert.equal(forbidden.code, 69)
  assert.match(forbidden.stderr, /E720 SHARE_RIGHT_MISSING[\s\S]*may not create a file \(EACCES\)/)
  assert.equal((await machine.run('test -e /etc/onshi-agent/agent.toml')).code, 1)
  await machine.must(`chmod a+rwx ${OQS}/*`)
  const done = await setup(machine, 'terminal.toml')
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.match(
    done.stdout,
    /保存先がありません[\s\S]*暗号化しました[\s\S]*資格は有効です[\s\S]*セットアップが終わりました/,
  )
  const files = `/etc/onshi-agent/agent.toml ${CREDENTIALS}/store.key.cred ${PAPERS}/recovery-key.txt`
  assert.equal(
    await machine.must(`stat -c "%a %U:%G" ${files}`),
    '640 root:onshi-agent\n600 root:root\n600 root:root\n',
  )
  assert.match(await machine.must(`cat ${DROP_IN}`), /LoadCredentialEncrypted=store\.key:/)
  await machine.reboot()
  const journal = machine.follow('exec journalctl -f -n all -b -o cat -u onshi-agent')
  await journal.until(/"event":"agent-ready"/)
  assert.doesNotMatch(journal.lines().join('\n'), /"level":[56]0/)
}

/** The clinic goes over to the Web API: another answer, the same configuration file. */
async function byWebApi(machine: Machine): Promise<void> {
  const paper = await machine.must(`cat ${PAPERS}/recovery-key.txt`)
  await machine.must('systemctl start sim-gateway')
  await machine.must(`mount -t tmpfs -o mode=0755 tmpfs ${STICK}`)
  const refused = await setup(machine, 'web-api.toml')
  assert.match(refused.stderr, /E741 BACKUP_TARGET_UNWRITABLE: \/mnt\/backup: create \(EACCES\)/)
  await machine.must(`chown onshi-agent ${STICK}`)
  const over = await setup(machine, 'web-api.toml')
  assert.equal(over.code, 0, over.stdout + over.stderr)
  assert.match(over.stdout, /OK {2}ngn[\s\S]*資格は有効です/)
  assert.match(await machine.must('cat /etc/onshi-agent/agent.toml'), /"credential:clinic\.p12"/)
  assert.equal(await machine.must(`cat ${PAPERS}/recovery-key.txt`), paper, 'one key for all')
  const { items } = Object(JSON.parse(await machine.must('onshi-agent consumer list')))
  const live = items.filter(({ revokedAt }: { revokedAt: string | null }) => revokedAt === null)
  assert.equal(live.length, 1, 'who was there before is kept')
  assert.equal(await fingerprintOf(machine), fingerprintIn(over.stdout))
}

/** As a client gets it, with nothing to trust yet. */
async function fingerprintOf(machine: Machine): Promise<string> {
  const cert = `curl -sk https://${LAN}:8480/ca.crt | openssl x509 -noout -fingerprint -sha256`
  const pem = (await machine.run(cert)).stdout
  const der = pem === '' ? await machine.must(cert.replace('x509', 'x509 -inform DER')) : pem
  return der.trim().replace(/^.*=/, '')
}

function fingerprintIn(summary: string): string {
  assert.match(summary, new RegExp(`https://${LAN}:8480/ca\\.crt`))
  const [, first = '', second = ''] = /SHA-256\s+([0-9A-F:]+)\s+([0-9A-F:]+)/.exec(summary) ?? []
  return first + second
}

async function secretsAtWork(machine: Machine): Promise<void> {
  await machine.must('systemctl stop onshi-agent')
  assert.match(await machine.must('onshi-agent consumer list'), /rececom/)
  assert.match(await machine.must('onshi-agent key rotate'), /new key/)
  assert.equal((await machine.run('ls -d /run/onshi-agent-opened-*')).stdout, '')
  // A TPM that opens nothing, as one that was cleared: the machine's own copy serves.
  const sealed = (await machine.must(`cd ${CREDENTIALS} && ls *.cred`)).trim().split('\n')
  const names = sealed.map((name) => name.replace('.cred', ''))
  const text = dropInOf(
    names.map((name) => ({ name, sealing: name === 'store.key' ? 'tpm2' : 'host' })),
    CREDENTIALS,
  )
  await machine.must(`cp ${DROP_IN} /root && echo nonsense >${CREDENTIALS}/store.key.tpm`)
  await machine.must(`cat >${DROP_IN} && systemctl daemon-reload`, { input: text })
  await machine.must('systemctl start onshi-agent')
  assert.match(await machine.must('onshi-agent status'), /CREDENTIAL_FALLBACK/)
  const kept = await ownerOf(machine, '/run/onshi-agent-credentials/store.key')
  assert.equal(kept, 'root:root:600')
  await machine.must(`rm ${CREDENTIALS}/store.key.tpm && cp /root/50-credentials.conf ${DROP_IN}`)
  await machine.must('systemctl daemon-reload && systemctl restart onshi-agent')
  assert.doesNotMatch(await machine.must('onshi-agent status'), /CREDENTIAL_FALLBACK/)
}

/** A backup that the agent itself cannot change, also after it was started anew. */
async function protectedBackup(machine: Machine): Promise<string> {
  await machine.must('onshi-agent backup')
  const file = await newest(machine)
  const isProtected = async () => {
    const owner = await ownerOf(machine, file)
    return owner === 'root:onshi-agent:440' ? true : undefined
  }
  await eventually('the protection of the newest backup', isProtected)
  // Nobody would protect it again.
  await machine.must('systemctl stop onshi-agent-protect.path && systemctl restart onshi-agent')
  assert.equal(await newest(machine), file)
  assert.equal(await isProtected(), true, 'a start gives it back to nobody')
  const asAgent = 'setpriv --reuid onshi-agent --regid onshi-agent --clear-groups'
  assert.notEqual((await machine.run(`${asAgent} rm -f ${file}`)).code, 0)
  assert.equal((await machine.run(`${asAgent} cat ${file} >/dev/null`)).code, 0)
  await eventually('the copy on the stick', async () => {
    const { code } = await machine.run(`cmp ${file} ${STICK}/$(basename ${file})`)
    return code === 0 ? true : undefined
  })
  return file
}

test('under systemd, both ways: rights are tried as the agent’s user, secrets are sealed, and box, backup and paper make a second one', {
  skip,
}, async (t) => {
  const machine = await emptyBox(t, deb)
  await byTerminal(machine)
  const taken = async (path: string) =>
    Buffer.from(await machine.must(`base64 -w0 ${path}`), 'base64')
  await machine.must('onshi-agent backup')
  const ofTerminal = await taken(await newest(machine))
  await byWebApi(machine)
  await secretsAtWork(machine)
  const token = (await machine.must(`cat ${PAPERS}/consumer-rececom.txt`)).trim()
  const client = clientIn(machine, token)
  const asked = await client.ask(face)
  assert.equal(asked.outcome, 'valid')
  const file = await protectedBackup(machine)
  const fingerprint = await fingerprintOf(machine)
  const secrets = {
    '/root/backup.age': await taken(file),
    '/root/terminal.age': ofTerminal,
    '/root/paper': await taken(`${PAPERS}/recovery-key.txt`),
    '/root/clinic.p12': await taken('/root/pki/client.p12'),
    '/root/clinic.p12.pass': await taken('/root/pki/client.p12.passphrase'),
    // The official side is the same one.
    ...(await pkiOf(machine)),
  }
  await machine.close()
  await onSecond(t, secrets, { token, id: asked.id, fingerprint })
})

async function pkiOf(machine: Machine): Promise<Record<string, Buffer>> {
  const names = (await machine.must('ls /root/pki')).trim().split('\n')
  const files = names.map(async (name): Promise<[string, Buffer]> => {
    const text = await machine.must(`base64 -w0 /root/pki/${name}`)
    return [`/root/pki/${name}`, Buffer.from(text, 'base64')]
  })
  return Object.fromEntries(await Promise.all(files))
}

/** What was known on the first one. */
interface Known {
  readonly token: string
  readonly id: string
  readonly fingerprint: string
}

async function onSecond(
  t: TestContext,
  secrets: Record<string, Buffer>,
  { token, id, fingerprint }: Known,
): Promise<void> {
  const machine = await emptyBox(t, deb, { secrets })
  const from = performance.now()
  const certificate = '--certificate /root/clinic.p12 --passphrase-file /root/clinic.p12.pass'
  const account = '--account-password-file /root/account.pass'
  const printed = await machine.must(
    `onshi-agent restore /root/backup.age --key-file /root/paper ${certificate} ${account}`,
  )
  assert.match(printed, /記録のない時間/)
  assert.doesNotMatch(printed, /Still missing/)
  await machine.must('systemctl start onshi-agent')
  const client = clientIn(machine, token)
  assert.equal((await client.ask(face)).outcome, 'valid')
  const tookMs = performance.now() - from
  t.diagnostic(`restore, start and a verification: ${Math.round(tookMs)} ms`)
  assert.ok(tookMs < FIVE_MINUTES_MS)
  assert.equal((await client.get(`/v1/verifications/${id}`)).status, 200, 'what was known is there')
  assert.equal(await fingerprintOf(machine), fingerprint, 'no client takes another CA')
  const sealed = await machine.must(`cd ${CREDENTIALS} && ls`)
  assert.deepEqual(sealed.trim().split('\n'), [
    'clinic.p12.cred',
    'clinic.p12.pass.cred',
    'gateway-account.pass.cred',
    'store.key.cred',
  ])
  await behindTerminal(machine, token)
}

/** A third box, behind the terminal, whose share is not mounted yet. */
async function behindTerminal(machine: Machine, token: string): Promise<void> {
  await machine.must(`systemctl stop sim-terminal && rm -r ${OQS} && dpkg -P onshi-agent
rm -r /var/lib/onshi-agent /etc/onshi-agent /etc/systemd/system/onshi-agent.service.d
dpkg -i /root/onshi-agent_*.deb`)
  const printed = await machine.must(
    'onshi-agent restore /root/terminal.age --key-file /root/paper',
  )
  assert.match(printed, new RegExp(`not there yet:\\n {2}${OQS}/`))
  // A secret that no backup holds, put there as restore says.
  await machine.must(`umask 077 && echo secret >${CREDENTIALS}/api.key`)
  await machine.must('onshi-agent restore /root/terminal.age --key-file /root/paper --replace')
  assert.match(await machine.must(`cat ${DROP_IN}`), /LoadCredential=api\.key:/)
  await machine.must(`mkdir -p ${OQS}/req ${OQS}/res ${OQS}/face && chmod a+rwx ${OQS}/*
systemctl start sim-terminal onshi-agent`)
  assert.equal((await clientIn(machine, token).ask(face)).outcome, 'valid')
  const again = await setup(machine, 'terminal.toml')
  assert.equal(again.code, 0, again.stdout + again.stderr)
}
