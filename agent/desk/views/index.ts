import type { ViewCard } from '../app.ts'

/**
 * Every view of the desk, in the order of the navigation. A view is loaded when it is first gone to:
 * a clerk who only asks does not wait for the pages of clinic IT.
 */
// biome-ignore format: a table; one view a row reads best
export const views: readonly ViewCard[] = [
  { name: 'now', title: 'いま', needs: 'GET /v1/presentations', load: async () => (await import('./now.ts')).now },
  { name: 'ask', title: '照会', needs: 'POST /v1/verifications', load: async () => (await import('./ask.ts')).ask },
  { name: 'today', title: '本日', needs: 'GET /v1/verifications', load: async () => (await import('./today.ts')).today },
  { name: 'work', title: '対応', needs: 'GET /v1/worklist', waiting: '/v1/worklist', load: async () => (await import('./work.ts')).work },
  { name: 'expected', title: '予約', needs: 'GET /v1/appointments/:day', load: async () => (await import('./expected.ts')).expected },
  { name: 'roster', title: '名簿', needs: 'GET /v1/roster', load: async () => (await import('./roster.ts')).roster },
  { name: 'intake', title: '受付票', needs: 'POST /v1/offline-intakes', waiting: '/v1/offline-intakes', load: async () => (await import('./intake.ts')).intake },
  { name: 'liaison', title: '連携', needs: 'GET /v1/handovers', beginsFor: 'liaison', waiting: '/v1/handovers', load: async () => (await import('./liaison.ts')).liaison },
  { name: 'status', title: '状態', needs: 'GET /desk/live', load: async () => (await import('./status.ts')).status },
  { name: 'staff', title: '職員', needs: 'GET /desk/staff', load: async () => (await import('./staff.ts')).staff },
]
