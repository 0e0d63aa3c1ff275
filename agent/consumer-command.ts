import { parseListenAddress } from '../config/listen.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { readSmallFile } from '../config/small-file.ts'
import { newConsumerIn, shownConsumer, shownNew } from './api/consumer-request.ts'
import { caller, silent } from './caller.ts'
import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'
import type { NewConsumer } from './kernel/consumer.ts'
import { AgentError } from './kernel/errors.ts'
import { roles } from './kernel/roles.ts'
import type { SinkKind } from './kernel/sink.ts'
import { secretIn } from './secret-file.ts'
import type { Store } from './store/store.ts'

const USAGE = `onshi-agent consumer add NAME --role ROLE [--from ADDRESS,…] [--sink KIND …] | list | revoke NAME

roles:
${Object.entries(roles)
  .map(([name, { title, detail }]) => `  ${name.padEnd(17)} ${title}. ${detail}`)
  .join('\n')}
sinks (without one, the consumer polls):
  --sink face-folder --folder DIR [--charset UTF-8|Shift_JIS] [--limit N]
  --sink orca --url URL --user NAME --password-file F
              [--write new-patient,add-insurance,change-insurance]
  --sink fhir --url URL [--token-file F] [--write-patient] [--eligibility-response]
  --sink webhook --url URL [--payload thin|full]
  over HTTPS also: --ca-file F, and for orca and fhir --p12-file F --p12-passphrase-file F`

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const options = {
  ...configOption,
  role: text,
  from: text,
  sink: text,
  folder: text,
  charset: text,
  limit: text,
  url: text,
  user: text,
  'password-file': text,
  write: text,
  'token-file': text,
  'write-patient': flag,
  'eligibility-response': flag,
  payload: text,
  'ca-file': text,
  'p12-file': text,
  'p12-passphrase-file': text,
} as const

type Values = ReturnType<typeof parsed>['values']

/** `onshi-agent consumer …`: through the running agent, or on the database when none holds it. `note`: for a person. */
export async function consumerCommand(
  args: readonly string[],
  note = (text: string): unknown => process.stderr.write(text),
): Promise<string> {
  if (args.includes('--help')) return `${USAGE}\n`
  const { values, positionals } = parsed(args)
  const [verb, name, ...rest] = positionals
  if (rest.length > 0 || (verb === 'list') !== (name === undefined)) throw usage()
  const config = loadConfig(values.config)
  const call = caller(config)
  switch (verb) {
    case 'add': {
      if (values.role === undefined) throw usage('a role is needed')
      const wanted = newConsumerIn({
        name,
        role: values.role,
        sources: listIn(values.from),
        sink: sinkIn(values),
      })
      const answer = await call('POST', '/consumers', wanted, async (store) => {
        await check(wanted, config, store)
        const { consumer, token } = await store.consumers.add(wanted)
        return shownNew(consumer, token)
      })
      // The answer stays JSON for whoever reads it by program.
      note('Secrets are shown once. トークンと鍵は一度だけ表示されます。\n')
      return pretty(answer)
    }
    case 'list':
      return pretty(
        await call('GET', '/consumers', undefined, async ({ consumers }) => ({
          items: consumers.list().map(shownConsumer),
        })),
      )
    case 'revoke':
      return pretty(
        await call(
          'DELETE',
          `/consumers/${encodeURIComponent(name ?? '')}`,
          undefined,
          async ({ consumers }) => shownConsumer(await consumers.revoke(name ?? '')),
        ),
      )
    default:
      throw usage()
  }
}

/** What a running agent refuses is refused without it too. Throws as `Sinks.check`. */
async function check({ sink }: NewConsumer, config: Config, store: Store): Promise<void> {
  if (sink === null) return
  const [{ openSinks }, { openTargets }, { thisMachine }] = await Promise.all([
    import('./sinks.ts'),
    import('./outbox/targets.ts'),
    import('./platform.ts'),
  ])
  const ports = config.listen.map(({ address }) => parseListenAddress(address)?.port ?? 0)
  const targets = openTargets(config.outbox.targets, () => ports)
  openSinks(config, { store, targets }, { ...thisMachine('error'), log: silent }).check(sink)
}

const parsed = (args: readonly string[]) =>
  parsedArgs({ args: [...args], allowPositionals: true, options }, USAGE)

const usage = (why?: string) => wrongUsage(USAGE, why)

const listIn = (text: string | undefined): string[] =>
  (text ?? '').split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]))

const OF_HTTPS = ['url', 'ca-file'] as const
const OF_IDENTITY = ['p12-file', 'p12-passphrase-file'] as const
const ofSink = {
  'face-folder': ['folder', 'charset', 'limit'],
  orca: [...OF_HTTPS, ...OF_IDENTITY, 'user', 'password-file', 'write'],
  fhir: [...OF_HTTPS, ...OF_IDENTITY, 'token-file', 'write-patient', 'eligibility-response'],
  webhook: [...OF_HTTPS, 'payload'],
} as const satisfies Record<SinkKind, readonly (keyof Values)[]>

/**
 * Who forgets `--sink`, or takes an option of another kind, would wait for deliveries that never
 * come, or for a right that was never given.
 */
function checkOptions(values: Values): void {
  const { sink = '' } = values
  const [, own = []] = Object.entries(ofSink).find(([kind]) => kind === sink) ?? []
  const taken = new Set<string>(own)
  const all = Object.values(ofSink).flat()
  const stray = all.find((name) => isGiven(values[name]) && !taken.has(name))
  if (stray === undefined) return
  throw usage(sink === '' ? `--${stray} needs --sink KIND` : `--${stray} is not for --sink ${sink}`)
}

const isGiven = (value: string | boolean | undefined) => value !== undefined && value !== false

/** What is read of files is checked with everything else by `newConsumerIn`. */
function sinkIn(values: Values): object | null {
  checkOptions(values)
  const secrets = defined({
    password: secretIn(values['password-file']),
    token: secretIn(values['token-file']),
    caPem: values['ca-file'] === undefined ? undefined : fileAt(values['ca-file']).toString(),
    identity: identityIn(values),
  })
  switch (values.sink) {
    case undefined:
      return null
    case 'face-folder': {
      const { folder, charset, limit } = values
      const bound = limit === undefined ? undefined : Number(limit)
      return defined({ kind: 'face-folder', folder, charset, limit: bound })
    }
    case 'orca': {
      const { url, user } = values
      return defined({ kind: 'orca', url, user, write: listIn(values.write), secrets })
    }
    case 'fhir': {
      const writePatient = values['write-patient']
      const eligibilityResponse = values['eligibility-response']
      return defined({ kind: 'fhir', url: values.url, writePatient, eligibilityResponse, secrets })
    }
    case 'webhook':
      return defined({ kind: 'webhook', url: values.url, payload: values.payload, secrets })
    default:
      throw usage(`no sink ${values.sink}`)
  }
}

const defined = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

function identityIn(values: Values) {
  const file = values['p12-file']
  if (file === undefined) return undefined
  const passphrase = secretIn(values['p12-passphrase-file']) ?? ''
  return { pkcs12: fileAt(file).toString('base64'), passphrase }
}

function fileAt(path: string): Buffer {
  const read = readSmallFile(path)
  if (read.is === 'read') return read.bytes
  throw new AgentError('SECRET_UNREADABLE', `${path}: ${read.why}`, { cause: read.cause })
}
