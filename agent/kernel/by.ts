import { Type } from 'typebox'

/** Who did something, for the record. */
export const By = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'Who.' })
