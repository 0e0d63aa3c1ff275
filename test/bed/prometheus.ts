import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { checked, eventually } from './client.ts'
import type { Ending } from './net/bed.ts'

const has = (program: string) => spawnSync(program, ['--version']).status === 0

/** For `skip`: false where Prometheus and its tool are installed. */
export const noPrometheus =
  has('prometheus') && has('promtool') ? false : 'needs Prometheus: apt-get install prometheus'

const Alert = Type.Object({
  labels: Type.Record(Type.String(), Type.String()),
  annotations: Type.Record(Type.String(), Type.String()),
  state: Type.Enum(['pending', 'firing']),
})
const Alerts = Type.Object({
  status: Type.Literal('success'),
  data: Type.Object({ alerts: Type.Array(Alert) }),
})
const Result = Type.Object({
  status: Type.String(),
  error: Type.Optional(Type.String()),
  data: Type.Optional(Type.Object({ result: Type.Array(Type.Unknown()) })),
})

export interface Prometheus {
  /** Series that a query has now; throws with what it says of one that it does not understand. */
  query(expression: string): Promise<readonly unknown[]>
  /** Resolves with the labels of an alert once it fires. */
  fires(
    name: string,
    fits?: (labels: Readonly<Record<string, string>>) => boolean,
  ): Promise<Readonly<Record<string, string>>>
  /** Resolves once no alert of this name is there. */
  clears(name: string): Promise<void>
}

export interface PrometheusOptions {
  /** Of the agent. */
  readonly url: string
  readonly token: string
  /** Text of the rules. */
  readonly rules: string
}

/** A Prometheus that scrapes one agent each second. Ended after the test. */
export async function startPrometheus(
  t: Ending,
  { url, token, rules }: PrometheusOptions,
): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-prometheus-'))
  writeFileSync(join(folder, 'alerts.yml'), rules)
  writeFileSync(join(folder, 'token'), token)
  const { protocol, host } = new URL(url)
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [ alerts.yml ]
scrape_configs:
  - job_name: onshi-agent
    scheme: ${protocol.slice(0, -1)}
    authorization: { credentials_file: token }
    static_configs: [ { targets: [ '${host}' ] } ]
`,
  )
  const base = `http://127.0.0.1:${await freePort()}`
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(base).host}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const said: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  t.after(async () => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  })
  const get = async (path: string): Promise<unknown> =>
    JSON.parse(await (await fetch(base + path)).text())
  await eventually('Prometheus', async () => {
    if (child.exitCode !== null) throw new Error(said.join(''))
    return fetch(`${base}/-/ready`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    )
  })
  const alerts = async (name: string) => {
    const { data } = checked(Alerts, await get('/api/v1/alerts'))
    return data.alerts.filter(({ labels }) => labels['alertname'] === name)
  }
  return {
    async query(expression) {
      const path = `/api/v1/query?query=${encodeURIComponent(expression)}`
      const { status, error, data } = checked(Result, await get(path))
      if (status !== 'success') throw new Error(`${expression}: ${error}`)
      return data?.result ?? []
    },
    fires: (name, fits = () => true) =>
      eventually(`${name} fires`, async () => {
        const found = (await alerts(name)).find(
          ({ state, labels }) => state === 'firing' && fits(labels),
        )
        return found?.labels
      }),
    clears: (name) =>
      eventually(`${name} clears`, async () =>
        (await alerts(name)).length === 0 ? true : undefined,
      ).then(() => undefined),
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** What `promtool` says; its standard input where there is one. */
export function promtool(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync('promtool', [...args], { input, encoding: 'utf8' })
  return { status, said: stdout + stderr }
}
