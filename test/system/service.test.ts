import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { before, type TestContext, test } from 'node:test'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { type Client, clientOf, eventually, verificationIn } from '../bed/client.ts'
import { addConsumer } from '../bed/consumer.ts'
import {
  CARD_CONTROL,
  clinicFurniture,
  GATEWAY_CONTROL,
  startClinic,
} from '../bed/machine/clinic.ts'
import { fetchIn } from '../bed/machine/fetch.ts'
import { withJournal } from '../bed/machine/journal.ts'
import { readyPackage } from '../bed/machine/package.ts'
import { whyNoMachine } from '../bed/machine/root.ts'
import { bootMachine, type Machine } from '../bed/machine.ts'

const skip = whyNoMachine() ?? false
const face = patientByNumber('20')?.cardFace ?? {}
/** Of the unit is a minute, as a busy machine needs; only who waits for its end has less. */
const WATCHDOG_SECONDS = 20
const DROP_IN = '/run/systemd/system/onshi-agent.service.d/of-the-test.conf'
/** Of the journal, with all its fields: a stack, and what systemd says of the end and the next start. */
const FAILING_START_BYTES = 32_768
const MAIN = '/usr/lib/onshi-agent/agent/main.ts'
const API = 'http://127.0.0.1:8480'

let deb = ''
before(() => {
  if (skip === false) deb = readyPackage()
})

interface Installed {
  readonly machine: Machine
  readonly client: Client
}

/** A clinic's box with the package, and everything around it started. */
async function installed(t: TestContext): Promise<Installed> {
  const furniture = clinicFurniture()
  const machine = await bootMachine(t, { ...furniture, debs: [deb] })
  await machine.must('mv /etc/onshi-agent/agent.toml /root')
  const printed = await machine.must('dpkg -i /root/onshi-agent_*.deb')
  assert.match(printed, /onshi-agent setup/, 'the next step is said')
  await startClinic(machine)
  const { condition, state } = await stateOf(machine)
  assert.deepEqual([condition, state], ['no', 'inactive'], 'nothing starts without a configuration')
  assert.equal((await machine.must('systemctl is-enabled onshi-agent')).trim(), 'enabled')
  await machine.must('mv /root/agent.toml /etc/onshi-agent && systemctl start onshi-agent')
  const cli = (...args: readonly string[]) => machine.run(`onshi-agent ${args.join(' ')}`)
  const { token } = await withJournal(machine, () =>
    addConsumer({ cli }, 'receipt-computer', 'receipt-computer'),
  )
  return { machine, client: clientOf(API, token, fetchIn(machine)) }
}

async function stateOf(machine: Machine) {
  const text = await machine.must(
    'systemctl show onshi-agent -p ActiveState -p ConditionResult -p MainPID -p NRestarts -p StatusText',
  )
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? ''
  return {
    state: value('ActiveState'),
    condition: value('ConditionResult'),
    pid: Number(value('MainPID')),
    restarts: Number(value('NRestarts')),
    status: value('StatusText'),
  }
}

/** What was tapped on the simulated card, or how the gateway is to behave. */
const tell = (machine: Machine, url: string, body: object) =>
  machine.must(`curl -sf -H 'content-type: application/json' -d '${JSON.stringify(body)}' ${url}`)

const lineIsUp = (client: Client) =>
  eventually('a line that is up', async () => {
    const { status, text } = await client.get('/v1/lines')
    return status === 200 && !text.includes('"standing":"down"') ? true : undefined
  })

