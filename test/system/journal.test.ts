import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

const JOURNALD = ['/usr/lib/systemd/systemd-journald', '/lib/systemd/systemd-journald'].find(
  existsSync,
)
const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0
const skip =
  JOURNALD === undefined || !existsSync('/etc/machine-id')
    ? 'needs journald: apt-get install systemd, and systemd-machine-id-setup'
    : canMount
      ? false
      : 'needs root: journald gets a /run of its own'

const platform = pathToFileURL('agent/platform.ts').href
const program = `
  const { thisMachine } = await import('${platform}')
  const { log } = thisMachine('info')
  log.info({ line: 'ngn' }, 'told')
  log.warn({ text: 'two\\nlines' }, 'warned')
  log.error({ code: '時計' }, 'failed')`

/** The program above under a real journald, in a /run that nobody else sees; what `journalctl` says. */
function journal(): { readonly errors: string; readonly all: string } {
  const mark = '=====\n'
  const script = `
    mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal /run/log/journal
    ${JOURNALD} 2>/dev/null & daemon=$!
    until [ -S /run/systemd/journal/stdout ]; do kill -0 $daemon || exit 1; sleep 0.05; done
    systemd-cat -t onshi sh -c 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/1) exec "$0" --input-type=module -e "$1"' "$0" "$1"
    journalctl --sync
    journalctl -D /run/log/journal -t onshi -p err -o cat
    printf '${mark.trim()}\\n'
    journalctl -D /run/log/journal -t onshi -o cat
    kill $daemon`
  const { stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-c', script, process.execPath, program],
    { encoding: 'utf8', timeout: 60_000 },
  )
  const [errors = '', all = ''] = stdout.split(mark)
  if (all === '') throw new Error(`nothing came into the journal: ${stderr}`)
  return { errors, all }
}

const events = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event)

test('journalctl tells errors from the rest, and what it prints are lines of JSON', {
  skip,
}, () => {
  const { errors, all } = journal()
  assert.deepEqual(events(errors), ['failed'])
  assert.deepEqual(events(all), ['told', 'warned', 'failed'])
})
