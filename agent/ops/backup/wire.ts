import type { Facts } from '../../kernel/errors.ts'
import type { FaultCode } from '../../kernel/faults.ts'
import type { ExamineOrder } from './examine.ts'
import type { Made, MakeOrder } from './make.ts'
import type { SendOrder, Sent } from './send.ts'

/** What crosses to the thread and back. Plain data, one process, one release. */
export type Order = MakeOrder | (ExamineOrder & { readonly is: 'examine' }) | SendOrder

export type FromThread =
  | { readonly is: 'made'; readonly made: Made }
  | { readonly is: 'examined' }
  | { readonly is: 'sent'; readonly sent: Sent }
  | {
      readonly is: 'fault'
      readonly code: FaultCode
      readonly message: string
      readonly facts: Facts
    }
