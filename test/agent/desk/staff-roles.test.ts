import assert from 'node:assert/strict'
import { test } from 'node:test'
import { staffRoleWords } from '../../../agent/desk/staff-roles.ts'
import { roles } from '../../../agent/kernel/roles.ts'
import { staffRoles } from '../../../agent/kernel/staff.ts'

test('the page calls every role of staff what the agent calls it', () => {
  assert.deepEqual(Object.keys(staffRoleWords).sort(), [...staffRoles].sort())
  for (const role of staffRoles) assert.equal(staffRoleWords[role][0], roles[role].title)
})
