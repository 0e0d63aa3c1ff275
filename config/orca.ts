import { type Static, Type } from 'typebox'
import { flag, strict, text } from './shape.ts'

const publicClass = { pattern: '^[0-9]{3}$', 'x-write': 'three digits, such as "967"' }

/**
 * Everything that is assumed about ORCA and not read in a public source, in one place. The same as
 * `OrcaAssumptions` of the sink, which says what each means.
 */
export const Orca = Type.Object(
  {
    prefixes: Type.Array(
      Type.String({ pattern: '^(/[a-z0-9/-]*[a-z0-9])?$', 'x-write': '"/api", or "" for none' }),
      {
        minItems: 1,
        maxItems: 4,
        default: ['/api', ''],
        description:
          'What stands before ORCA’s paths: "/api" for WebORCA, "" for the classic one. Tried in this order until one fits.',
      },
    ),
    branch_element: text(
      'Assumed. Element of the branch number (枝番) in `patientmodv32`.',
      '^[A-Za-z_][A-Za-z0-9_]*$',
      'the name of an XML element',
      'HealthInsuredPerson_Branch_Number',
    ),
    disqualification_is_first_day_without: flag(
      'Assumed. Cover ends the day before 資格喪失年月日; false: on that day.',
      true,
    ),
    elderly_two_tenths: text(
      'Assumed. 補助区分 of 後期高齢者 who pay 2割.',
      '^[0-9A-Z]$',
      'one digit or letter',
      '2',
    ),
    limit_certificates: flag(
      'Assumed. Compare and write limit certificates (限度額適用認定証) as rows of 公費. Verify what this clinic registers for them before it is switched on.',
      false,
    ),
    limit_classes: Type.Record(
      Type.String({ pattern: '^[AB][0-9]{2}$' }),
      Type.String(publicClass),
      {
        default: Object.fromEntries(
          ['A01', 'A02', 'A03', 'A04', 'A05', 'A06', 'B02', 'B03', 'B05', 'B06', 'B07', 'B08'].map(
            (applied) => [applied, '967'],
          ),
        ),
        ...strict,
        description:
          'Assumed. 公費の種類 by 適用区分, as `A01 = "967"`; one that is not here gets no row.',
      },
    ),
    limit_class_of_elderly: Type.String({
      ...publicClass,
      default: '968',
      description: 'Assumed. 公費の種類 of a limit certificate of 後期高齢者.',
    }),
  },
  {
    ...strict,
    description: 'Assumptions about ORCA that no public source settles.',
  },
)
export type Orca = Static<typeof Orca>
