import { type Static, Type } from 'typebox'

const strict = { additionalProperties: false } as const

/** Fields of an answer as a claim can carry them: characters of JIS X 0208 only. */
export const ClaimForm = Type.Object(
  {
    version: Type.Integer({ description: 'Of the table of variants.' }),
    fields: Type.Array(
      Type.Object(
        {
          field: Type.String({ description: 'Path in the verification, e.g. results[0].name.' }),
          official: Type.String({ description: 'As it came.' }),
          text: Type.String({ description: 'As a claim carries it, but for `left`.' }),
          replaced: Type.Array(Type.Object({ from: Type.String(), to: Type.String() }, strict)),
          left: Type.Array(Type.String(), {
            description: 'Characters that have no such form: a person writes another or kana.',
          }),
        },
        strict,
      ),
      { description: 'Only those that have to be written another way.' },
    ),
  },
  strict,
)
export type ClaimForm = Static<typeof ClaimForm>
