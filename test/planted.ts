/** Small wrongs, each of which one check must find, and find alone. */
export interface Planted {
  /** What must report it: a rule of the cruiser or of the linter, or an error of the compiler. */
  readonly rule: string
  readonly file: string
  readonly text: string
}

const imports = (what: string) => `import * as it from '${what}'\nexport const planted = it\n`
const plant = (rule: string, file: string, text: string): Planted => ({ rule, file, text })

/** What the wrong imports lead to; each is right by itself, and none is an orphan. */
export const innocent: readonly (readonly [file: string, text: string])[] = [
  ['agent/kernel/part.ts', 'export const part = 1\n'],
  ['agent/store/part.ts', imports('../kernel/part.ts')],
  ['agent/uplink/part.ts', imports('../kernel/part.ts')],
  ['agent/api/part.ts', imports('../kernel/part.ts')],
  ['agent/main.ts', imports('./api/part.ts')],
  ['drivers/io/pcsc.ts', imports('../../agent/kernel/part.ts')],
  ['drivers/pcsc.ts', imports('../agent/kernel/part.ts')],
  ['drivers/driver.ts', imports('../agent/kernel/part.ts')],
  ['drivers/host.ts', imports('./io/pcsc.ts')],
  ['agent/intake/right.ts', imports('../../drivers/driver.ts')],
  ['agent/eligibility/right.ts', imports('../store/part.ts')],
  ['agent/cli.ts', imports('./main.ts')],
  ['agent/ops/round.ts', imports('./about.ts')],
]

/** At least one for every rule of `.dependency-cruiser.cjs`. */
export const wrongImports: readonly Planted[] = [
  plant('no-cycles', 'agent/ops/about.ts', imports('./round.ts')),
  plant('no-orphans', 'agent/kernel/dead.ts', 'export const dead = 1\n'),
  plant('no-dev-dependencies', 'agent/kernel/dev.ts', imports('fast-check')),
  plant('no-dev-dependencies', 'agent/kernel/undeclared.ts', imports('left-pad')),
  plant('no-dev-dependencies', 'agent/kernel/nowhere.ts', imports('no-such-package')),
  plant('kernel-is-the-bottom', 'agent/kernel/up.ts', imports('../store/part.ts')),
  plant(
    'kernel-is-the-bottom',
    'agent/kernel/lazy.ts',
    `export const l = import('../api/part.ts')\n`,
  ),
  plant(
    'kernel-is-the-bottom',
    'agent/kernel/types.ts',
    `import type { planted } from '../store/part.ts'\nexport type T = typeof planted\n`,
  ),
  plant(
    'kernel-is-the-bottom',
    'agent/kernel/again.ts',
    `export { planted } from '../api/part.ts'\n`,
  ),
  plant('xmlmsg-is-a-leaf', 'agent/xmlmsg/up.ts', imports('../store/part.ts')),
  plant('uplink-is-a-leaf', 'agent/uplink/up.ts', imports('../store/part.ts')),
  plant('store-is-a-leaf', 'agent/store/up.ts', imports('../uplink/part.ts')),
  plant('folders-are-a-leaf', 'agent/folders/up.ts', imports('../store/part.ts')),
  plant('folders-are-a-leaf', 'agent/folders/side.ts', imports('../uplink/part.ts')),
  plant('gateway-over-uplink', 'agent/gateway/up.ts', imports('../store/part.ts')),
  plant('eligibility-declares-its-ports', 'agent/eligibility/up.ts', imports('../uplink/part.ts')),
  plant('outbox-knows-no-consumer', 'agent/outbox/up.ts', imports('../api/part.ts')),
  plant('intake-knows-the-seam', 'agent/intake/up.ts', imports('../store/part.ts')),
  plant('intake-knows-the-seam', 'agent/intake/reader.ts', imports('../../drivers/pcsc.ts')),
  plant('api-declares-its-ports', 'agent/api/up.ts', imports('../store/part.ts')),
  plant('the-page-is-a-leaf', 'agent/desk/up.ts', imports('../kernel/part.ts')),
  plant('ops-above-the-parts', 'agent/ops/up.ts', imports('../api/part.ts')),
  plant('sim-shares-nothing', 'agent/sim/gateway/up.ts', imports('../../kernel/part.ts')),
  plant('client-from-the-document', 'agent/client/up.ts', imports('../store/part.ts')),
  plant('conformance-shares-nothing', 'agent/conformance/up.ts', imports('../kernel/part.ts')),
  plant('drivers-know-no-agent', 'drivers/up.ts', imports('../agent/store/part.ts')),
  plant('config-knows-no-agent', 'config/up.ts', imports('../agent/store/part.ts')),
  plant('only-hosts-open-devices', 'drivers/reader.ts', imports('./io/pcsc.ts')),
  plant('only-cli-runs-main', 'agent/settings.ts', imports('./main.ts')),
  plant('fastify-only-in-api', 'agent/store/http.ts', imports('fastify')),
  plant('sqlite-only-in-store', 'agent/api/sql.ts', imports('better-sqlite3')),
  plant('pino-only-in-platform', 'agent/store/log.ts', imports('pino')),
  plant('saxes-only-in-xmlmsg', 'agent/gateway/xml.ts', imports('saxes')),
  plant('cp932-only-in-xmlmsg', 'agent/gateway/charset.ts', imports('iconv-lite')),
  plant('zip-only-in-xmlmsg', 'agent/gateway/zip.ts', imports('fflate')),
  plant('pkcs12-only-in-uplink', 'agent/gateway/key.ts', imports('node-forge')),
  plant('native-devices-only-in-io', 'drivers/native.ts', imports('pcsc-mini')),
  plant('csv-only-in-api', 'agent/ops/csv.ts', imports('csv-parse')),
  plant('second-factor-only-for-staff', 'agent/api/factor.ts', imports('otpauth')),
  plant('qr-codes-only-for-staff', 'agent/api/qr.ts', imports('qrcode-generator')),
  plant('cron-only-in-jobs', 'agent/ops/cron.ts', imports('node-cron')),
  plant('age-only-in-backups', 'agent/api/seal.ts', imports('age-encryption')),
  plant('templates-only-on-the-page', 'agent/api/page.ts', imports('lit-html')),
  plant('toml-only-in-config', 'agent/ops/toml.ts', imports('smol-toml')),
]

