import { type Static, Type } from 'typebox'
import { flag, integer, strict, text } from './shape.ts'

const uri = (description: string, fallback: string) =>
  text(`Assumed. ${description}`, '^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$', 'a URI', fallback)

/**
 * Everything that is assumed of the FHIR server of an EHR, where JP Core leaves it open or says it
 * in two ways. The defaults pass `onshi-agent sim fhir` and a validation against JP Core.
 */
export const Fhir = Type.Object(
  {
    search: Type.Enum(['post', 'get'], {
      default: 'post',
      description:
        'Assumed. How the server is searched: in the body of a POST to `_search`, or in the URL, which proxies write into their logs with the member number in it.',
    }),
    patient_digits: integer(
      'Assumed. Chart numbers are filled with zeros on the left up to so many digits; 0: as the clinic writes them. Digits.',
      0,
      20,
      0,
    ),
    member_id_width: Type.Enum(['full', 'half'], {
      default: 'full',
      description:
        'Assumed. Width of 記号 and 番号 in the member id (被保険者個人識別子) where both are letters and digits alone; with kana, kanji or signs they are full-width always.',
    }),
    subscriber_id: Type.Enum(['colon', 'csv'], {
      default: 'colon',
      description: 'Assumed. `subscriberId` as 記号:番号, or as "記号","番号".',
    }),
    dependent_width: Type.Enum(['half', 'full'], {
      default: 'half',
      description: 'Assumed. Width of the branch number (枝番) in `dependent`.',
    }),
    type_system: text(
      'Assumed. Code system of 保険種別 in `Coverage.type`; empty: no type is written.',
      '^([A-Za-z][A-Za-z0-9+.-]*:[!-~]+)?$',
      'a URI, or nothing',
      'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuranceMajorCategory',
    ),
    relationship_system: uri(
      'Code system of 被保険者区分 in `Coverage.relationship`; older servers know urn:oid:1.2.392.100495.20.2.62.',
      'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuredPersonCategory',
    ),
    recipient_id_system: uri(
      'System of the number of a 医療扶助 recipient; servers of 電子カルテ情報共有 know http://jpfhir.jp/fhir/clins/Idsystem/JP_PublicPayer_memberID.',
      'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID',
    ),
    disqualification_is_first_day_without: flag(
      'Assumed. Cover ends the day before 資格喪失年月日; false: on that day. As in `outbox.orca`.',
      true,
    ),
    own_system: uri(
      'Name space of what is the agent’s own: the tag of resources that it made, and the ids of verifications. With another one it knows its former resources no more.',
      'urn:onshi-agent',
    ),
    extra_headers: Type.Record(
      Type.String(),
      Type.String({ 'x-secret': true, pattern: '^[ -~]*$', 'x-write': 'printable ASCII' }),
      {
        default: {},
        description: 'Assumed. Further headers of every request, as `Name = "value"`.',
      },
    ),
  },
  { ...strict, description: 'Assumptions about the FHIR server of an EHR.' },
)
export type Fhir = Static<typeof Fhir>
