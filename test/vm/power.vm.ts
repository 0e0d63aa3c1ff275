import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { type Client, eventually } from '../bed/client.ts'
import { answerOf, startAgent, startVirtualClinic } from './clinic.ts'
import type { VirtualMachine } from './machine.ts'

const CUTS = Number(process.env['VM_CUTS'] ?? 10)
/** Who ask at a time, and how many answers are in hand when the power goes: between the two. */
const ASKERS = 4
const [LEAST, MOST] = [6, 20] as const
const PATIENTS = ['01', '02', '20', '31'] as const
const AGAIN_MS = 500
const LIMIT_MS = 1_500_000
/** Written without a word to the disk about it. */
const UNSYNCED = '/var/lib/unsynced'

/** Asks without a pause until the power goes. `acknowledged` gets each id when its answer is here. */
async function ask(
  client: Client,
  from: number,
  acknowledged: Set<string>,
  power: AbortSignal,
): Promise<void> {
  for (let n = from; !power.aborted; n++) {
    const face = patientByNumber(PATIENTS[n % PATIENTS.length] ?? '')?.cardFace ?? {}
    try {
      acknowledged.add((await client.ask(face)).id)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      // The agent still starts, or the machine went with the answer half way here.
      await wait(AGAIN_MS)
    }
  }
}

async function answered(client: Client, ids: Iterable<string>): Promise<readonly string[]> {
  const lost: string[] = []
  for (const id of ids)
    if ((await client.get(`/v1/verifications/${id}`)).status !== 200) lost.push(id)
  return lost
}

async function cut(machine: VirtualMachine, client: Client, acknowledged: Set<string>) {
  const wanted = acknowledged.size + LEAST + Math.floor(Math.random() * (MOST - LEAST))
  const power = new AbortController()
  const askers = Array.from({ length: ASKERS }, (_, n) =>
    ask(client, n, acknowledged, power.signal),
  )
  await eventually(
    'answers',
    async () => (acknowledged.size >= wanted ? true : undefined),
    LIMIT_MS,
  )
  await machine.must(`echo this is lost >${UNSYNCED}`)
  await machine.cut()
  power.abort()
  await Promise.all(askers)
  await machine.boot()
  await startAgent(machine)
}

/** Everything that anybody was told, in a store and an audit trail that are whole. */
async function isWhole(
  t: TestContext,
  machine: VirtualMachine,
  client: Client,
  acknowledged: Set<string>,
): Promise<void> {
  assert.deepEqual(await answered(client, acknowledged), [], 'acknowledged and not there')
  const { components } = await client.health()
  assert.notEqual(components['store'], 'fail')
  const verified = await answerOf(t, machine, 'onshi-agent audit verify', LIMIT_MS)
  assert.equal(verified.code, 0, verified.stdout + verified.stderr)
  t.diagnostic(verified.stdout.trim().split('\n').at(-1) ?? '')
}

test(`after each of ${CUTS} power cuts under questions everything acknowledged is there`, async (t) => {
  const { machine, client } = await startVirtualClinic(t, '')
  const acknowledged = new Set<string>()
  let controls = 0
  for (let n = 1; n <= CUTS; n++)
    await t.test(`power cut ${n}`, async (each) => {
      await cut(machine, client, acknowledged)
      // The control: a cut that loses nothing at all would show nothing.
      const left = await machine.run(`cat ${UNSYNCED}; rm -f ${UNSYNCED}; sync`)
      if (!left.stdout.includes('this is lost')) controls += 1
      await isWhole(each, machine, client, acknowledged)
      each.diagnostic(`${acknowledged.size} acknowledged so far, none lost`)
    })
  t.diagnostic(`${controls} of ${CUTS} cuts lost what was not synced`)
  assert.ok(controls > 0, 'no cut lost what nobody had synced: the test shows nothing')
})
