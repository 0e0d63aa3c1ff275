import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { startBed } from '../bed/agent.ts'
import { clientOf } from '../bed/client.ts'
import { converse } from '../bed/raw.ts'
import { addStaff, chosen, DeskPerson } from '../bed/staff.ts'
import { bytes } from '../fixtures/hostile/bytes.ts'
import { FACE, type Hostile, request, type Target } from '../fixtures/hostile/case.ts'
import { guesses } from '../fixtures/hostile/guesses.ts'
import { places } from '../fixtures/hostile/places.ts'

const LEAST = 300
/** Beyond what it takes when it has been busy for a while. */
const GROWTH_BYTES = 96 * 1024 * 1024
const all: readonly Hostile[] = [...places, ...bytes, ...guesses]
const tables = '[[listen]]\naddress = "127.0.0.1:0"\nown_ca = true\n'

const memoryOf = (pid: number) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024

/** An agent on loopback, plain and over TLS, with a receipt computer and somebody at the desk. */
async function stage(t: TestContext) {
  const bed = await startBed(t, { tables })
  const { agent } = bed
  const [secure = ''] = /https:\/\/[^" ]+/.exec(agent.output()) ?? []
  const ca = await (await fetch(`${agent.url}/ca.crt?format=pem`)).text()
  const clerk = await addStaff(bed, agent.url, '受付 花子')
  const targetOf = (url: string, person: DeskPerson): Target => {
    const { port, protocol } = new URL(url)
    const scheme = protocol === 'http:' ? 'http' : 'https'
    const { token } = bed
    return { port, scheme, authority: `127.0.0.1:${port}`, token, ...cookieOf(person) }
  }
  const plain = targetOf(agent.url, clerk)
  const viaTls = { ...targetOf(secure, clerk), cookie: `__Host-${plain.cookie}` }
  return { bed, agent, ca, plain, viaTls }
}

const cookieOf = ({ cookie, token }: DeskPerson) => ({ cookie, pageToken: token })

const statusesIn = (answer: string) =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

test(`at least ${LEAST} hostile requests, each with a name of its own`, () => {
  assert.ok(all.length >= LEAST, String(all.length))
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length)
})

for (const scheme of ['http', 'https'] as const)
  test(`over ${scheme} every hostile request is refused, without a 5xx, a side effect or a client that is not served`, async (t) => {
    const staged = await stage(t)
    const { bed, agent, ca, plain, viaTls } = staged
    const target = scheme === 'http' ? plain : viaTls
    const send = (what: string | Buffer) =>
      converse(target.port, what, scheme === 'http' ? undefined : ca)
    const control = await send(request(target))
    assert.deepEqual(statusesIn(control), [200], 'the control: the same request without a trap')
    const before = { questions: bed.gateway.stats().questions, memory: memoryOf(agent.pid) }
    const wrong: string[] = []
    for (const [at, { name, bytes: written, refusedBy }] of all.entries()) {
      const answer = await send(written(target))
      const statuses = statusesIn(answer)
      const [first = 0, ...more] = statuses
      if (!refusedBy.includes(first) || more.length > 0)
        wrong.push(`${name}: ${statuses.join()} ${answer.slice(0, 300)}`)
      if (/access-control-allow/i.test(answer)) wrong.push(`${name}: invites another site`)
      if (/root:|-----BEGIN|at .*\.ts:/.test(answer)) wrong.push(`${name}: tells of the machine`)
      if (at % 20 === 0) assert.deepEqual(statusesIn(await send(request(target))), [200], name)
    }
    assert.deepEqual(wrong, [])
    const after = memoryOf(agent.pid)
    assert.ok(after - before.memory < GROWTH_BYTES, `${before.memory} -> ${after}`)
    const client = clientOf(agent.url, bed.token)
    assert.deepEqual(await client.feed(), [], 'nothing was asked')
    assert.equal(bed.gateway.stats().questions, before.questions)
    assert.doesNotMatch(agent.output(), /"level":(50|60)|INTERNAL/)
    const asked = await client.ask(JSON.parse(FACE))
    assert.notEqual(asked.outcome, 'offline', 'and then one that is meant is answered')
    if (scheme === 'http') await guessPasswords(staged)
    assert.equal((await agent.stop()).code, 0)
  })

/** A source that guesses waits ever longer, whoever it says it is; who knows the PIN still unlocks. */
async function guessPasswords({ agent, plain }: Awaited<ReturnType<typeof stage>>): Promise<void> {
  const guess = async (name: string) =>
    (await new DeskPerson(name, agent.url).signIn(`guess ${Math.random()}`)).status
  const statuses: number[] = []
  for (const name of ['受付 花子', 'admin', 'root', '受付 花子', 'it', '院内', 'x', '受付 花子'])
    statuses.push(await guess(name))
  assert.ok(
    statuses.slice(0, 4).every((status) => status === 401),
    statuses.join(),
  )
  assert.equal(statuses.at(-1), 429)
  const back = new DeskPerson('受付 花子', agent.url)
  Object.assign(back, { cookie: plain.cookie, token: plain.pageToken })
  assert.equal((await back.send('POST', '/desk/session/lock')).status, 200)
  assert.equal((await back.send('POST', '/desk/session/unlock', { pin: chosen.pin })).status, 200)
}
