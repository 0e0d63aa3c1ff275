import { type Static, Type } from 'typebox'

/** What a copy of the store holds, counted when it was made and again when it is tried. */
export const Census = Type.Object(
  {
    /** `user_version` of the schema. */
    schema: Type.Integer(),
    epoch: Type.String(),
    /** Newest position of the feed. */
    position: Type.Integer(),
    /** Of the newest event, epoch ms; null: there is none. */
    lastEventAt: Type.Union([Type.Integer(), Type.Null()]),
    /** Rows of each table. */
    rows: Type.Record(Type.String(), Type.Integer()),
  },
  { additionalProperties: false },
)
export type Census = Static<typeof Census>

/** What the newest restore left out: nothing of this time is in the store. Epoch ms. */
export const RestoreGap = Type.Object(
  {
    /** When the backup was made: everything until then is there. */
    from: Type.Integer(),
    /** When it was restored. */
    to: Type.Integer(),
    lastEventAt: Type.Union([Type.Integer(), Type.Null()]),
  },
  { additionalProperties: false },
)
export type RestoreGap = Static<typeof RestoreGap>
