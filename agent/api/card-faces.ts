import type { App } from './context.ts'
import { FaceCheck, FacePart } from './desk-shapes.ts'
import type { Verifications } from './ports.ts'

const checkDoc = {
  summary: 'What is typed of a card face so far, checked',
  description:
    'By the checks of `POST /v1/verifications`. Fields that are absent or empty are not looked at. Nothing is asked and nothing is kept.',
  answers: { 200: { description: 'What is wrong, and what it says.', schema: FaceCheck } },
  problems: ['CARD_FACE_INVALID', 'INDIVIDUAL_NUMBER_REFUSED'],
} as const

/** While somebody types; nothing of a patient is read, so nothing is audited. */
export function cardFaceRoutes(app: App, verifications: Pick<Verifications, 'checkPart'>): void {
  app.post(
    '/v1/card-faces/check',
    { schema: { body: FacePart }, config: { doc: checkDoc, bodyFault: 'CARD_FACE_INVALID' } },
    async (request, reply) => reply.send(verifications.checkPart(request.body)),
  )
}
