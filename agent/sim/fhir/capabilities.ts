import type { JsonObject } from './json.ts'
import { PROFILE_URLS } from './profiles.ts'
import { parametersOf } from './search.ts'
import { RESOURCE_TYPES } from './types.ts'
import type { Manners } from './writes.ts'

const READING = ['read', 'vread', 'search-type']
const WRITING = ['create', 'update']

/** What the server says of itself at `/metadata`. */
export const capabilityStatement = (manners: Manners, base: string): JsonObject => ({
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: '2026-04-01',
  kind: 'instance',
  software: { name: 'onshi-agent simulated EHR' },
  implementation: { description: 'Simulated electronic health record', url: base },
  fhirVersion: '4.0.1',
  format: ['application/fhir+json'],
  rest: [
    {
      mode: 'server',
      resource: RESOURCE_TYPES.map((type) => {
        const isReadOnly = manners.patientReadOnly && type === 'Patient'
        return {
          type,
          supportedProfile: PROFILE_URLS.filter((url) => url.endsWith(`/JP_${type}`)),
          interaction: [...READING, ...(isReadOnly ? [] : WRITING)].map((code) => ({ code })),
          versioning: 'versioned',
          readHistory: false,
          updateCreate: manners.updateCreates && !isReadOnly,
          conditionalCreate: !isReadOnly,
          conditionalUpdate: !isReadOnly,
          searchParam: parametersOf(type).map((name) => ({
            name,
            type: name === 'identifier' ? 'token' : 'reference',
          })),
        }
      }),
    },
  ],
})
