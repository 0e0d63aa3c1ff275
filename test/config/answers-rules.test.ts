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
