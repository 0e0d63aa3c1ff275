import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readAnswers } from '../../config/answers-load.ts'
import { formatConfigFault } from '../../config/fault.ts'
import { clinicFolder, faultOf } from './clinic.ts'

const pushed = (networks: string) =>
  `[[consumers]]\nname = "x"\nrole = "ehr"\nsink = "fhir"\nurl = "http://ehr.lan/"\nnetworks = ${networks}`

/** What leads nowhere later: an address that never listens, a file that setup writes and refuses itself. */
const wrong: readonly (readonly [string, string, string, RegExp])[] = [
  ['a pushed consumer with no network', pushed('[]'), 'consumers[0].networks', /at least 1/],
  [
    'a network of a pushed consumer that is none',
    pushed('["192.168.1.20", "192.168.1"]'),
    'consumers[0].networks[1]',
    /CIDR/,
  ],
  [
    'a name to listen on',
    '[network]\naddress = "onshi.clinic.lan:8480"\nallow = ["192.168.1.20"]',
    'network.address',
    /\(no name\)/,
  ],
  [
    'a port that is none',
    '[network]\naddress = "192.168.1.10:84800"',
    'network.address',
    /up to 65535/,
  ],
  [
    'every address of the machine, the lines’ included,',
    '[network]\naddress = "0.0.0.0:8480"\nallow = ["192.168.1.20"]',
    'network.address',
    /in the clinic’s network/,
  ],
  [
    'everybody on the network',
    '[network]\naddress = "192.168.1.10:8480"\nallow = ["0.0.0.0/0"]',
    'network.allow[0]',
    /192\.168\.1\.0\/24/,
  ],
  [
    'who may connect, without an address that they reach,',
    '[network]\nallow = ["192.168.1.20"]',
    'network.allow',
    /network\.address too/,
  ],
  [
    'who may connect to an address of this machine alone',
    '[network]\naddress = "[::1]:8480"\nallow = ["192.168.1.20"]',
    'network.allow',
    /only this machine reaches/,
  ],
  [
    'a certificate without an address that others reach',
    '[network]\ncertificate_file = "api.pem"\nkey_file = "api.key"',
    'network.certificate_file',
    /network\.address too/,
  ],
  [
    'the public half of a recovery key with a wrong letter',
    '[backup]\nrecipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8q"',
    'backup.recipient',
    /backup recovery-key/,
  ],
]
for (const [name, toml, key, says] of wrong) {
  test(`${name} is refused with the answers, by key, and says what to write`, (t) => {
    const path = join(clinicFolder(t), 'answers.toml')
    writeFileSync(path, `${toml}\n`)
    const fault = faultOf(() => readAnswers(path))
    assert.equal(fault.code, 'SETUP_ANSWERS_INVALID')
    assert.deepEqual(
      fault.mistakes.map(({ field }) => field),
      [key],
    )
    assert.match(formatConfigFault(fault), says)
  })
}
