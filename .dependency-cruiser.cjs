/**
 * Import direction. Arrows point at what a folder may import; anything else is an error.
 *
 *   cli -> main, sim, demo;  main -> api, intake, ops -> eligibility, outbox -> gateway, store
 *       -> uplink, xmlmsg -> kernel;   intake -> the driver seam;   config -> driver options
 *
 * The files directly in agent/ (cli, daemon, console, main, settings, platform) are the root: they
 * may import every part, and no part imports them. Every folder of agent/ needs a rule of its own.
 * test/architecture.test.ts shows each rule to bite.
 */
const OURS = '^(agent|drivers|config)/'
const only = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: OURS, pathNot: to },
})
const monopoly = (name, pkg, owner, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: OURS, pathNot: owner },
  to: { path: `(^|/)node_modules/(${pkg})/` },
})
const seam = 'drivers/(driver|messages)\\.ts'
/** A shared word of the layers below: types only, no part of theirs. */
const below = (...folders) => `^agent/(${[...folders, 'kernel'].join('|')})/`

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle means two files are one file.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Dead file.',
      from: {
        orphan: true,
        path: OURS,
        pathNot:
          '^((agent/cli|agent/store/(writer|checkpoint)|agent/folders/thread|agent/outbox/face-thread|agent/desk/main|drivers/host)\\.ts|agent/client/onshi-client\\.(js|d\\.ts))$',
      },
      to: {},
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      comment: 'Absent in production.',
      from: { path: OURS },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },

    only(
      'kernel-is-the-bottom',
      '^agent/kernel/',
      '^agent/kernel/',
      'The vocabulary depends on nothing of ours.',
    ),
    only(
      'xmlmsg-is-a-leaf',
      '^agent/xmlmsg/',
      below('xmlmsg'),
      'Bytes to values and back, nothing else.',
    ),
    only(
      'uplink-is-a-leaf',
      '^agent/uplink/',
      below('uplink'),
      'Lines do not know what travels on them.',
    ),
    only(
      'folders-are-a-leaf',
      '^agent/folders/',
      below('folders'),
      'Files that others put there, whatever they mean.',
    ),
    only('store-is-a-leaf', '^agent/store/', below('store'), 'Storage does not call back.'),
    only(
      'gateway-over-uplink',
      '^agent/gateway/',
      below('gateway', 'uplink', 'folders', 'xmlmsg'),
      'The official protocol, over lines or folders.',
    ),
    only(
      'eligibility-declares-its-ports',
      '^agent/eligibility/',
      below('eligibility', 'gateway', 'store', 'xmlmsg'),
      'Question to verification.',
    ),
    only(
      'outbox-knows-no-consumer',
      '^agent/outbox/',
      below('outbox', 'store', 'folders', 'xmlmsg'),
      'Stored events to the outside, whoever is there.',
    ),
    only(
      'intake-knows-the-seam',
      '^agent/intake/',
      `${below('intake', 'eligibility', 'gateway', 'folders', 'xmlmsg')}|^${seam}$`,
      'Readers and official folders to questions.',
    ),
    only(
      'api-declares-its-ports',
      '^agent/api/',
      below('api'),
      'Routes declare what they need; main.ts supplies it.',
    ),
    {
      name: 'the-page-is-a-leaf',
      severity: 'error',
      comment: 'Browsers load it: of the rest it knows types, which are gone by then.',
      from: { path: '^agent/desk/' },
      to: { path: OURS, pathNot: '^agent/desk/', dependencyTypesNot: ['type-only'] },
    },
    only(
      'ops-above-the-parts',
      '^agent/ops/',
      below('ops', 'eligibility', 'gateway', 'store', 'uplink'),
      'Operations.',
    ),
    only(
      'sim-shares-nothing',
      '^agent/sim/',
      '^agent/sim/',
      'A simulator that shared our code would share our bugs.',
    ),
    only(
      'client-from-the-document',
      '^agent/client/',
      below('client', 'api'),
      'What vendors call is made from what the routes say, and from nothing behind them.',
    ),
    only(
      'conformance-shares-nothing',
      '^agent/conformance/',
      '^agent/conformance/',
      'A judge that shared our code would forgive our bugs.',
    ),
    only(
      'drivers-know-no-agent',
      '^drivers/',
      '^(drivers/|agent/kernel/)',
      'A driver is usable without the agent.',
    ),
    only(
      'config-knows-no-agent',
      '^config/',
      '^(config/|drivers/|agent/kernel/)',
      '`run --check` opens nothing.',
    ),

    {
      name: 'only-hosts-open-devices',
      severity: 'error',
      comment:
        'Native device modules load in the reader’s child only, so that a crash there stays there; and in the command that records one.',
      from: { path: OURS, pathNot: '^(drivers/(io/|host\\.ts$)|agent/record-command\\.ts$)' },
      to: { path: '^drivers/io/(?!io\\.ts)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-cli-runs-main',
      severity: 'error',
      comment: 'The root is nobody’s dependency.',
      from: { path: OURS, pathNot: '^agent/(cli|daemon)\\.ts$' },
      to: { path: '^agent/main\\.ts$' },
    },

    monopoly('fastify-only-in-api', 'fastify|@fastify', '^agent/api/', 'HTTP is an edge.'),
    monopoly(
      'sqlite-only-in-store',
      'better-sqlite3|better-sqlite3-multiple-ciphers|@types/better-sqlite3',
      '^agent/store/',
      'SQL stays behind verbs.',
    ),
    monopoly('pino-only-in-platform', 'pino', '^agent/platform\\.ts$', 'Everyone else gets a Log.'),
    monopoly(
      'saxes-only-in-xmlmsg',
      'saxes',
      '^agent/(xmlmsg|sim)/',
      'One XML reader; the simulator has its own use of it.',
    ),
    monopoly(
      'zip-only-in-xmlmsg',
      'fflate',
      '^agent/(xmlmsg|sim|ops/bundle)/',
      'One reader of ZIP answers; the simulator and the support bundle write them.',
    ),
    monopoly('cp932-only-in-xmlmsg', 'iconv-lite', '^agent/(xmlmsg|sim)/', 'One CP932 codec.'),
    monopoly(
      'pkcs12-only-in-uplink',
      'node-forge|@types/node-forge',
      '^agent/(uplink|sim)/|^agent/ops/own-ca/certificate\\.ts$',
      'Keys are handled in one place, certificates written in another; the simulator makes throw-away ones.',
    ),
    monopoly(
      'native-devices-only-in-io',
      'pcsc-mini|serialport|@serialport|node-hid',
      '^drivers/io/',
      'Native modules in one place.',
    ),
    monopoly(
      'csv-only-in-api',
      'csv-parse|csv-stringify',
      '^agent/api/csv\\.ts$',
      'One way to write a list that Excel neither computes nor converts.',
    ),
    monopoly(
      'cron-only-in-jobs',
      'node-cron',
      '^(agent/ops/jobs|config)/',
      'Times of jobs are read in one place; the configuration only checks them.',
    ),
    monopoly(
      'second-factor-only-for-staff',
      'otpauth',
      '^agent/ops/staff/second-factor\\.ts$',
      'Keys of people are handled in one place.',
    ),
    monopoly(
      'qr-codes-only-for-staff',
      'qrcode-generator',
      '^agent/ops/staff/qr\\.ts$',
      'What a picture holds may be a key: it is drawn where the key is handled.',
    ),
    monopoly(
      'age-only-in-backups',
      'age-encryption',
      '^agent/ops/backup/',
      'What is sealed is opened where it is sealed.',
    ),
    monopoly(
      'templates-only-on-the-page',
      'lit-html',
      '^agent/desk/',
      'What the page is made of runs in browsers.',
    ),
    monopoly('toml-only-in-config', 'smol-toml', '^config/', 'One reader of the config.'),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
}
