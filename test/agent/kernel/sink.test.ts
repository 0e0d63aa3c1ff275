import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Check } from 'typebox/schema'
import { FhirSink } from '../../../agent/kernel/sink.ts'

const fhir = (token: string) => ({
  kind: 'fhir',
  url: 'https://ehr.example/fhir',
  writePatient: false,
  eligibilityResponse: false,
  secrets: { token },
})

test('a FHIR token is what a header can carry', () => {
  for (const token of ['abc', 'eyJhbGciOiJub25lIn0.e30.', '~+/=-_!'])
    assert.ok(Check(FhirSink, fhir(token)), token)
  for (const token of ['', 'abc\ndef', 'abc ', 'a b', '秘密', 'abc\u0000', 'é'])
    assert.ok(!Check(FhirSink, fhir(token)), JSON.stringify(token))
})
