import { Type } from 'typebox'
import { file, integer, strict } from './shape.ts'

/** Who did what: how it stands a full disk and somebody who changes it. */
export const Audit = Type.Object(
  {
    anchor_file: Type.Optional(
      file(
        'path',
        'A second place for the heads of the audit trail, appended to each minute: on another disk or a share that this machine cannot rewrite. Whoever changes everything here is found out there.',
      ),
    ),
    reserve_mib: integer(
      'Room that is taken from the disk beforehand, so that reads are still audited when it is full: about 4,000 for each MiB. 0: none. MiB.',
      0,
      64,
      4,
    ),
  },
  { ...strict, description: 'The audit trail.' },
)
