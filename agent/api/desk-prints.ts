import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import { Print } from './desk-shapes.ts'

/** What leaves the page on paper is written down first. */
export function deskPrintRoute(app: App, { audit }: Pick<Context, 'audit'>): void {
  app.post(
    '/desk/prints',
    { schema: { body: Print }, config: { access: 'desk' } },
    async (request, reply) => {
      const { kind, subject } = request.body
      await audit.read(callerOf(request).consumer, 'print', `${kind} ${subject}`)
      return reply.code(204).send()
    },
  )
}
