import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readAnswers } from '../../config/answers-load.ts'
import { configOf } from '../../config/from-answers.ts'
import { loadConfig } from '../../config/load.ts'
import { clinicFolder, writeConfig } from './clinic.ts'

const placesIn = (folder: string) => ({
  store: null,
  socket: null,
  storeKey: 'credential:store.key',
  backups: null,
  recipient: null,
  terminalRoot: folder,
  certificate: 'credential:clinic.p12',
  passphrase: 'credential:clinic.p12.pass',
  ca: join(folder, 'gateway-ca.pem'),
  accountPassword: 'credential:gateway-account.pass',
  tlsCertificate: join(folder, 'api.pem'),
  tlsKey: 'credential:api.key',
})

/** The configuration that setup makes of answers, as the agent takes it. */
function configured(t: TestContext, toml: string) {
  const folder = clinicFolder(t)
  const path = join(folder, 'answers.toml')
  writeFileSync(path, toml)
  const text = configOf(readAnswers(path), placesIn(folder))
  return loadConfig(writeConfig(folder, text), { CREDENTIALS_DIRECTORY: folder })
}

test('two programs on one server are pushed to: its name stands there once, with all of its networks', (t) => {
  const { outbox } = configured(
    t,
    `way = "terminal"
[institution]
code = "1312345678"
[terminal]
folder = "/srv/onshi-agent/oqs"
[[consumers]]
name = "orca"
role = "receipt-computer"
sink = "orca"
url = "http://Server.clinic.lan:8000"
networks = ["192.168.1.20"]
[[consumers]]
name = "ehr"
role = "ehr"
sink = "fhir"
url = "http://server.clinic.lan:8080/fhir"
networks = ["192.168.1.20", "192.168.2.0/24"]
[[consumers]]
name = "queue"
role = "ehr"
sink = "webhook"
url = "http://192.168.1.30/"
[[consumers]]
name = "queue 2"
role = "ehr"
sink = "webhook"
url = "http://192.168.1.30:81/"
`,
  )
  assert.deepEqual(outbox.targets, [
    { host: 'server.clinic.lan', networks: ['192.168.1.20', '192.168.2.0/24'] },
    { host: '192.168.1.30', networks: ['192.168.1.30'] },
  ])
})

test('the machine itself is never barred, whatever was left over of an address of the network', () => {
  const talked = { simulator: false, way: 'terminal' as const }
  const network = { allow: ['192.168.1.20'], certificate_file: '/api.pem', key_file: '/api.key' }
  const text = configOf({ ...talked, network }, placesIn('/srv'))
  assert.match(text, /address = "127\.0\.0\.1:8480"/)
  assert.doesNotMatch(text, /allow|tls/)
})
