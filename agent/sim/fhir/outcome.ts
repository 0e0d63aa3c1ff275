/** Codes of OperationOutcome.issue that the simulator uses. [source: hl7.org/fhir/R4/valueset-issue-type.html] */
export type IssueCode =
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'login'
  | 'forbidden'
  | 'not-found'
  | 'not-supported'
  | 'multiple-matches'
  | 'conflict'
  | 'too-costly'
  | 'code-invalid'
  | 'extension'
  | 'business-rule'
  | 'transient'
  | 'throttled'
  | 'informational'

/** One thing that is wrong. `diagnostics` names elements and rules, never what they hold. */
export interface Issue {
  readonly code: IssueCode
  /** FHIRPath of the element, as `Coverage.payor[0]`; '' for the request as a whole. */
  readonly at: string
  readonly diagnostics: string
}

export const issue = (code: IssueCode, at: string, diagnostics: string): Issue => ({
  code,
  at,
  diagnostics,
})

export const operationOutcome = (issues: readonly Issue[], severity: 'error' | 'information') => ({
  resourceType: 'OperationOutcome',
  issue: issues.map(({ code, at, diagnostics }) => ({
    severity,
    code,
    diagnostics,
    ...(at !== '' && { expression: [at] }),
  })),
})