/** The packages that the wrong imports name; the last one stands in no package.json. */
export const packages = [
  'fast-check',
  'fastify',
  '@fastify/swagger',
  'better-sqlite3',
  'pino',
  'saxes',
  'iconv-lite',
  'fflate',
  'node-forge',
  'pcsc-mini',
  'csv-parse',
  'node-cron',
  'otpauth',
  'qrcode-generator',
  'smol-toml',
  'lit-html',
  'age-encryption',
  'left-pad',
]

const lines = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n')

export const badStyle: readonly Planted[] = [
  plant('noExplicitAny', 'agent/loose.ts', 'export const loose: any = 1\n'),
  plant('noNonNullAssertion', 'agent/sure.ts', 'export const f = (l: string[]) => l[0]!\n'),
  plant('noConsole', 'agent/loud.ts', 'export const loud = () => console.log(1)\n'),
  plant(
    'noFloatingPromises',
    'agent/floating.ts',
    'async function ask(): Promise<void> {}\nexport function forget(): void {\n  ask()\n}\n',
  ),
  plant(
    'noExcessiveLinesPerFile',
    'agent/long.ts',
    `${lines(301, (n) => `export const a${n} = 1`)}\n`,
  ),
  plant(
    'noExcessiveLinesPerFunction',
    'agent/tall.ts',
    `export function tall(): void {\n${lines(61, (n) => `  void ${n}`)}\n}\n`,
  ),
  plant(
    'noExcessiveCognitiveComplexity',
    'agent/tangled.ts',
    `export function tangled(a: number): number {\n${lines(16, (n) => `  if (a === ${n}) a += 1`)}\n  return a\n}\n`,
  ),
  plant('noBarrelFile', 'agent/barrel.ts', `export { loose } from './loose.ts'\n`),
]

export const badTypes: readonly Planted[] = [
  plant('TS2322', 'agent/mistaken.ts', `export const count: number = 'one'\n`),
  plant('TS2532', 'agent/index.ts', 'export const f = (l: string[]) => l[0].length\n'),
  plant('TS1294', 'agent/enum.ts', 'export enum Colour {\n  Red,\n}\n'),
  plant('TS2375', 'agent/undef.ts', 'export const o: { a?: number } = { a: undefined }\n'),
  plant('TS6133', 'agent/unused.ts', 'const unused = 1\nexport {}\n'),
]
