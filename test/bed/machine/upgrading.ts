import { setTimeout as wait } from 'node:timers/promises'
import { patientByNumber } from '../../../agent/sim/patients.ts'
import { type Client, clientOf, eventually } from '../client.ts'
import { addConsumer } from '../consumer.ts'
import { bootMachine, type Ending, type Machine } from '../machine.ts'
import { clinicFurniture, startClinic } from './clinic.ts'
import { fetchIn } from './fetch.ts'
import { readyPackage } from './package.ts'

const API = 'http://127.0.0.1:8480'
const face = patientByNumber('20')?.cardFace ?? {}
/** As the package has it: a machine that tests much at a time needs half of it to start the agent. */
const WATCH_SECONDS = 60
const PAUSE_MS = 50
export const DEFAULTS = '/etc/default/onshi-agent-upgrade'
const watchFor = (seconds: number) => `WATCH_SECONDS=${seconds}\n`
/** Where the later releases are, in the machine. */
export const RELEASES = '/srv/releases'

/** How far the upgrade is; `watched` where only the end of its service is waited for. */
export const PHASE = `phase=$(cat /var/lib/onshi-agent-upgrade/phase 2>/dev/null || echo stays)
case $(systemctl show onshi-agent-upgrade -p ActiveState --value)-$phase in
activating-stays | activating-rolled-back) echo watched ;;
*) echo "$phase" ;;
esac`

/** A clinic's box that runs the package of the tree, and asks on. */
export interface Box {
  readonly machine: Machine
  readonly client: Client
  readonly asker: Asker
  /** Waits until nothing is under way: what the last upgrade came to. */
  ended(): Promise<'stays' | 'rolled-back'>
  /** Of what runs, as it says itself, as soon as it does. */
  running(): Promise<string>
}

/** Asks one question after the other, whatever becomes of it. */
export interface Asker {
  /** Ids of verifications that were answered 201 or 202. */
  readonly acknowledged: ReadonlySet<string>
  readonly refused: () => number
  /** Those of them that the agent does not have, in the feed or as a question. */
  lost(): Promise<readonly string[]>
  /**
   * Asks nothing until `during` is over: who enters a machine that shuts down is stopped with it, and
   * it waits a minute and a half for them.
   */
  resting(during: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

/** `releases`: the folder of the later ones. */
export async function bootBox(
  t: Ending,
  releases: string,
  watchSeconds = WATCH_SECONDS,
): Promise<Box> {
  const furniture = clinicFurniture()
  const files = {
    ...furniture.files,
    [DEFAULTS]: watchFor(watchSeconds),
  }
  const first = readyPackage()
  const machine = await bootMachine(t, {
    ...{ ...furniture, files, debs: [first] },
    binds: { [RELEASES]: releases },
  })
  await machine.must(`dpkg -i /root/onshi-agent_*.deb`)
  await startClinic(machine)
  const cli = (...args: readonly string[]) => machine.run(`onshi-agent ${args.join(' ')}`)
  const { token } = await addConsumer({ cli }, 'receipt-computer', 'receipt-computer')
  const client = clientOf(API, token, fetchIn(machine))
  await eventually('a line that is up', async () => {
    const { status, text } = await client.get('/v1/lines')
    return status === 200 && !text.includes('"standing":"down"') ? true : undefined
  })
  const asker = startAsking(client)
  t.after(asker.stop)
  return {
    machine,
    client,
    asker,
    ended: () =>
      eventually('the end of the upgrade', async () => {
        const phase = (await machine.must(PHASE)).trim()
        return phase === 'stays' || phase === 'rolled-back' ? phase : undefined
      }),
    running: () =>
      eventually('an agent that answers', async () => {
        const { stdout } = await machine.run('onshi-agent status')
        return /"version": "([^"]+)"/.exec(stdout)?.[1]
      }),
  }
}

function startAsking(client: Client): Asker {
  const acknowledged = new Set<string>()
  let refused = 0
  let isOver = false
  let rest = Promise.resolve()
  let asked = Promise.resolve()
  const ask = async () => {
    const reply = await client.post('/v1/verifications', face, { prefer: 'wait=2' })
    const id = reply.status === 201 || reply.status === 202 ? idIn(reply.text) : undefined
    if (id === undefined) refused++
    else acknowledged.add(id)
  }
  const asking = (async () => {
    while (!isOver) {
      await rest
      // While the agent restarts, nobody answers; a machine that is cut off takes curl with it.
      asked = ask().catch(() => {
        refused++
      })
      await asked
      await wait(PAUSE_MS)
    }
  })()
  return {
    acknowledged,
    refused: () => refused,
    lost: () =>
      // An agent that is just being restarted is asked again.
      eventually('what the agent has', async () =>
        lostOf([...acknowledged], client).catch(() => undefined),
      ),
    async resting(during) {
      const { promise, resolve } = Promise.withResolvers<void>()
      rest = promise
      await asked
      try {
        await during()
      } finally {
        resolve()
      }
    },
    async stop() {
      isOver = true
      await asking
    },
  }
}

async function lostOf(asked: readonly string[], client: Client): Promise<readonly string[]> {
  const known = new Set((await client.feed()).map(({ id }) => id))
  const absent = asked.filter((id) => !known.has(id))
  const found = await Promise.all(
    absent.map(async (id) => (await client.get(`/v1/verifications/${id}`)).status),
  )
  return absent.filter((_, index) => found[index] !== 200 && found[index] !== 202)
}

const idIn = (text: string): string | undefined => /"id": ?"([0-9a-f-]{36})"/.exec(text)?.[1]