test('the package makes an agent that systemd starts, watches and stops, and that keeps what it was told', {
  skip,
}, async (t) => {
  const { machine, client } = await installed(t)
  await lineIsUp(client)

  await t.test('systemd says how it is', async () => {
    const { state, status, restarts } = await stateOf(machine)
    await withJournal(machine, async () => assert.deepEqual([state, restarts], ['active', 0]))
    // Of other parts there may be warnings beside it, as of the recovery key that nobody made here.
    assert.match(status, /^ONSHI-AGENT WARNING - (.*; )?C910 SIMULATOR_IN_USE gateway/)
  })

  await t.test('a typed card face and a card on a PC/SC reader are verified', async () => {
    assert.equal((await client.ask(face)).outcome, 'valid')
    await tell(machine, `${CARD_CONTROL}/tap`, { kind: 'my-number', patient: '01' })
    const tap = await client.presentation(({ state }) => state === 'waiting')
    assert.equal((await client.confirm(tap.id)).outcome, 'valid')
  })

  await t.test('it has no privilege, and nothing that it needs is shut', async () => {
    const { pid } = await stateOf(machine)
    const status = await machine.must(`cat /proc/${pid}/status`)
    assert.match(status, /^Seccomp:\t2$/m)
    assert.match(status, /^CapBnd:\t0+$/m)
    assert.doesNotMatch(status, /^Uid:\t0/m)
    const security = await machine.run('systemd-analyze security onshi-agent --threshold=15')
    assert.equal(security.code, 0, security.stdout.slice(-200))
    // The kernel is asked about the network, and a change is told.
    assert.match(await machine.must('pgrep -af "^ip -o monitor"'), /link address route/)
    const journal = await machine.must('journalctl --sync; journalctl -u onshi-agent -o cat')
    assert.doesNotMatch(journal, /network-monitor-ended|service-notify-failed|EPERM/)
    // Serial and HID devices are opened by their group, user namespace or not.
    await machine.must('echo open >/dev/shm/device && chgrp dialout /dev/shm/device')
    await machine.must('chmod 0640 /dev/shm/device')
    const unit = ['User=onshi-agent', 'PrivateUsers=yes', 'SupplementaryGroups=dialout']
    const opening = unit.map((one) => `-p ${one}`).join(' ')
    await machine.must(`systemd-run --quiet --wait ${opening} cat /dev/shm/device`)
    // What is mounted later, as the terminal's share is, is seen.
    await machine.must('mkdir -p /srv/onshi-agent/terminal')
    await machine.must('mount -t tmpfs tmpfs /srv/onshi-agent/terminal')
    await machine.must(`nsenter -t ${pid} -m test -w /srv/onshi-agent/terminal`)
    const mounts = await machine.must(`cat /proc/${pid}/mountinfo`)
    assert.match(mounts, / \/srv\/onshi-agent\/terminal /)
  })

  await t.test('members of its group reach it, others do not', async () => {
    await machine.must('useradd -G onshi-agent vendor && useradd stranger')
    const as = (user: string) =>
      machine.run(`setpriv --reuid ${user} --regid ${user} --init-groups onshi-agent status`)
    assert.equal((await as('vendor')).code, 0)
    assert.notEqual((await as('stranger')).code, 0)
    const secret = 'cat /run/credentials/onshi-agent.service/store.key'
    assert.notEqual((await machine.run(`setpriv --reuid vendor --clear-groups ${secret}`)).code, 0)
  })

  await t.test('an agent that hangs is killed and started anew', async () => {
    const hurried = `[Service]\\nWatchdogSec=${WATCHDOG_SECONDS}\\n`
    await machine.must(`mkdir -p ${dirname(DROP_IN)} && printf '${hurried}' >${DROP_IN}`)
    await machine.must('systemctl daemon-reload && systemctl restart onshi-agent')
    const { pid, restarts } = await stateOf(machine)
    const journal = machine.follow('exec journalctl -f -n 0 -o cat -u onshi-agent')
    await journal.until(/./, 1).catch(() => undefined)
    await machine.must(`kill -STOP ${pid}`)
    await journal.until(/Watchdog timeout/)
    await journal.until(/"agent-ready"/)
    journal.close()
    await eventually('the restart', async () =>
      (await stateOf(machine)).state === 'active' ? true : undefined,
    )
    const after = await stateOf(machine)
    // A machine that is busy beyond measure may be too slow for its next seconds, too.
    assert.ok(after.restarts > restarts)
    assert.notEqual(after.pid, pid)
    await machine.must(`rm ${DROP_IN} && systemctl daemon-reload && systemctl restart onshi-agent`)
  })

  await t.test('a question in flight at a stop ends in exactly one verification', async () => {
    await lineIsUp(client)
    const before = (await client.feed()).length
    await tell(machine, `${GATEWAY_CONTROL}/behaviour`, { mode: 'normal', delayMs: 3_000 })
    const asked = await client.post('/v1/verifications', face, { prefer: 'respond-async' })
    assert.equal(asked.status, 202)
    const { id } = JSON.parse(asked.text)
    await machine.must('systemctl stop onshi-agent')
    const journal = await machine.must('journalctl --sync; journalctl -u onshi-agent -o cat')
    const said = journal.slice(journal.lastIndexOf('"agent-stopping"'))
    assert.match(said, /"agent-stopped"[\s\S]*Deactivated successfully/)
    assert.doesNotMatch(said, /part-closes-late|Failed with result/)
    await tell(machine, `${GATEWAY_CONTROL}/behaviour`, { mode: 'normal' })
    await machine.must('systemctl start onshi-agent')
    const ended = await eventually('the verification', async () => {
      const reply = await client.get(`/v1/verifications/${id}`)
      return reply.status === 200 ? verificationIn(reply) : undefined
    })
    assert.equal(ended.outcome, 'valid')
    assert.equal((await client.feed()).length, before + 1)
  })

  await t.test('it is there again after a reboot, with what it was told', async () => {
    const before = await client.feed()
    await machine.reboot()
    assert.equal((await stateOf(machine)).state, 'active')
    assert.deepEqual(await client.feed(), before)
    await lineIsUp(client)
    assert.equal((await client.ask(face)).outcome, 'valid')
  })

  await t.test('files that were changed since are named', async () => {
    assert.match(await machine.must('onshi-agent verify'), /files OK\n[0-9a-f]{64} {2}MANIFEST/)
    await machine.must(`cp -a ${MAIN} /root && sed -i '1i throw new Error("a bug")' ${MAIN}`)
    const { code, stderr } = await machine.run('onshi-agent verify')
    assert.equal(code, 65)
    assert.match(
      stderr,
      /^E712 INSTALLATION_ALTERED: 1 of \d+ files\n {2}変更 \/ changed {2}agent\/main.ts$/m,
    )
  })

  await t.test('a crash at every start is started ever more rarely and writes little', async () => {
    const journal = machine.follow('exec journalctl -f -n 0 -o cat -u onshi-agent')
    const from = await machine.must("journalctl -n 0 --show-cursor | sed -n 's/^-- cursor: //p'")
    await machine.run('systemctl restart onshi-agent')
    await journal.until(/onshi-agent failed 4 times; starting in 2 s/)
    const state = await machine.must('du -sb /var/lib/onshi-agent')
    await journal.until(/onshi-agent failed 5 times; starting in 4 s/)
    journal.close()
    const since = `journalctl --after-cursor='${from.trim()}' -o export`
    const bytes = Number(await machine.must(`${since} | wc -c`))
    t.diagnostic(`${Math.round(bytes / 5)} bytes of journal for a start that fails`)
    assert.ok(bytes / 5 < FAILING_START_BYTES, `${bytes} bytes for five starts that fail`)
    assert.equal(await machine.must('du -sb /var/lib/onshi-agent'), state)
    // Who mends it does not wait.
    await machine.must(`cp -a /root/main.ts ${MAIN} && systemctl restart onshi-agent`)
    assert.equal((await stateOf(machine)).state, 'active')
  })

  await t.test('a secret that cannot be loaded is tried ever more rarely, too', async () => {
    const gone = '[Service]\\nLoadCredential=gone:/etc/onshi-agent/gone\\n'
    const folder = dirname(DROP_IN)
    await machine.must(`mkdir -p ${folder} && printf '${gone}' >${DROP_IN}`)
    await machine.must('systemctl daemon-reload')
    const journal = machine.follow('exec journalctl -f -n 0 -o cat -u onshi-agent')
    await machine.run('systemctl restart onshi-agent')
    await journal.until(/status=243\/CREDENTIALS/)
    await journal.until(/onshi-agent failed 5 times; starting in 4 s/)
    journal.close()
    await machine.must(`rm ${DROP_IN} && systemctl daemon-reload && systemctl restart onshi-agent`)
    assert.equal((await stateOf(machine)).state, 'active')
  })

  await t.test('what root did while it was stopped belongs to it again', async () => {
    await machine.must('systemctl stop onshi-agent && touch /var/lib/onshi-agent/of-root')
    await machine.must('systemctl start onshi-agent')
    const owner = await machine.must('stat -c %U /var/lib/onshi-agent/of-root')
    assert.equal(owner.trim(), 'onshi-agent')
  })

  await t.test('a removal leaves the data, a purge too, and says so', async () => {
    const before = await client.feed()
    await machine.must('dpkg -r onshi-agent')
    assert.equal((await stateOf(machine)).state, 'inactive')
    assert.equal((await machine.run('ls /usr/lib/onshi-agent')).code, 2)
    const purged = await machine.must('dpkg -P onshi-agent')
    assert.match(purged, /\/var\/lib\/onshi-agent は残しました/)
    assert.match(purged, /\/etc\/onshi-agent は残しました/)
    await machine.must('dpkg -i /root/onshi-agent_*.deb')
    await machine.must('systemctl is-active onshi-agent')
    assert.deepEqual(await withJournal(machine, client.feed), before)
  })
})
